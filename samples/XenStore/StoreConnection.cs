namespace Xen.XenStore;

/// <summary>A watch that a connection registered on a path. The same path with another token is another watch.</summary>
public sealed record StoreWatch(StoreConnection Connection, string Path, string RegisteredPath, string Token)
{
    /// <summary>The name under which the watcher gets to see a changed path: relative when the watch was registered so.</summary>
    public string Visible(string changed)
    {
        if (RegisteredPath.StartsWith('/') || StorePath.IsSpecial(RegisteredPath)) return changed;
        var home = StorePath.DomainHome(Connection.Domid) + "/";
        return changed.StartsWith(home, StringComparison.Ordinal) ? changed[home.Length..] : changed;
    }
}

/// <summary>The daemon's side of a connection: who is calling, and what the caller has open.</summary>
public sealed class StoreConnection(StoreChannel channel)
{
    private uint lastTransaction;

    public StoreChannel Channel => channel;

    /// <summary>A client on the socket counts as domain 0.</summary>
    public int Domid => channel.Domid;

    public bool Privileged => Domid == 0;

    /// <summary>The domain that this one may act for, as a device model does (SET_TARGET).</summary>
    public int? Target { get; set; }

    public List<StoreWatch> Watches { get; } = [];

    public SortedDictionary<uint, StoreTransaction> Transactions { get; } = [];

    public StoreTransaction OpenTransaction(StoreTree tree)
    {
        lastTransaction++;
        var transaction = new StoreTransaction(lastTransaction, tree);
        Transactions.Add(transaction.Id, transaction);
        return transaction;
    }

    /// <summary>Has the caller all the rights that it needs on a node with these permissions?</summary>
    public bool May(StorePermissions permissions, XsAccess need)
    {
        if (Privileged) return true;
        if ((permissions.Of(Domid) & need) == need) return true;
        return Target is { } target && (permissions.Of(target) & need) == need;
    }

    /// <summary>Registers a watch. Its first event, which carries the path as it was registered, is up to the caller.</summary>
    public XsError AddWatch(string path, string registeredPath, string token, StoreQuota quota)
    {
        if (FindWatch(path, token) is not null) return XsError.EEXIST;
        if (!Privileged && Watches.Count >= quota.Watches) return XsError.E2BIG;
        Watches.Add(new StoreWatch(this, path, registeredPath, token));
        return XsError.None;
    }

    public XsError RemoveWatch(string path, string token)
    {
        if (FindWatch(path, token) is not { } watch) return XsError.ENOENT;
        Watches.Remove(watch);
        return XsError.None;
    }

    private StoreWatch? FindWatch(string path, string token) => Watches.Find(watch => watch.Path == path && watch.Token == token);
}
