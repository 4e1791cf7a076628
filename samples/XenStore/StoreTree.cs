namespace Xen.XenStore;

/// <summary>A node: its value, the names of its children in the order of their creation, who may do what, and when it was last written.</summary>
public sealed record StoreNode(byte[] Value, string[] Children, StorePermissions Permissions, ulong Generation)
{
    /// <summary>What the daemon keeps for a node beside its strings.</summary>
    public const int FixedSize = 24;

    /// <summary>The size that the quota for one node looks at: the fixed part of a record, its list of permissions, its value, its children's names.</summary>
    public int Size
    {
        get
        {
            var size = FixedSize + 8 * Permissions.Entries.Count + Value.Length;
            foreach (var child in Children) size += child.Length + 1;
            return size;
        }
    }

    public bool HasChild(string name) => Array.IndexOf(Children, name) >= 0;
}

/// <summary>What a domain owns: how many nodes, and how many bytes they take. The bytes of Dom0, which has no quota, are not counted.</summary>
public readonly record struct OwnedNodes(int Count, long Bytes)
{
    /// <summary>The same with one node more (<paramref name="sign"/> 1) or less (-1).</summary>
    public OwnedNodes With(string path, StoreNode node, int sign)
    {
        var bytes = node.Permissions.Owner == 0 ? 0 : path.Length + node.Size;
        return new OwnedNodes(Count + sign, Bytes + sign * bytes);
    }

    public override string ToString() => $"{Count} nodes of {Bytes} bytes";
}

/// <summary>A place to read and write nodes: the tree that everybody sees, or the private view that a transaction has of it.</summary>
public abstract class NodeSpace
{
    /// <summary>The node at a path. A transaction remembers the access, also that of a missing node.</summary>
    public abstract StoreNode? Find(string path);

    /// <summary>Puts a node in place. It gets a new generation.</summary>
    public abstract void Put(string path, StoreNode node);

    public abstract void Delete(string path);

    /// <summary>How many nodes a domain owns as this space sees it.</summary>
    public abstract int CountOwned(int domid);

    /// <summary>The bytes of the nodes that an unprivileged domain owns as this space sees them.</summary>
    public abstract long BytesOwned(int domid);
}

/// <summary>
/// All nodes by path. Parents know their children by name and children exist under their own path: the two must agree, and
/// <see cref="Inconsistencies"/> says where they do not.
/// </summary>
public sealed class StoreTree : NodeSpace
{
    private static readonly byte[] NoValue = [];
    private readonly Dictionary<string, StoreNode> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<int, OwnedNodes> owned = [];

    public StoreTree()
    {
        var dom0Only = new StorePermissions(new PermissionEntry(XsAccess.None, 0));
        Put("/", new StoreNode(NoValue, [], dom0Only, 0));
    }

    /// <summary>Told of each node that is written or deleted; null when nobody looks on.</summary>
    internal Action<string, StoreNode?>? Changed { get; set; }

    /// <summary>The generation of the latest write. Every write of a node takes the next one.</summary>
    public ulong Generation { get; private set; }

    public int Count => nodes.Count;

    public override StoreNode? Find(string path) => nodes.GetValueOrDefault(path);

    public override void Put(string path, StoreNode node)
    {
        Generation++;
        if (nodes.TryGetValue(path, out var before)) Account(path, before, -1);
        nodes[path] = node with { Generation = Generation };
        Changed?.Invoke(path, node);
        Account(path, node, 1);
    }

    public override void Delete(string path)
    {
        if (!nodes.Remove(path, out var before)) return;
        Generation++;
        Changed?.Invoke(path, null);
        Account(path, before, -1);
    }

    public override int CountOwned(int domid) => owned.GetValueOrDefault(domid).Count;

    public override long BytesOwned(int domid) => owned.GetValueOrDefault(domid).Bytes;

    /// <summary>Every path with its node, parents before children, in the order of creation within a parent.</summary>
    public IEnumerable<KeyValuePair<string, StoreNode>> Walk(string root = "/")
    {
        var ahead = new Stack<string>([root]);
        while (ahead.TryPop(out var path))
        {
            if (!nodes.TryGetValue(path, out var node)) continue;
            yield return new(path, node);
            for (var i = node.Children.Length - 1; i >= 0; i--) ahead.Push(StorePath.Child(path, node.Children[i]));
        }
    }

    /// <summary>What is wrong with the tree: children that a parent names and that are missing, orphans, and counts that a recount does not confirm.</summary>
    public IEnumerable<string> Inconsistencies()
    {
        var recount = new SortedDictionary<int, OwnedNodes>();
        foreach (var (path, node) in nodes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            recount[node.Permissions.Owner] = recount.GetValueOrDefault(node.Permissions.Owner).With(path, node, 1);
            foreach (var child in node.Children)
            {
                if (!nodes.ContainsKey(StorePath.Child(path, child))) yield return $"{path} names the child {child}, which does not exist";
            }
            if (path == "/" || StorePath.IsSpecial(path)) continue;
            var parent = nodes.GetValueOrDefault(StorePath.Parent(path));
            if (parent is null) yield return $"{path} has no parent";
            else if (!parent.HasChild(StorePath.Name(path))) yield return $"{path} is not named by its parent";
        }
        foreach (var domid in owned.Keys.Order())
        {
            var counted = recount.GetValueOrDefault(domid);
            if (owned[domid] != counted) yield return $"domain {domid} is charged {owned[domid]} and owns {counted}";
        }
    }

    private void Account(string path, StoreNode node, int sign)
    {
        var owner = node.Permissions.Owner;
        owned[owner] = owned.GetValueOrDefault(owner).With(path, node, sign);
    }
}
