namespace Xen.XenStore;

/// <summary>
/// A transaction: a private view of the tree that remembers the generation of every node it touched. It can be committed only
/// while none of them has changed in the tree.
/// </summary>
public sealed class StoreTransaction(uint id, StoreTree tree) : NodeSpace
{
    /// <summary>A node that the transaction touched: what it was then, and what the transaction made of it.</summary>
    private sealed class AccessedNode(string path, StoreNode? before)
    {
        public string Path { get; } = path;
        public StoreNode? Before { get; } = before;
        public ulong Generation { get; } = before?.Generation ?? Missing;
        public StoreNode? Current { get; set; } = before;
        public bool Modified { get; set; }
        public bool Fires { get; set; }
        public bool FiresExactly { get; set; }
    }

    private const ulong Missing = ulong.MaxValue;

    private readonly Dictionary<string, AccessedNode> accessed = new(StringComparer.Ordinal);
    private readonly List<AccessedNode> order = [];
    private readonly SortedDictionary<int, OwnedNodes> ownedChange = [];

    public uint Id => id;

    /// <summary>What those who look on call it.</summary>
    internal string Words => $"transaction {id}";

    /// <summary>A write failed half-way: the commit will be refused.</summary>
    public bool Doomed { get; set; }

    public int AccessedNodes => order.Count;

    public int ModifiedNodes => order.Count(entry => entry.Modified);

    public override StoreNode? Find(string path) => Access(path).Current;

    public override void Put(string path, StoreNode node)
    {
        var entry = Access(path);
        if (entry.Current is { } replaced) Account(path, replaced, -1);
        Account(path, node, 1);
        entry.Current = node;
        entry.Modified = true;
    }

    public override void Delete(string path)
    {
        var entry = Access(path);
        if (entry.Current is not { } removed) return;
        Account(path, removed, -1);
        entry.Current = null;
        entry.Modified = true;
    }

    public override int CountOwned(int domid) => tree.CountOwned(domid) + ownedChange.GetValueOrDefault(domid).Count;

    public override long BytesOwned(int domid) => tree.BytesOwned(domid) + ownedChange.GetValueOrDefault(domid).Bytes;

    /// <summary>Remembers that watches have to fire at commit. One event per path is kept; a wider one replaces an exact one.</summary>
    public void QueueEvent(string path, bool exact)
    {
        var entry = Access(path);
        entry.FiresExactly = exact && (!entry.Fires || entry.FiresExactly);
        entry.Fires = true;
    }

    /// <summary>Is every touched node still what it was when it was touched?</summary>
    public bool IsCurrent()
    {
        foreach (var entry in order)
        {
            var now = tree.Find(entry.Path)?.Generation ?? Missing;
            if (now != entry.Generation) return false;
        }
        return true;
    }

    /// <summary>Writes what was modified into the tree and returns the events to send, in the order in which the nodes were first touched.</summary>
    public List<(string Path, StoreNode? Before, bool Exact)> Apply()
    {
        foreach (var entry in order)
        {
            if (!entry.Modified) continue;
            if (entry.Current is null) tree.Delete(entry.Path);
            else tree.Put(entry.Path, entry.Current);
        }
        var events = new List<(string, StoreNode?, bool)>();
        foreach (var entry in order)
        {
            if (entry.Fires) events.Add((entry.Path, entry.Before, entry.FiresExactly));
        }
        return events;
    }

    private AccessedNode Access(string path)
    {
        if (accessed.TryGetValue(path, out var entry)) return entry;
        entry = new AccessedNode(path, tree.Find(path));
        accessed.Add(path, entry);
        order.Add(entry);
        return entry;
    }

    private void Account(string path, StoreNode node, int sign)
    {
        var owner = node.Permissions.Owner;
        ownedChange[owner] = ownedChange.GetValueOrDefault(owner).With(path, node, sign);
    }
}
