namespace Xen.XenStore;

/// <summary>A watch that a connection registered on a path. The same path with another token is another watch.</summary>
public sealed record StoreWatch(StoreConnection Connection, string Path, string RegisteredPath, string Token)
{
    private const int FixedSize = 64;

    /// <summary>What it takes of its owner's memory.</summary>
    public int Size => FixedSize + Path.Length + Token.Length;

    /// <summary>What those who look on call it.</summary>
    internal string Words => $"watch {Path} {Token}";

    /// <summary>The name under which the watcher gets to see a changed path: relative when the watch was registered so.</summary>
    public string Visible(string changed)
    {
        if (RegisteredPath.StartsWith('/') || StorePath.IsSpecial(RegisteredPath)) return changed;
        var home = StorePath.DomainHome(Connection.Domid) + "/";
        return changed.StartsWith(home, StringComparison.Ordinal) ? changed[home.Length..] : changed;
    }
}

/// <summary>The daemon's side of a connection: who is calling, what the caller has open, and what it has not read yet.</summary>
public sealed class StoreConnection
{
    /// <summary>A message that the other end has no room for yet, and the connection whose request is to blame for it.</summary>
    private readonly record struct Unread(XsMessage Message, StoreConnection? Cause, long Since)
    {
        public int Size => XsWire.HeaderSize + Message.Payload.Length;
    }

    private readonly Xenstored daemon;
    private readonly LinkedList<Unread> unread = [];
    private uint lastTransaction;

    internal StoreConnection(Xenstored daemon, StoreTransport transport)
    {
        this.daemon = daemon;
        Transport = transport;
    }

    public StoreTransport Transport { get; }

    /// <summary>A client on the socket counts as domain 0.</summary>
    public int Domid => Transport.Domid;

    public bool Privileged => Domid == 0;

    /// <summary>The other end broke the rules of its ring: nothing is read from it any more, and nothing is sent.</summary>
    public bool Ignored { get; private set; }

    /// <summary>The domain that this one may act for, as a device model does (SET_TARGET).</summary>
    public int? Target { get; set; }

    public List<StoreWatch> Watches { get; } = [];

    public SortedDictionary<uint, StoreTransaction> Transactions { get; } = [];

    /// <summary>Requests of this connection whose replies or events lie unread at some connection.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Something to read was left in the transport because of a quota.</summary>
    internal bool Held { get; set; }

    /// <summary>A timer runs until the domain has credit again for its writes.</summary>
    internal bool CreditAwaited { get; set; }

    /// <summary>What watches and unread messages take of the domain's memory.</summary>
    public long Bytes { get; private set; }

    public int UnreadMessages => unread.Count;

    public StoreTransaction OpenTransaction(StoreTree tree)
    {
        lastTransaction++;
        var transaction = new StoreTransaction(lastTransaction, tree);
        Transactions.Add(transaction.Id, transaction);
        daemon.TellOpen(this, transaction.Words, isOpen: true);
        return transaction;
    }

    /// <summary>A transaction has come to its end, whatever became of it.</summary>
    public void EndTransaction(StoreTransaction transaction)
    {
        Transactions.Remove(transaction.Id);
        daemon.TellOpen(this, transaction.Words, isOpen: false);
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
        var watch = new StoreWatch(this, path, registeredPath, token);
        if (!daemon.HasMemory(this, watch.Size)) return XsError.ENOMEM;
        Watches.Add(watch);
        Bytes += watch.Size;
        daemon.TellOpen(this, watch.Words, isOpen: true);
        return XsError.None;
    }

    public XsError RemoveWatch(string path, string token)
    {
        if (FindWatch(path, token) is not { } watch) return XsError.ENOENT;
        Watches.Remove(watch);
        Bytes -= watch.Size;
        daemon.TellOpen(this, watch.Words, isOpen: false);
        return XsError.None;
    }

    /// <summary>RESET_WATCHES: all that the connection has open is gone.</summary>
    public void Reset()
    {
        foreach (var watch in Watches) Bytes -= watch.Size;
        foreach (var what in Watches.Select(watch => watch.Words).Concat(Transactions.Values.Select(transaction => transaction.Words))) daemon.TellOpen(this, what, isOpen: false);
        Watches.Clear();
        Transactions.Clear();
    }

    /// <summary>Stops to listen: what was open is forgotten, what was not read is thrown away.</summary>
    public void Ignore()
    {
        Ignored = true;
        Reset();
        DropUnread();
    }

    /// <summary>
    /// Sends a message, or keeps it until the other end has room. An event for a domain that has used up its memory is dropped: who does not
    /// read cannot have everything kept.
    /// </summary>
    internal void Deliver(XsMessage message, StoreConnection? cause)
    {
        if (Ignored) return;
        daemon.Tell(this, message);
        if (unread.Count == 0 && Transport.TryPut(message)) return;
        var kept = new Unread(message, cause, daemon.Now);
        if (message.Type == XsMessageType.WatchEvent && !daemon.HasMemory(this, kept.Size)) return;
        unread.AddLast(kept);
        Bytes += kept.Size;
        if (cause is not null) cause.Outstanding++;
        if (message.Type == XsMessageType.WatchEvent && !Privileged) daemon.ExpectReading(this);
    }

    /// <summary>The other end may have made room.</summary>
    internal void Flush()
    {
        Transport.Push();
        while (unread.First is { } first && Transport.TryPut(first.Value.Message)) Drop(first);
    }

    /// <summary>Throws events away that lie unread since then or longer; true when there are younger ones.</summary>
    internal bool DropEventsBefore(long since)
    {
        var younger = false;
        var node = unread.First;
        while (node is not null)
        {
            var next = node.Next;
            if (node.Value.Message.Type == XsMessageType.WatchEvent)
            {
                if (node.Value.Since <= since) Drop(node);
                else younger = true;
            }
            node = next;
        }
        return younger;
    }

    internal void DropUnread()
    {
        while (unread.First is { } first) Drop(first);
    }

    private void Drop(LinkedListNode<Unread> node)
    {
        unread.Remove(node);
        Bytes -= node.Value.Size;
        if (node.Value.Cause is not { } cause) return;
        cause.Outstanding--;
        if (cause.Held) daemon.ReadOn(cause);
    }

    private StoreWatch? FindWatch(string path, string token) => Watches.Find(watch => watch.Path == path && watch.Token == token);
}
