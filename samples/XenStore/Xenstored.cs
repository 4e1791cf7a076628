using System.Globalization;
using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>
/// The xenstore daemon, a process of Dom0. It reads requests from its channels, answers each of them, and sends watch events
/// before the reply of the request that caused them. The protocol is that of the Xen Project's docs/misc/xenstore.txt.
/// </summary>
public sealed partial class Xenstored
{
    /// <summary>How long an event may wait for a guest to make room in its ring.</summary>
    public const long UnreadEventLimitNs = 20_000_000_000;

    private readonly Simulation simulation;
    private readonly List<StoreConnection> connections = [];
    private readonly WatchTable watches;
    private readonly WriteCredit credit = new();
    private readonly HashSet<int> overSoftQuota = [];
    private readonly HashSet<StoreConnection> awaitingReaders = [];

    public StoreTree Tree { get; } = new();

    public StoreQuota Quota { get; } = new();

    public Component Component { get; private set; }

    /// <summary>The connections in the order in which they came.</summary>
    public IReadOnlyList<StoreConnection> Connections => connections;

    public StoreLog Log { get; }

    /// <summary>Requests answered so far.</summary>
    public long Requests { get; private set; }

    /// <summary>A client of the socket in Dom0, which has all rights. The connection ends with the client.</summary>
    public XsClient Connect(Component client)
    {
        var channel = new StoreChannel(simulation, this, client);
        if (Component.Alive) Attach(channel);
        else channel.Close();
        client.Ended += _ => Disconnect(channel);
        return new XsClient(channel.Client);
    }

    /// <summary>A client of the socket that lives outside of the simulated machine, and of which there is nothing here but its bytes.</summary>
    public StoreSocket ConnectSocket()
    {
        var socket = new StoreSocket(this);
        if (Component.Alive) Attach(socket);
        else socket.Close();
        return socket;
    }

    /// <summary>The other end of a connection is gone.</summary>
    public void Disconnect(StoreTransport transport)
    {
        if (transport.Connection is { } connection)
        {
            connections.Remove(connection);
            connection.Reset();
            connection.DropUnread();
        }
        transport.Close();
    }

    internal long Now => simulation.Now;

    internal void Tell(StoreConnection connection, XsMessage message) => simulation.Tap?.Send(
        simulation.Tap.NameOf(Component), connection.Transport.NameIn(simulation.Tap),
        message.Type == XsMessageType.WatchEvent ? "watch" : "reply", XsMessageNames.InWords(message.Type, message.TransactionId, message.Payload));

    /// <summary>A connection has something open, or no more.</summary>
    internal void TellOpen(StoreConnection connection, string what, bool isOpen)
    {
        if (simulation.Tap is { } tap) tap.Changed?.Invoke(tap.NameOf(Component), $"{connection.Transport.NameIn(tap)} {what}", isOpen ? "open" : null);
    }

    /// <summary>Reads and answers what lies in a transport, as far as the quotas of its domain go.</summary>
    internal void Serve(StoreTransport transport)
    {
        while (transport.Connection is { Ignored: false } connection && MayRead(connection) && transport.TryTake(out var request))
        {
            Requests++;
            if (Log.On) Log.Write(Now, "IN", connection, request);
            var reply = Answer(connection, request);
            if (Log.On) Log.Write(Now, "OUT", connection, reply);
            connection.Deliver(reply, connection);
            if (reply.Type == XsMessageType.Watch)
            {
                // The event that tells the watcher to look at the node for the first time follows the reply.
                var registered = connection.Watches[^1];
                WatchTable.Send(registered, registered.RegisteredPath, connection);
            }
        }
        if (transport.Violation != XsRingError.None) GiveUp(transport);
    }

    /// <summary>Something came in on a socket, or went out that was in the way.</summary>
    internal void WakeFor(StoreSocket socket) => simulation.Post(Component, "xs socket", () => Serve(socket));

