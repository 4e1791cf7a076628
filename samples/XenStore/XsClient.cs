using System.Globalization;
using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>What came back for a request: an error, or the payload.</summary>
public readonly record struct XsReply(XsError Error, byte[] Payload)
{
    public bool Ok => Error == XsError.None;

    /// <summary>The payload as text, without the terminator that all replies but READ's have.</summary>
    public string Text => XsPayload.Text(Payload.AsSpan().TrimEnd((byte)0));

    /// <summary>The value of a READ, byte for byte.</summary>
    public string Value => XsPayload.Text(Payload);

    /// <summary>The strings of the payload: the children of DIRECTORY, the entries of GET_PERMS.</summary>
    public IReadOnlyList<string> Strings => XsPayload.Split(Payload) ?? [];
}

/// <summary>A registered watch; <see cref="XsClient.Unwatch"/> takes it back.</summary>
public sealed class XsWatch(string path, string token, Action<string, string> fired)
{
    public string Path { get; } = path;
    public string Token { get; } = token;
    public Action<string, string> Fired { get; } = fired;
    internal bool Active { get; set; } = true;
}

/// <summary>
/// A connection of one component to xenstored (libxenstore, or the xenbus driver of a kernel). Every request exists in two forms:
/// with a callback, where the reply is a message that arrives later, and as a blocking <see cref="Call"/>.
/// Watch events always arrive as messages.
/// </summary>
public sealed class XsClient
{
    private const string StoreKind = "store";
    private const string BlockingKind = "store, blocking";
    private const uint NoRequest = uint.MaxValue;

    private readonly XsTransport transport;
    private readonly SortedDictionary<uint, Action<XsReply>> pending = [];
    private readonly SortedDictionary<string, XsWatch> watches = new(StringComparer.Ordinal);
    private uint lastRequest;

    public XsClient(XsTransport transport)
    {
        this.transport = transport;
        transport.Received = Receive;
        Component.Holds(this);

        // Whoever has not asked gets no answer: this number belongs to no request.
        Component.Simulation.Tap?.Opens(Component, StoreKind, left => transport.Send(Read(left.Payload, NoRequest)));
        Component.Simulation.Tap?.Opens(Component, BlockingKind, left => transport.Exchange(Read(left.Payload, NoRequest)));
    }

    public Component Component => transport.Client;

    /// <summary>The daemon has gone or has hung up; every request fails with EIO from now on.</summary>
    public bool Closed => transport.Closed;

    public void Read(string path, Action<XsReply> done, uint transaction = 0) => Request(XsMessageType.Read, transaction, XsPayload.Strings(path), done);

    public void Directory(string path, Action<XsReply> done, uint transaction = 0) =>
        Request(XsMessageType.Directory, transaction, XsPayload.Strings(path), done);

    public void Write(string path, string value, Action<XsReply>? done = null, uint transaction = 0) =>
        Request(XsMessageType.Write, transaction, XsPayload.PathAndValue(path, value), done);

    public void Mkdir(string path, Action<XsReply>? done = null, uint transaction = 0) =>
        Request(XsMessageType.Mkdir, transaction, XsPayload.Strings(path), done);

    public void Rm(string path, Action<XsReply>? done = null, uint transaction = 0) =>
        Request(XsMessageType.Rm, transaction, XsPayload.Strings(path), done);

    public void GetPerms(string path, Action<XsReply> done, uint transaction = 0) =>
        Request(XsMessageType.GetPerms, transaction, XsPayload.Strings(path), done);

    public void SetPerms(string path, IReadOnlyList<string> entries, Action<XsReply>? done = null, uint transaction = 0) =>
        Request(XsMessageType.SetPerms, transaction, XsPayload.Strings([path, .. entries]), done);

    /// <summary>Starts a transaction; the reply's text is its id.</summary>
    public void TransactionStart(Action<XsError, uint> done) =>
        Request(XsMessageType.TransactionStart, 0, XsPayload.Strings(""), reply => done(reply.Error, TransactionId(reply)));

    public void TransactionEnd(uint transaction, bool commit, Action<XsReply>? done = null) =>
        Request(XsMessageType.TransactionEnd, transaction, XsPayload.Strings(commit ? "T" : "F"), done);

    public void Introduce(int domid, ulong frame, int port, Action<XsReply>? done = null) =>
        Request(XsMessageType.Introduce, 0, IntroducePayload(domid, frame, port), done);

    public void Release(int domid, Action<XsReply>? done = null) => Request(XsMessageType.Release, 0, XsPayload.Strings(Number(domid)), done);

    public void GetDomainPath(int domid, Action<XsReply> done) => Request(XsMessageType.GetDomainPath, 0, XsPayload.Strings(Number(domid)), done);

    /// <summary>Registers a watch; its token must be the only one of this name at this client. <paramref name="fired"/> gets the path that changed and the token; the first event comes at once.</summary>
    public XsWatch Watch(string path, string token, Action<string, string> fired, Action<XsReply>? done = null)
    {
        var watch = Remember(path, token, fired);
        Request(XsMessageType.Watch, 0, XsPayload.Strings(path, token), done);
        return watch;
    }

