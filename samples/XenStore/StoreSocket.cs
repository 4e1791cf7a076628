namespace Xen.XenStore;

/// <summary>
/// The daemon's end of a Unix stream socket whose client is a real process: bytes go in and come out, whoever carries them. The client
/// is privileged, so what protects the daemon from one that floods it or never reads are the limits here.
/// </summary>
public sealed class StoreSocket : StoreTransport
{
    /// <summary>With so many bytes unread by the client, its requests are not read either.</summary>
    public const int UnreadReplies = 64 * 1024;

    /// <summary>With so many bytes unread, which can only be events, the client is given up.</summary>
    public const int UnreadLimit = 4 * 1024 * 1024;

    private readonly Xenstored daemon;
    private readonly XsAssembler requests = new();
    private readonly Queue<byte[]> outgoing = new();
    private byte[] input = [];
    private int inputAt;
    private int sent;

    internal StoreSocket(Xenstored daemon)
        : base(0) => this.daemon = daemon;

    /// <summary>Bytes that the client has not taken yet.</summary>
    public int Unread { get; private set; }

    /// <summary>What the client sent last is not read to the end: it has to wait with more.</summary>
    public bool InputPending => inputAt < input.Length;

    /// <summary>The client has sent bytes. They are read as a process of the simulated machine would: when the daemon next runs.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (Closed) return;
        input = InputPending ? [.. input.AsSpan(inputAt), .. bytes] : bytes.ToArray();
        inputAt = 0;
        daemon.WakeFor(this);
    }

    /// <summary>The next bytes for the client; none when it has everything.</summary>
    public ReadOnlyMemory<byte> NextBytes => outgoing.TryPeek(out var bytes) ? bytes.AsMemory(sent) : default;

    /// <summary>The client has taken so many of <see cref="NextBytes"/>.</summary>
    public void Sent(int count)
    {
        var wasFull = Unread > UnreadReplies;
        sent += count;
        Unread -= count;
        if (sent == outgoing.Peek().Length)
        {
            outgoing.Dequeue();
            sent = 0;
        }
        if (wasFull && Unread <= UnreadReplies) daemon.WakeFor(this);
    }

    internal override bool TryTake(out XsMessage request)
    {
        while (!requests.TryTake(out request!))
        {
            if (requests.Overlong) Violation = XsRingError.Protocol;
            if (Violation != XsRingError.None || !InputPending || Unread > UnreadReplies) return false;
            var count = Math.Min(requests.Missing.Length, input.Length - inputAt);
            input.AsSpan(inputAt, count).CopyTo(requests.Missing);
            requests.Filled(count);
            inputAt += count;
        }
        return true;
    }

    internal override bool TryPut(XsMessage message)
    {
        var bytes = XsWire.Encode(message);
        outgoing.Enqueue(bytes);
        Unread += bytes.Length;
        if (Unread <= UnreadLimit) return true;
        Violation = XsRingError.Communication;
        daemon.WakeFor(this);
        return true;
    }
}
