using System.Globalization;
using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>
/// The xenstore daemon, a process of Dom0. It reads requests from its channels, answers each of them, and sends watch events
/// before the reply of the request that caused them. The protocol is that of the Xen Project's docs/misc/xenstore.txt.
/// </summary>
public sealed partial class Xenstored
{
    private readonly Simulation simulation;
    private readonly List<StoreConnection> connections = [];
    private readonly WatchTable watches;

    public StoreTree Tree { get; } = new();

    public StoreQuota Quota { get; } = new();

    public Component Component { get; }

    /// <summary>The connections in the order in which they came.</summary>
    public IReadOnlyList<StoreConnection> Connections => connections;

    /// <summary>Requests answered so far.</summary>
    public long Requests { get; private set; }

    /// <summary>A client of the socket in Dom0, which has all rights. The connection ends with the client.</summary>
    public XsClient Connect(Component client)
    {
        var channel = new StoreChannel(simulation, this, client, 0);
        if (Component.Alive) Attach(channel);
        else channel.Close();
        client.Ended += _ => Disconnect(channel);
        return new XsClient(channel);
    }

    /// <summary>Reads and answers what lies in a channel.</summary>
    internal void Serve(StoreChannel channel)
    {
        while (channel.Attached && channel.TryTake(out var request))
        {
            var connection = Find(channel);
            if (connection is null) return;
            if (request.Payload.Length > XsMessage.PayloadMax)
            {
                Disconnect(channel);
                return;
            }
            Requests++;
            var reply = Answer(connection, request);
            channel.Deliver(reply);
            if (reply.Type == XsMessageType.Watch)
            {
                // The event that tells the watcher to look at the node for the first time follows the reply.
                var registered = connection.Watches[^1];
                WatchTable.Send(registered, registered.RegisteredPath);
            }
        }
    }

    private StoreConnection Attach(StoreChannel channel)
    {
        var connection = new StoreConnection(channel);
        connections.Add(connection);
        channel.Attached = true;
        return connection;
    }

    private void Disconnect(StoreChannel channel)
    {
        channel.Close();
        if (Find(channel) is { } connection) connections.Remove(connection);
    }

    private StoreConnection? Find(StoreChannel channel)
    {
        foreach (var connection in connections)
        {
            if (connection.Channel == channel) return connection;
        }
        return null;
    }

    private XsMessage Answer(StoreConnection connection, XsMessage request)
    {
        StoreTransaction? transaction = null;
        if (request.TransactionId != 0 && !connection.Transactions.TryGetValue(request.TransactionId, out transaction))
        {
            return request.Fail(XsError.ENOENT);
        }

        if (NeedsPrivilege(request.Type) && !connection.Privileged) return request.Fail(XsError.EACCES);

        switch (request.Type)
        {
            case XsMessageType.Read:
            case XsMessageType.Write:
            case XsMessageType.Mkdir:
            case XsMessageType.Rm:
            case XsMessageType.Directory:
            case XsMessageType.DirectoryPart:
            case XsMessageType.GetPerms:
            case XsMessageType.SetPerms:
                return AnswerNodeRequest(connection, request, transaction);
            case XsMessageType.Watch:
                return DoWatch(connection, request);
            case XsMessageType.Unwatch:
                return DoUnwatch(connection, request);
            case XsMessageType.ResetWatches:
                connection.Watches.Clear();
                connection.Transactions.Clear();
                return request.Ok();
            case XsMessageType.TransactionStart:
                return DoTransactionStart(connection, request);
            case XsMessageType.TransactionEnd:
                return DoTransactionEnd(connection, request, transaction);
            case XsMessageType.Introduce:
                return DoIntroduce(request);
            case XsMessageType.Release:
                return DoRelease(request);
            case XsMessageType.Resume:
                return DoResume(request);
            case XsMessageType.SetTarget:
                return DoSetTarget(request);
            case XsMessageType.GetDomainPath:
                return request.Reply(XsPayload.Strings(StorePath.DomainHome(LooseNumber(request.Payload))));
            case XsMessageType.IsDomainIntroduced:
                return request.Reply(XsPayload.Strings(IsIntroduced(LooseNumber(request.Payload)) ? "T" : "F"));
            case XsMessageType.Control:
                return DoControl(request);
            default:
                return request.Fail(XsError.ENOSYS);
        }
    }

    private static bool NeedsPrivilege(XsMessageType type) => type
        is XsMessageType.Introduce or XsMessageType.Release or XsMessageType.Resume or XsMessageType.SetTarget or XsMessageType.Control;

    private XsMessage DoWatch(StoreConnection connection, XsMessage request)
    {
        if (XsPayload.Split(request.Payload) is not [var registered, var token]) return request.Fail(XsError.EINVAL);
        var path = Canonicalize(connection, registered);
        if (path is null || (StorePath.IsSpecial(path) && !IsSpecialWatch(path))) return request.Fail(XsError.EINVAL);
        var error = connection.AddWatch(path, registered, token, Quota);
        return error == XsError.None ? request.Ok() : request.Fail(error);
    }

    private XsMessage DoUnwatch(StoreConnection connection, XsMessage request)
    {
        if (XsPayload.Split(request.Payload) is not [var registered, var token]) return request.Fail(XsError.EINVAL);
        var path = Canonicalize(connection, registered);
        if (path is null) return request.Fail(XsError.EINVAL);
        var error = connection.RemoveWatch(path, token);
        return error == XsError.None ? request.Ok() : request.Fail(error);
    }

    private XsMessage DoTransactionStart(StoreConnection connection, XsMessage request)
    {
        if (request.TransactionId != 0) return request.Fail(XsError.EBUSY);
        if (!connection.Privileged && connection.Transactions.Count >= Quota.Transactions) return request.Fail(XsError.ENOSPC);
        var transaction = connection.OpenTransaction(Tree);
        return request.Reply(XsPayload.Strings(transaction.Id.ToString(CultureInfo.InvariantCulture)));
    }

    private XsMessage DoTransactionEnd(StoreConnection connection, XsMessage request, StoreTransaction? transaction)
    {
        if (XsPayload.Split(request.Payload) is not [var verdict] || verdict is not ("T" or "F")) return request.Fail(XsError.EINVAL);
        if (transaction is null) return request.Fail(XsError.ENOENT);
        connection.Transactions.Remove(transaction.Id);
        if (verdict == "F") return request.Ok();
        if (transaction.Doomed) return request.Fail(XsError.ENOMEM);
        if (!transaction.IsCurrent()) return request.Fail(XsError.EAGAIN);
        foreach (var (path, before, exact) in transaction.Apply())
        {
            watches.Fire(path, before, exact);
        }
        return request.Ok();
    }

    private string? Canonicalize(StoreConnection connection, string path) => StorePath.Canonicalize(path, connection.Domid, Quota.PathMax);

    private static bool IsSpecialWatch(string path) => path is StorePath.IntroduceDomain or StorePath.ReleaseDomain;

    /// <summary>GET_DOMAIN_PATH takes what number it finds at the start and 0 when it finds none.</summary>
    private static int LooseNumber(ReadOnlySpan<byte> payload)
    {
        var number = 0;
        foreach (var b in payload)
        {
            if (!char.IsAsciiDigit((char)b)) break;
            number = unchecked(number * 10 + (b - '0'));
        }
        return number;
    }
}
