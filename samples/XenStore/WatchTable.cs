namespace Xen.XenStore;

/// <summary>All watches of all connections, and the rules that say who learns of a change.</summary>
public sealed class WatchTable(StoreTree tree, List<StoreConnection> connections)
{
    /// <summary>
    /// Sends the events of a changed path: to every watch on it or above it, or only on it when <paramref name="exact"/> is set.
    /// <paramref name="before"/> is the node as it was, so that a guest learns of the loss of a node that it could read;
    /// <paramref name="cause"/> is whose request it was.
    /// </summary>
    public void Fire(string path, StoreNode? before, bool exact, StoreConnection? cause)
    {
        foreach (var connection in connections)
        {
            foreach (var watch in connection.Watches)
            {
                if (!Concerns(watch, path, exact)) continue;
                if (!MayLearn(connection, path, before)) continue;
                Send(watch, watch.Visible(path), cause);
            }
        }
    }

    public static void Send(StoreWatch watch, string path, StoreConnection? cause)
    {
        var payload = XsPayload.Strings(path, watch.Token);
        watch.Connection.Deliver(new XsMessage(XsMessageType.WatchEvent, 0, 0, payload), cause);
    }

    private static bool Concerns(StoreWatch watch, string path, bool exact)
    {
        if (exact || StorePath.IsSpecial(path)) return watch.Path == path;
        return StorePath.IsSameOrBelow(path, watch.Path);
    }

    private bool MayLearn(StoreConnection connection, string path, StoreNode? before)
    {
        if (connection.Privileged) return true;
        if (before is not null && connection.May(before.Permissions, XsAccess.Read)) return true;
        if (tree.Find(path) is { } node && connection.May(node.Permissions, XsAccess.Read)) return true;
        if (StorePath.IsSpecial(path)) return false;
        return tree.Find(StorePath.Parent(path)) is { } parent && connection.May(parent.Permissions, XsAccess.Read);
    }
}
