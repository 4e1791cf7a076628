using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Guests;

public enum TcpState
{
    SynSent,
    SynReceived,
    Established,
    Closed,
}

/// <summary>
/// One end of a TCP connection: bytes in order, acknowledged, and sent again from the last acknowledged one when an answer stays out.
/// No options, no window other than a fixed one: what two guests on one bridge need.
/// </summary>
public sealed class TcpConnection
{
    public const int MaxSegment = 1460;

    /// <summary>What a card that cuts packets by itself is given at a time.</summary>
    private const int MaxOffloaded = 11 * MaxSegment;

    /// <summary>Bytes under way at most.</summary>
    private const int Window = 32 * 1024;

    private const long FirstTimeoutNs = 200_000_000;
    private const long MaxTimeoutNs = 3_200_000_000;

    /// <summary>After so many attempts in a row nobody is there any more.</summary>
    private const int MaxAttempts = 8;

    private const int DuplicatesForRetransmit = 3;

    private readonly GuestNetwork network;
    private byte[] buffer = new byte[4096];
    private int buffered;
    private uint sendUnacknowledged;
    private uint sendNext;
    private uint sendMaximum;
    private uint receiveNext;
    private long timeoutNs = FirstTimeoutNs;
    private int attempts;
    private int duplicates;
    private bool closing;
    private bool finSent;
    private bool finReceived;
    private Timer? timer;

    internal TcpConnection(GuestNetwork network, Ipv4Address remote, ushort remotePort, ushort localPort, uint initialSequence)
    {
        this.network = network;
        Remote = remote;
        RemotePort = remotePort;
        LocalPort = localPort;
        sendUnacknowledged = initialSequence;
        sendNext = initialSequence;
        sendMaximum = initialSequence;
    }

    public Ipv4Address Remote { get; }

    public ushort RemotePort { get; }

    public ushort LocalPort { get; }

    public TcpState State { get; private set; }

    /// <summary>How often something had to be sent again.</summary>
    public int Retransmissions { get; private set; }

    /// <summary>Bytes have come, in order.</summary>
    public Action<ReadOnlyMemory<byte>>? Received { get; set; }

    /// <summary>The handshake is through.</summary>
    public Action? Opened { get; set; }

    /// <summary>The connection is over: null in good order, otherwise why.</summary>
    public Action<string?>? Ended { get; set; }

    /// <summary>Queues bytes for sending.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (State == TcpState.Closed || closing)
        {
            return;
        }

