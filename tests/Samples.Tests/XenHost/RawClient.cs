using System.Net.Sockets;
using Xen.XenHost;
using Xen.XenStore;

namespace Samples.Tests.XenHost;

/// <summary>A client of the store's socket that sends any bytes and sees every byte that comes back.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly LiveHost host;
    private readonly Socket socket;
    private readonly XsAssembler replies = new();
    private readonly Queue<XsMessage> events = new();
    private uint lastRequest;

    public RawClient(LiveHost host)
    {
        this.host = host;
        socket = RunFolder.Connect(host.Folder.StoreSocket)!;
        socket.Blocking = false;
    }

    /// <summary>The host has hung up.</summary>
    public bool HungUp { get; private set; }

    /// <summary>Watch events that came so far, as path and token.</summary>
    public IReadOnlyList<string> Events => [.. events.Select(message => string.Join(' ', XsPayload.Split(message.Payload)!))];

    public void ForgetEvents() => events.Clear();

    /// <summary>One request and its reply, as text with a blank for each NUL; an error is its name.</summary>
    public string Ask(XsMessageType type, string payload, uint transaction = 0)
    {
        var id = Send(type, payload, transaction);
        XsMessage? reply = null;
        host.TurnUntil(() => HungUp || (reply = Receive()) is not null, $"a reply to {type} {payload}");
        if (reply is null) return "hung up";
        Assert.AreEqual(id, reply.RequestId);
        return XsPayload.Text(reply.Payload).TrimEnd('\0').Replace('\0', ' ');
    }

    public uint Start() => uint.Parse(Ask(XsMessageType.TransactionStart, "\0"), System.Globalization.CultureInfo.InvariantCulture);

    public uint Send(XsMessageType type, string payload, uint transaction = 0)
    {
        lastRequest++;
        SendBytes(XsWire.Encode(new XsMessage(type, lastRequest, transaction, XsPayload.Raw(payload))));
        return lastRequest;
    }

    /// <summary>Sends all the bytes, while the host works on them.</summary>
    public void SendBytes(ReadOnlySpan<byte> bytes)
    {
        while (TrySend(ref bytes)) host.Turn();
    }

    /// <summary>Sends what can be sent without anybody reading; true when something is left.</summary>
    public bool TrySend(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return false;
        var count = socket.Send(bytes, SocketFlags.None, out var error);
        if (error is SocketError.Success) bytes = bytes[count..];
        else if (error is not SocketError.WouldBlock) HungUp = true;
        return !bytes.IsEmpty && !HungUp;
    }

    /// <summary>The next reply that is there; events are set aside.</summary>
    public XsMessage? Receive()
    {
        while (true)
        {
            if (replies.TryTake(out var message))
            {
                if (message.Type != XsMessageType.WatchEvent) return message;
                events.Enqueue(message);
                continue;
            }
            var count = socket.Receive(replies.Missing, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock) return null;
            if (error != SocketError.Success || count == 0)
            {
                HungUp = true;
                return null;
            }
            replies.Filled(count);
        }
    }

    public void Dispose() => socket.Dispose();
}
