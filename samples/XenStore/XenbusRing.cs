using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>
/// A kernel's end of its store ring (xenbus_comms): requests go byte by byte into the page that start_info names, the event channel tells
/// the daemon. A request that does not fit waits until the daemon has made room.
/// </summary>
public sealed class XenbusRing : XsTransport
{
    private readonly Domain domain;
    private readonly uint port;
    private readonly XenstoreRing ring;
    private readonly XsAssembler replies = new();
    private readonly Queue<byte[]> outgoing = new();
    private int written;
    private long received;
    private bool broken;

    /// <summary>Opens the ring and handles its events. Requests stay in it until the domain is introduced.</summary>
    public XenbusRing(Domain domain, MappedPage page, uint port)
        : base(domain.Kernel)
    {
        this.domain = domain;
        this.port = port;
        ring = new XenstoreRing(page);
        domain.Host.EventChannel.SetHandler(domain, port, domain.Kernel, Wake);
    }

    /// <summary>The ring is gone, or the daemon does not listen to it.</summary>
    public override bool Closed => broken || !ring.Mapped || ring.Error != XsRingError.None;

    public XenstoreRing Ring => ring;

    public override void Send(XsMessage request)
    {
        if (Closed) return;
        outgoing.Enqueue(XsWire.Encode(request));
        if (Push()) domain.Host.EventChannel.Send(domain, port);
    }

    /// <summary>The caller sleeps until the reply is there: the two ends take turns, with the ring's events masked meanwhile.</summary>
    public override XsMessage? Exchange(XsMessage request)
    {
        if (Closed) return null;
        outgoing.Enqueue(XsWire.Encode(request));
        EventChannelOps.Mask(domain, port);
        XsMessage? reply = null;
        bool progress;
        do
        {
            var before = received;
            progress = Push();
            domain.Host.EventChannel.SendAndYield(domain, port);
            while (reply is null && TryReceive(out var message))
            {
                if (message.Type != XsMessageType.WatchEvent && message.RequestId == request.RequestId) reply = message;
                else Later(message);
            }
            progress |= received > before;
        }
        while (reply is null && progress && !Closed);
        EventChannelOps.ClearPending(domain, port);
        while (TryReceive(out var message)) Later(message);
        EventChannelOps.ClearMask(domain, port);
        return reply;
    }

    /// <summary>The daemon has read or written something.</summary>
    private void Wake()
    {
        while (TryReceive(out var message)) Received?.Invoke(message);
        if (Push()) domain.Host.EventChannel.Send(domain, port);
    }

    private void Later(XsMessage message) =>
        domain.Host.Simulation.Post(Client, XsMessageNames.Reply(message.Type), () => Received?.Invoke(message));

    /// <summary>Writes what fits of the waiting requests; true when anything did.</summary>
    private bool Push()
    {
        var pushed = false;
        while (!broken && outgoing.TryPeek(out var bytes))
        {
            var count = ring.Put(XenstoreRing.Requests, bytes.AsSpan(written));
            if (count == XenstoreRing.Broken) broken = true;
            if (count <= 0) break;
            pushed = true;
            written += count;
            if (written < bytes.Length) break;
            outgoing.Dequeue();
            written = 0;
        }
        return pushed;
    }

    private bool TryReceive(out XsMessage message)
    {
        while (!replies.TryTake(out message!))
        {
            if (replies.Overlong) broken = true;
            if (broken) return false;
            var wasFull = ring.Filled(XenstoreRing.Responses) == XenstoreRing.Size;
            var count = ring.Take(XenstoreRing.Responses, replies.Missing);
            if (count == XenstoreRing.Broken) broken = true;
            if (count <= 0) return false;
            replies.Filled(count);
            received += count;
            // The daemon may have more to say and waits for room.
            if (wasFull) domain.Host.EventChannel.Send(domain, port);
        }
        return true;
    }
}
