using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>
/// The two-way pipe of messages between one client and the daemon: a connection of the socket in Dom0, or the ring page of a
/// domain. A transport that carries bytes puts its framing here and changes nothing else.
/// </summary>
public sealed class StoreChannel
{
    private readonly Simulation simulation;
    private readonly Xenstored daemon;
    private readonly Queue<XsMessage> requests = new();

    internal StoreChannel(Simulation simulation, Xenstored daemon, Component client, int domid)
    {
        this.simulation = simulation;
        this.daemon = daemon;
        Client = client;
        Domid = domid;
    }

    public Component Client { get; }

    public int Domid { get; }

    /// <summary>The daemon reads from this channel: always for a socket, from INTRODUCE on for a ring.</summary>
    public bool Attached { get; internal set; }

    /// <summary>The daemon has gone or has hung up.</summary>
    public bool Closed { get; private set; }

    /// <summary>Takes what the daemon sends: replies and watch events, in order.</summary>
    public Action<XsMessage>? Received { get; set; }

    /// <summary>The reply of the request that the client is blocked in, if it is.</summary>
    private XsMessage? awaited;
    private uint? awaitedId;

    /// <summary>Puts a request into the pipe. It stays there until the daemon reads it.</summary>
    public void Send(XsMessage request)
    {
        if (Closed) return;
        requests.Enqueue(request);
        if (Attached) simulation.Post(daemon.Component, Names.Request(request.Type), () => daemon.Serve(this));
    }

    /// <summary>Sends a request and blocks the client until its reply is there. Null when the connection is or gets closed.</summary>
    public XsMessage? Exchange(XsMessage request)
    {
        if (Closed || !Attached) return null;
        requests.Enqueue(request);
        awaitedId = request.RequestId;
        awaited = null;
        simulation.RunAs(daemon.Component, () => daemon.Serve(this));
        awaitedId = null;
        return awaited;
    }

    internal bool TryTake(out XsMessage request) => requests.TryDequeue(out request!);

    /// <summary>The daemon's side: a reply or a watch event on its way to the client.</summary>
    internal void Deliver(XsMessage message)
    {
        if (Closed) return;
        if (awaitedId is { } id && message.Type != XsMessageType.WatchEvent && message.RequestId == id)
        {
            awaited = message;
            return;
        }
        simulation.Post(Client, Names.Reply(message.Type), () => Received?.Invoke(message));
    }

    internal void Close()
    {
        Closed = true;
        Attached = false;
        requests.Clear();
    }

    /// <summary>What the trace calls the messages; made once, not per message.</summary>
    private static class Names
    {
        private static readonly string[] Requests = [.. Enumerable.Range(0, 32).Select(i => $"xs request {(XsMessageType)i}")];
        private static readonly string[] Replies = [.. Enumerable.Range(0, 32).Select(i => $"xs reply {(XsMessageType)i}")];

        public static string Request(XsMessageType type) => Requests[(int)type & 31];

        public static string Reply(XsMessageType type) => Replies[(int)type & 31];
    }
}