    /// <summary>Takes a watch back. Events that are under way are dropped.</summary>
    public void Unwatch(XsWatch watch, Action<XsReply>? done = null)
    {
        Forget(watch);
        Request(XsMessageType.Unwatch, 0, XsPayload.Strings(watch.Path, watch.Token), done);
    }

    /// <summary>The blocking form of <see cref="Watch"/>; null when the daemon refuses.</summary>
    public XsWatch? WatchNow(string path, string token, Action<string, string> fired)
    {
        var watch = Remember(path, token, fired);
        if (Call(XsMessageType.Watch, 0, XsPayload.Strings(path, token)).Ok) return watch;
        Forget(watch);
        return null;
    }

    /// <summary>The blocking form of <see cref="Unwatch"/>.</summary>
    public XsError UnwatchNow(XsWatch watch)
    {
        Forget(watch);
        return Call(XsMessageType.Unwatch, 0, XsPayload.Strings(watch.Path, watch.Token)).Error;
    }

    /// <summary>Sends a request; the reply comes later as a message.</summary>
    public void Request(XsMessageType type, uint transaction, byte[] payload, Action<XsReply>? done)
    {
        lastRequest++;
        if (done is not null) pending.Add(lastRequest, done);
        if (Heard(StoreKind, new XsMessage(type, lastRequest, transaction, payload)) is { } request) transport.Send(request);
    }

    /// <summary>Sends a request and blocks until the reply is there, as libxenstore's functions do.</summary>
    public XsReply Call(XsMessageType type, uint transaction, byte[] payload)
    {
        lastRequest++;
        var request = new XsMessage(type, lastRequest, transaction, payload);
        var heard = Heard(BlockingKind, request);
        if (heard is null) Component.Simulation.Tap!.Block(Component, XsMessageNames.InWords(type, transaction, payload));
        var reply = transport.Exchange(heard ?? request);
        return reply is null ? new XsReply(XsError.EIO, []) : Interpret(reply);
    }

    /// <summary>The id in the reply to TRANSACTION_START; 0 when it failed.</summary>
    public static uint TransactionId(XsReply reply) =>
        reply.Ok && uint.TryParse(reply.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    public static byte[] IntroducePayload(int domid, ulong frame, int port) =>
        XsPayload.Strings(Number(domid), frame.ToString(CultureInfo.InvariantCulture), Number(port));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The callbacks that are registered, for those who look on: what they refer to is what the client's owner remembers.</summary>
    public IEnumerable<Delegate> Callbacks => watches.Values.Select(watch => (Delegate)watch.Fired).Concat(pending.Values);

    /// <summary>Tells those who look on, and gives what the daemon is to hear: the request, unless another stands in its place; null for nothing.</summary>
    private XsMessage? Heard(string kind, XsMessage request)
    {
        if (Component.Simulation.Tap is not { } tap) return request;
        var text = XsMessageNames.InWords(request.Type, request.TransactionId, request.Payload);
        tap.Send(tap.NameOf(Component), SimulationTap.NameOn(Component.Domain?.Host, "xenstored"), StoreKind, text);
        var said = (byte[])[.. BitConverter.GetBytes((uint)request.Type), .. BitConverter.GetBytes(request.TransactionId), .. request.Payload];
        var heard = tap.Heard(Component, kind, text, said);
        return heard is null ? null : heard == said ? request : Read(heard, request.RequestId);
    }

    private static XsMessage Read(byte[] request, uint id) =>
        new((XsMessageType)BitConverter.ToUInt32(request), id, BitConverter.ToUInt32(request, sizeof(uint)), request[(2 * sizeof(uint))..]);

    private XsWatch Remember(string path, string token, Action<string, string> fired)
    {
        var watch = new XsWatch(path, token, fired);
        watches.Add(token, watch);
        return watch;
    }

    private void Forget(XsWatch watch)
    {
        watch.Active = false;
        if (watches.TryGetValue(watch.Token, out var known) && known == watch) watches.Remove(watch.Token);
    }

    private void Receive(XsMessage message)
    {
        if (message.Type == XsMessageType.WatchEvent)
        {
            if (XsPayload.Split(message.Payload) is not [var path, var token, ..]) return;
            if (watches.TryGetValue(token, out var watch) && watch.Active) watch.Fired(path, token);
            return;
        }
        if (pending.Remove(message.RequestId, out var done)) done(Interpret(message));
    }

    private static XsReply Interpret(XsMessage message)
    {
        if (message.Type != XsMessageType.Error) return new XsReply(XsError.None, message.Payload);
        var name = XsPayload.Text(message.Payload.AsSpan().TrimEnd((byte)0));
        return new XsReply(Enum.TryParse<XsError>(name, out var error) ? error : XsError.EIO, []);
    }
}
