namespace Xen.XenStore;

/// <summary>The requests that read and write nodes, for one caller, in the tree or in a transaction.</summary>
public sealed class NodeRequests(
    StoreTree tree, WatchTable watches, StoreQuota quota, StoreConnection caller, StoreTransaction? transaction, Func<int, bool> domainExists)
{
    private readonly NodeSpace space = transaction is null ? tree : transaction;

    public XsError Read(string path, out byte[] value)
    {
        var error = Get(path, XsAccess.Read, out var node);
        value = node?.Value ?? [];
        return error;
    }

    public XsError Directory(string path, out StoreNode? node) => Get(path, XsAccess.Read, out node);

    public XsError GetPerms(string path, out StorePermissions? permissions)
    {
        permissions = null;
        if (StorePath.IsSpecial(path)) return XsError.EINVAL;
        var error = Get(path, XsAccess.Read, out var node);
        permissions = node?.Permissions;
        return error;
    }

    public XsError Write(string path, byte[] value)
    {
        if (StorePath.IsSpecial(path)) return XsError.EINVAL;
        var error = Get(path, XsAccess.Write, out var node);
        if (error == XsError.ENOENT) return Create(path, value);
        if (error != XsError.None) return error;
        var written = node! with { Value = value };
        if (TooLarge(written)) return Doom(XsError.ENOSPC);
        if (OutOfMemory(value.Length - node.Value.Length)) return Doom(XsError.ENOMEM);
        space.Put(path, written);
        Fire(path, node, exact: false);
        return XsError.None;
    }

    public XsError Mkdir(string path)
    {
        if (StorePath.IsSpecial(path)) return XsError.EINVAL;
        var error = Get(path, XsAccess.Write, out _);
        return error == XsError.ENOENT ? Create(path, []) : error;
    }

    public XsError Rm(string path)
    {
        if (path == "/" || StorePath.IsSpecial(path)) return XsError.EINVAL;
        var error = Get(path, XsAccess.Write, out var node);
        if (error == XsError.ENOENT) return space.Find(StorePath.Parent(path)) is null ? XsError.ENOENT : XsError.None;
        if (error != XsError.None) return error;
        RemoveFromParent(path);
        RemoveSubtree(path, node!, exact: false);
        return XsError.None;
    }

    public XsError SetPerms(string path, StorePermissions permissions)
    {
        if (!caller.Privileged && permissions.Entries.Count > quota.Permissions) return XsError.ENOSPC;
        if (!domainExists(permissions.Owner)) return XsError.ENOENT;
        if (StorePath.IsSpecial(path)) return SetSpecialPerms(path, permissions);
        var error = Get(path, XsAccess.Write, out var node);
        if (error != XsError.None) return error;
        if (!caller.Privileged)
        {
            if (node!.Permissions.Owner != caller.Domid && node.Permissions.Owner != caller.Target) return XsError.EACCES;
            if (permissions.Owner != node.Permissions.Owner) return XsError.EPERM;
        }
        var changed = node! with { Permissions = permissions };
        if (TooLarge(changed)) return Doom(XsError.ENOSPC);
        space.Put(path, changed);
        Fire(path, node, exact: false);
        return XsError.None;
    }

    /// <summary>Removes all that a domain owned, with whatever is below, whoever owns that.</summary>
    public void RemoveOwnedBy(int domid)
    {
        var owned = tree.Walk().Where(pair => pair.Value.Permissions.Owner == domid && pair.Key != "/").Select(pair => pair.Key).ToList();
        foreach (var path in owned)
        {
            if (tree.Find(path) is not { } node) continue;
            RemoveFromParent(path);
            RemoveSubtree(path, node, exact: false);
        }
    }

    private XsError SetSpecialPerms(string path, StorePermissions permissions)
    {
        if (!caller.Privileged) return XsError.EACCES;
        tree.Put(path, new StoreNode([], [], permissions, 0));
        return XsError.None;
    }

    private XsError Get(string path, XsAccess need, out StoreNode? node)
    {
        node = space.Find(path);
        if (node is null) return ErrorFromParents(path, need);
        if (caller.May(node.Permissions, need)) return XsError.None;
        node = null;
        return XsError.EACCES;
    }

    /// <summary>A guest must not find out which nodes exist where it has no rights: then a missing node is EACCES as well.</summary>
    private XsError ErrorFromParents(string path, XsAccess need)
    {
        while (path != "/")
        {
            path = StorePath.Parent(path);
            if (space.Find(path) is { } ancestor) return caller.May(ancestor.Permissions, need) ? XsError.ENOENT : XsError.EACCES;
        }
        return XsError.ENOENT;
    }

    private XsError Create(string path, byte[] value)
    {
        var missing = new Stack<string>();
        var above = path;
        StoreNode? ancestor;
        do
        {
            missing.Push(above);
            above = StorePath.Parent(above);
            ancestor = space.Find(above);
        }
        while (ancestor is null);

        if (!caller.May(ancestor.Permissions, XsAccess.Write)) return XsError.EACCES;
        if (!caller.Privileged && space.CountOwned(caller.Domid) + missing.Count > quota.Nodes) return XsError.ENOSPC;

        var permissions = caller.Privileged ? ancestor.Permissions : ancestor.Permissions.WithOwner(caller.Domid);
        var parent = ancestor with { Children = [.. ancestor.Children, StorePath.Name(missing.Peek())] };
        if (TooLarge(parent)) return Doom(XsError.ENOSPC);
        var created = new StoreNode(value, [], permissions, 0);
        if (TooLarge(created)) return Doom(XsError.ENOSPC);
        if (OutOfMemory(missing.Sum(made => made.Length) + (missing.Count - 1) * StoreNode.FixedSize + created.Size)) return Doom(XsError.ENOMEM);

        space.Put(above, parent);
        while (missing.Count > 1)
        {
            var between = missing.Pop();
            space.Put(between, new StoreNode([], [StorePath.Name(missing.Peek())], permissions, 0));
        }
        space.Put(path, created);
        Fire(path, null, exact: false);
        return XsError.None;
    }

    private void RemoveFromParent(string path)
    {
        var above = StorePath.Parent(path);
        if (space.Find(above) is not { } parent) return;
        var name = StorePath.Name(path);
        space.Put(above, parent with { Children = [.. parent.Children.Where(child => child != name)] });
    }

    private void RemoveSubtree(string path, StoreNode node, bool exact)
    {
        foreach (var child in node.Children)
        {
            var below = StorePath.Child(path, child);
            if (space.Find(below) is { } found) RemoveSubtree(below, found, exact: true);
        }
        space.Delete(path);
        Fire(path, node, exact);
    }

    private void Fire(string path, StoreNode? before, bool exact)
    {
        if (transaction is null) watches.Fire(path, before, exact, caller);
        else transaction.QueueEvent(path, exact);
    }

    private bool TooLarge(StoreNode node) => !caller.Privileged && node.Size >= quota.NodeSize;

    /// <summary>Would the caller's memory go beyond its quota with so many bytes more?</summary>
    private bool OutOfMemory(long added) =>
        !caller.Privileged && added > 0 && space.BytesOwned(caller.Domid) + caller.Bytes + added > quota.Memory;

    private XsError Doom(XsError error)
    {
        if (transaction is not null) transaction.Doomed = true;
        return error;
    }
}