    /// <summary>Takes up a connection again whose input was left unread.</summary>
    internal void ReadOn(StoreConnection connection)
    {
        connection.Held = false;
        simulation.Post(Component, "xs read on", () => Serve(connection.Transport));
    }

    /// <summary>Is there room for so many bytes more in the memory of the connection's domain?</summary>
    internal bool HasMemory(StoreConnection connection, long added)
    {
        if (connection.Privileged) return true;
        var used = Tree.BytesOwned(connection.Domid) + connection.Bytes + added;
        if (used > Quota.SoftMemory && overSoftQuota.Add(connection.Domid))
        {
            Log.Write($"{Now} domain {connection.Domid} uses more than {Quota.SoftMemory} bytes of memory");
        }
        return used <= Quota.Memory;
    }

    /// <summary>Sees to it that events which nobody reads do not stay for ever, and with them the requests of those who caused them.</summary>
    internal void ExpectReading(StoreConnection connection)
    {
        if (!awaitingReaders.Add(connection)) return;
        simulation.AfterHousekeeping(UnreadEventLimitNs, Component, "unread events", () => ExpireEvents(connection));
    }

    private void ExpireEvents(StoreConnection connection)
    {
        awaitingReaders.Remove(connection);
        if (connection.DropEventsBefore(Now - UnreadEventLimitNs)) ExpectReading(connection);
    }

    /// <summary>May another request be read now? If not, somebody will see to it that the reading goes on later.</summary>
    private bool MayRead(StoreConnection connection)
    {
        if (connection.Privileged) return true;
        if (connection.Outstanding >= Quota.Outstanding)
        {
            connection.Held = true;
            return false;
        }
        var wait = credit.Wait(connection.Domid, Now);
        if (wait == 0) return true;
        if (!connection.CreditAwaited)
        {
            connection.CreditAwaited = true;
            simulation.After(wait, Component, "write credit", () =>
            {
                connection.CreditAwaited = false;
                Serve(connection.Transport);
            });
        }
        return false;
    }

    /// <summary>A guest pays for what it writes while others have transactions open, which its writes may bring to nothing.</summary>
    private void ChargeWrites(StoreConnection connection, int writes)
    {
        if (connection.Privileged) return;
        foreach (var other in connections)
        {
            if (other == connection || other.Transactions.Count == 0) continue;
            credit.Charge(connection.Domid, writes, Now);
            return;
        }
    }

    private void Attach(StoreTransport transport)
    {
        var connection = new StoreConnection(this, transport);
        connections.Add(connection);
        transport.Connection = connection;
    }

    /// <summary>What comes from there cannot be understood any more. A socket is closed; a domain keeps its ring and is not listened to.</summary>
    private void GiveUp(StoreTransport transport)
    {
        if (transport is not StoreRing ring)
        {
            Disconnect(transport);
            return;
        }
        if (ring.Connection is not { Ignored: false } connection) return;
        simulation.Trace(Component, $"domain {ring.Domid} is ignored: {ring.Violation}");
        connection.Ignore();
        ring.Ring.Error = ring.Violation;
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
                connection.Reset();
                return request.Ok();
            case XsMessageType.TransactionStart:
                return DoTransactionStart(connection, request);
            case XsMessageType.TransactionEnd:
                return DoTransactionEnd(connection, request, transaction);
            case XsMessageType.Introduce:
                return DoIntroduce(connection, request);
            case XsMessageType.Release:
                return DoRelease(connection, request);
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
        connection.EndTransaction(transaction);
        if (verdict == "F") return request.Ok();
        if (transaction.Doomed) return request.Fail(XsError.ENOMEM);
        if (!transaction.IsCurrent()) return request.Fail(XsError.EAGAIN);
        foreach (var (path, before, exact) in transaction.Apply())
        {
            watches.Fire(path, before, exact, connection);
        }
        ChargeWrites(connection, transaction.ModifiedNodes);
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
