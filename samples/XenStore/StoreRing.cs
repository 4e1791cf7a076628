namespace Xen.XenStore;

/// <summary>The daemon's end of a domain's ring page.</summary>
public sealed class StoreRing(int domid, XenstoreRing ring, Action notify) : StoreTransport(domid)
{
    private readonly XsAssembler requests = new();

    /// <summary>The message that is being written into the ring, and how much of it is there already.</summary>
    private byte[] outgoing = [];
    private int written;

    public XenstoreRing Ring => ring;

    internal override bool TryTake(out XsMessage request)
    {
        while (!requests.TryTake(out request!))
        {
            if (requests.Overlong)
            {
                Violation = XsRingError.Protocol;
                return false;
            }
            var wasFull = ring.Filled(XenstoreRing.Requests) == XenstoreRing.Size;
            var count = ring.Take(XenstoreRing.Requests, requests.Missing);
            if (count == XenstoreRing.Broken) Violation = XsRingError.RingIndex;
            if (count <= 0) return false;
            requests.Filled(count);
            // A domain that has filled the ring waits for room; one that has not does not care.
            if (wasFull) notify();
        }
        return true;
    }

    internal override bool TryPut(XsMessage message)
    {
        Push();
        if (written < outgoing.Length) return Violation != XsRingError.None;
        outgoing = XsWire.Encode(message);
        written = 0;
        Push();
        return true;
    }

    /// <summary>Writes as much as fits of the message in progress.</summary>
    internal override void Push()
    {
        if (written == outgoing.Length || Violation != XsRingError.None) return;
        var count = ring.Put(XenstoreRing.Responses, outgoing.AsSpan(written));
        if (count == XenstoreRing.Broken)
        {
            Violation = XsRingError.RingIndex;
            return;
        }
        written += count;
        if (count > 0) notify();
    }

    /// <summary>Forgets what is half read and half written, when the domain begins anew.</summary>
    internal void Reset()
    {
        requests.Reset();
        outgoing = [];
        written = 0;
        ring.Clear();
    }
}