        if (buffered + bytes.Length > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, buffered + bytes.Length));
        }

        bytes.CopyTo(buffer.AsSpan(buffered));
        buffered += bytes.Length;
        Output();
    }

    /// <summary>No more bytes will be written; what is queued is still sent.</summary>
    public void Close()
    {
        closing = true;
        Output();
    }

    /// <summary>Gives the connection up and tells the other end.</summary>
    public void Abort(string why)
    {
        if (State != TcpState.Closed)
        {
            Send(sendNext, TcpFlags.Reset | TcpFlags.Ack, default);
            End(why);
        }
    }

    internal void Connect()
    {
        State = TcpState.SynSent;
        Send(sendNext, TcpFlags.Syn, default);
        Advance(1);
    }

    internal void Accept(TcpSegment syn)
    {
        State = TcpState.SynReceived;
        receiveNext = syn.Sequence + 1;
        Send(sendNext, TcpFlags.Syn | TcpFlags.Ack, default);
        Advance(1);
    }

    internal void Input(TcpSegment segment)
    {
        if (State == TcpState.Closed)
        {
            return;
        }

        if ((segment.Flags & TcpFlags.Reset) != 0)
        {
            End(closing && finReceived ? null : "connection reset by peer");
            return;
        }

        if ((segment.Flags & TcpFlags.Syn) != 0)
        {
            InputSyn(segment);
            return;
        }

        if ((segment.Flags & TcpFlags.Ack) == 0 || State == TcpState.SynSent)
        {
            return;
        }

        InputAcknowledgement(segment);
        if (State == TcpState.Established)
        {
            InputData(segment);
        }

        if (State == TcpState.Established)
        {
            Output();
            EndWhenBothHaveClosed();
        }
    }

    private void InputSyn(TcpSegment segment)
    {
        if (State == TcpState.SynSent && (segment.Flags & TcpFlags.Ack) != 0 && segment.Acknowledgement == sendNext)
        {
            receiveNext = segment.Sequence + 1;
            Acknowledged(segment.Acknowledgement, 0);
            State = TcpState.Established;
            Send(sendNext, TcpFlags.Ack, default);
            Opened?.Invoke();
            Output();
        }
        else if (State == TcpState.SynReceived)
        {
            // Our answer to it was lost.
            Send(sendUnacknowledged, TcpFlags.Syn | TcpFlags.Ack, default);
        }
        else if (State == TcpState.Established)
        {
            Send(sendNext, TcpFlags.Ack, default);
        }
    }

    private void InputAcknowledgement(TcpSegment segment)
    {
        var acknowledged = (int)(segment.Acknowledgement - sendUnacknowledged);
        if (acknowledged < 0 || segment.Acknowledgement - sendUnacknowledged > sendMaximum - sendUnacknowledged)
        {
            return;
        }

        if (acknowledged == 0)
        {
            if (segment.Payload.Length == 0 && sendMaximum != sendUnacknowledged && (segment.Flags & TcpFlags.Fin) == 0)
            {
                duplicates++;
                if (duplicates == DuplicatesForRetransmit)
                {
                    Retransmit();
                }
            }

            return;
        }

        duplicates = 0;
        if (State == TcpState.SynReceived)
        {
            Acknowledged(segment.Acknowledgement, 0);
            State = TcpState.Established;
            Opened?.Invoke();
            return;
        }

        Acknowledged(segment.Acknowledgement, Math.Min(acknowledged, buffered));
    }

    private void Acknowledged(uint until, int bytes)
    {
        if (bytes > 0)
        {
            buffer.AsSpan(bytes, buffered - bytes).CopyTo(buffer);
            buffered -= bytes;
        }

        sendUnacknowledged = until;
        if ((int)(sendNext - until) < 0)
        {
            sendNext = until;
        }

        attempts = 0;
        timeoutNs = FirstTimeoutNs;
        RestartTimer();
    }

    private void InputData(TcpSegment segment)
    {
        var fin = (segment.Flags & TcpFlags.Fin) != 0;
        if (segment.Payload.Length == 0 && !fin)
        {
            return;
        }

        if (segment.Sequence != receiveNext || finReceived)
        {
            // Something is missing before it, or it was here already: say what is wanted.
            Send(sendNext, TcpFlags.Ack, default);
            return;
        }

        receiveNext += (uint)segment.Payload.Length;
        if (fin)
        {
            receiveNext++;
            finReceived = true;
        }

        Send(sendNext, TcpFlags.Ack, default);
        if (segment.Payload.Length > 0)
        {
            Received?.Invoke(segment.Payload);
        }

        if (fin && State == TcpState.Established)
        {
            closing = true;
        }
    }

    // Sends what the window lets through, and the end when all is sent.
    private void Output()
    {
        if (State != TcpState.Established)
        {
            return;
        }

        var offered = network.Offload ? MaxOffloaded : MaxSegment;
        while (true)
        {
            var inFlight = (int)(sendNext - sendUnacknowledged);
            var length = Math.Min(Math.Min(buffered - inFlight, offered), Window - inFlight);
            if (length <= 0 || finSent)
            {
                break;
            }

            var flags = inFlight + length == buffered ? TcpFlags.Ack | TcpFlags.Push : TcpFlags.Ack;
            Send(sendNext, flags, buffer.AsMemory(inFlight, length));
            Advance((uint)length);
        }

        if (closing && !finSent && sendNext - sendUnacknowledged == (uint)buffered)
        {
            finSent = true;
            Send(sendNext, TcpFlags.Fin | TcpFlags.Ack, default);
            Advance(1);
        }
    }

    private void Advance(uint by)
    {
        sendNext += by;
        if ((int)(sendNext - sendMaximum) > 0)
        {
            sendMaximum = sendNext;
        }

        if (timer is not { Pending: true })
        {
            RestartTimer();
        }
    }

    private void RestartTimer()
    {
        timer?.Cancel();
        timer = null;
        if (State != TcpState.Closed && sendMaximum != sendUnacknowledged)
        {
            timer = network.Simulation.After(timeoutNs, network.Component, "tcp retransmission", TimedOut);
        }
    }

    private void TimedOut()
    {
        attempts++;
        if (attempts > MaxAttempts)
        {
            End("connection timed out");
            return;
        }

        timeoutNs = Math.Min(timeoutNs * 2, MaxTimeoutNs);
        Retransmit();
        RestartTimer();
    }

    // Go back to the last acknowledged byte.
    private void Retransmit()
    {
        Retransmissions++;
        sendNext = sendUnacknowledged;
        finSent = false;
        if (State == TcpState.SynSent)
        {
            Send(sendNext, TcpFlags.Syn, default);
            sendNext++;
        }
        else if (State == TcpState.SynReceived)
        {
            Send(sendNext, TcpFlags.Syn | TcpFlags.Ack, default);
            sendNext++;
        }
        else
        {
            Output();
        }
    }

    private void EndWhenBothHaveClosed()
    {
        if (finSent && finReceived && sendUnacknowledged == sendMaximum)
        {
            End(null);
        }
    }

    private void End(string? why)
    {
        State = TcpState.Closed;
        timer?.Cancel();
        timer = null;
        network.Forget(this);
        Ended?.Invoke(why);
    }

    private void Send(uint sequence, TcpFlags flags, ReadOnlyMemory<byte> payload)
    {
        // The packet gets bytes of its own: the buffer moves on while it is under way.
        var acknowledgement = (flags & TcpFlags.Ack) != 0 ? receiveNext : 0;
        network.SendSegment(Remote, new TcpSegment(LocalPort, RemotePort, sequence, acknowledgement, flags, payload));
    }
}
