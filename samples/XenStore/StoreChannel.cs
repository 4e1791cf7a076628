using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>The socket between the daemon and another process (or the kernel) of Dom0: messages go through whole and in order.</summary>
public sealed class StoreChannel : StoreTransport
{
    private readonly Simulation simulation;
    private readonly Xenstored daemon;
    private readonly Queue<XsMessage> requests = new();
    private readonly ClientEnd client;

    /// <summary>The reply of the request that the client is blocked in, if it is.</summary>
    private XsMessage? awaited;
    private uint? awaitedId;

    internal StoreChannel(Simulation simulation, Xenstored daemon, Component client)
        : base(0)
    {
        this.simulation = simulation;
        this.daemon = daemon;
        this.client = new ClientEnd(this, client);
    }

    public XsTransport Client => client;

    internal override string NameIn(SimulationTap tap) => tap.NameOf(client.Client);

    internal override bool TryTake(out XsMessage request)
    {
        if (!requests.TryDequeue(out request!)) return false;
        if (request.Payload.Length <= XsMessage.PayloadMax) return true;
        Violation = XsRingError.Protocol;
        return false;
    }

    internal override bool TryPut(XsMessage message)
    {
        if (Closed) return true;
        if (awaitedId is { } id && message.Type != XsMessageType.WatchEvent && message.RequestId == id)
        {
            awaited = message;
            return true;
        }
        simulation.Post(client.Client, XsMessageNames.Reply(message.Type), () => client.Received?.Invoke(message));
        return true;
    }

    internal override void Close()
    {
        base.Close();
        requests.Clear();
    }

    /// <summary>The end that the client holds.</summary>
    private sealed class ClientEnd(StoreChannel channel, Component client) : XsTransport(client)
    {
        public override bool Closed => channel.Closed;

        public override void Send(XsMessage request)
        {
            if (channel.Closed) return;
            channel.requests.Enqueue(request);
            channel.simulation.Post(channel.daemon.Component, XsMessageNames.Request(request.Type), () => channel.daemon.Serve(channel));
        }

        public override XsMessage? Exchange(XsMessage request)
        {
            if (channel.Closed) return null;
            channel.requests.Enqueue(request);
            channel.awaitedId = request.RequestId;
            channel.awaited = null;
            channel.simulation.RunAs(channel.daemon.Component, () => channel.daemon.Serve(channel));
            channel.awaitedId = null;
            return channel.awaited;
        }
    }
}

/// <summary>What the trace calls the messages; made once, not per message.</summary>
internal static class XsMessageNames
{
    private static readonly string[] Requests = [.. Enumerable.Range(0, 32).Select(i => $"xs request {(XsMessageType)i}")];
    private static readonly string[] Replies = [.. Enumerable.Range(0, 32).Select(i => $"xs reply {(XsMessageType)i}")];

    /// <summary>A message for people: what it asks or says, about which node, with which value.</summary>
    public static string InWords(XsMessageType type, uint transaction, byte[] payload) =>
        $"{type}{(transaction == 0 ? "" : $" in transaction {transaction}")} {XsPayload.Text(payload.AsSpan().TrimEnd((byte)0)).Replace("\0", " ", StringComparison.Ordinal)}";

    public static string Request(XsMessageType type) => Requests[(int)type & 31];

    public static string Reply(XsMessageType type) => Replies[(int)type & 31];
}
