using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Xen.Drivers;

/// <summary>The network frontend of one device, in a guest's kernel: the guest's network card.</summary>
public sealed class Netfront : XenbusDriver
{
    /// <summary>More packets than that do not wait for room in the ring.</summary>
    private const int MaxWaiting = 1000;

    private readonly List<NetfrontQueue> queues = [];
    private readonly Queue<SkBuff> waiting = new();
    private bool announced;

    public Netfront(XenbusDevice device, GrantReferences grants, GuestPages pages)
        : base(device)
    {
        Grants = grants;
        Pages = pages;
    }

    public GrantReferences Grants { get; }

    public GuestPages Pages { get; }

    public MacAddress Mac { get; private set; }

    public int Handle { get; private set; }

    /// <summary>Packets can be sent: the rings are there and the device has not closed.</summary>
    public bool Carrier { get; private set; }

    /// <summary>The backend broke the protocol; the device is not used any more.</summary>
    public bool Broken { get; private set; }

    /// <summary>What the backend takes.</summary>
    public NetworkFeatures Features { get; private set; }

    public IReadOnlyList<NetfrontQueue> Queues => queues;

    /// <summary>Packets that were given up because too many waited, or because the card was gone.</summary>
    public long TxDropped { get; private set; }

    /// <summary>A packet has come.</summary>
    public event Action<SkBuff>? Received;

    /// <summary>netdev_notify_peers: the backend is there, and the world should hear where this guest is.</summary>
    public event Action<Netfront>? Announced;

    /// <summary>The toolstack has taken the device away.</summary>
    public event Action<Netfront>? DeviceRemoved;

    private XenbusClient Xenbus => Device.Xenbus;

    /// <summary>netfront_probe.</summary>
    public override int Probe()
    {
        var error = Xenbus.Read(0, $"{Device.NodeName}/mac", out var text);
        if (error != 0 || !MacAddress.TryParse(text, out var mac))
        {
            error = error == 0 ? -Errno.EINVAL : error;
            Device.Fatal(error, $"parsing {Device.NodeName}/mac");
            return error;
        }

        Mac = mac;
        Handle = (int)Xenbus.ReadUnsigned($"{Device.NodeName}/handle", 0);
        return 0;
    }

    /// <summary>netback_changed.</summary>
    public override void OtherEndChanged(XenbusState state)
    {
        switch (state)
        {
            case XenbusState.InitWait:
                if (Device.State != XenbusState.Initialising)
                {
                    break;
                }

                if (TalkToNetback() != 0)
                {
                    break;
                }

                Carrier = true;
                Device.SwitchState(XenbusState.Connected);
                break;

            case XenbusState.Connected:
                if (Carrier && !announced)
                {
                    announced = true;
                    Announced?.Invoke(this);
                }

                break;

            case XenbusState.Closed:
            case XenbusState.Closing:
                if (Device.State == XenbusState.Closed)
                {
                    break;
                }

                // The rings stay until the device is removed: the backend has them mapped until it has seen this.
                Carrier = false;
                TxDropped += waiting.Count;
                waiting.Clear();
                Device.SwitchState(XenbusState.Closed);
                break;

            default:
                break;
        }
    }

    /// <summary>xennet_remove.</summary>
    public override void Remove()
    {
        Carrier = false;
        FreeQueues();
        DeviceRemoved?.Invoke(this);
    }

    /// <summary>Hands a packet over. Packets that find the ring full wait their turn.</summary>
    public void Send(SkBuff skb)
    {
        if (!Carrier || Broken || waiting.Count >= MaxWaiting)
        {
            TxDropped++;
            return;
        }

        waiting.Enqueue(skb);
        SendWaiting();
    }

    internal void SendWaiting()
    {
        while (Carrier && waiting.TryPeek(out var skb))
        {
            var sent = queues[SelectQueue(skb)].StartXmit(skb);
            if (sent == -Errno.EBUSY)
            {
                return;
            }

            waiting.Dequeue();
            if (sent != 0)
            {
                TxDropped++;
            }
        }
    }

    internal void Deliver(SkBuff skb) => Received?.Invoke(skb);

    internal void SetBroken(string why)
    {
        Device.Log($"{why}; Disabled for further use");
        Broken = true;
        Carrier = false;
    }

    // talk_to_netback.
    private int TalkToNetback()
    {
        if (Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-rx-copy", 0) == 0)
        {
            Device.Fatal(-Errno.ENODEV, "backend does not support copying receive path");
            return -Errno.ENODEV;
        }

        var most = (int)Xenbus.ReadUnsigned($"{Device.OtherEnd}/multi-queue-max-queues", 1);
        var split = Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-split-event-channels", 0) == 1;
        GatherFeatures();
        var count = Math.Max(1, Math.Min(most, Device.Domain.Vcpus.Count));
        for (var i = 0; i < count; i++)
        {
            var queue = new NetfrontQueue(this, i);
            queues.Add(queue);
            var error = queue.Setup(split);
            if (error != 0)
            {
                FreeQueues();
                return error;
            }
        }

        while (true)
        {
            var error = Xenbus.TransactionStart(out var transaction);
            if (error != 0)
            {
                Device.Fatal(error, "starting transaction");
                FreeQueues();
                return error;
            }

            error = WriteKeys(transaction, out var message);
            if (error != 0)
            {
                Xenbus.TransactionEnd(transaction, abort: true);
                Device.Fatal(error, message);
                FreeQueues();
                return error;
            }

            error = Xenbus.TransactionEnd(transaction, abort: false);
            if (error == -Errno.EAGAIN)
            {
                continue;
            }

            if (error != 0)
            {
                Device.Fatal(error, "completing transaction");
                FreeQueues();
                return error;
            }

            break;
        }

        foreach (var queue in queues)
        {
            queue.AllocateRxBuffers();
        }

        return 0;
    }

    private void GatherFeatures()
    {
        Features = NetworkFeatures.ChecksumOffload;
        if (Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-sg", 0) == 1)
        {
            Features |= NetworkFeatures.Sg;
        }

        if (Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-gso-tcpv4", 0) == 1 && (Features & NetworkFeatures.Sg) != 0)
        {
            Features |= NetworkFeatures.GsoTcpV4;
        }
    }

    private int WriteKeys(uint transaction, out string message)
    {
        message = "writing multi-queue-num-queues";
        var error = 0;
        if (queues.Count > 1)
        {
            error = Xenbus.Write(transaction, $"{Device.NodeName}/multi-queue-num-queues", queues.Count);
        }

        foreach (var queue in queues)
        {
            if (error != 0)
            {
                return error;
            }

            error = WriteQueueKeys(transaction, queue, out message);
        }

        string[] requests = ["request-rx-copy", "feature-rx-notify", "feature-sg", "feature-gso-tcpv4"];
        foreach (var key in requests)
        {
            if (error != 0)
            {
                return error;
            }

            message = $"writing {key}";
            error = Xenbus.Write(transaction, $"{Device.NodeName}/{key}", 1);
        }

        return error;
    }

    // write_queue_xenstore_keys.
    private int WriteQueueKeys(uint transaction, NetfrontQueue queue, out string message)
    {
        var path = queues.Count == 1 ? Device.NodeName : $"{Device.NodeName}/queue-{queue.Id}";
        var keys = new List<(string Key, long Value)> { ("tx-ring-ref", queue.TxReference), ("rx-ring-ref", queue.RxReference) };
        if (queue.RxPort == queue.TxPort)
        {
            keys.Add(("event-channel", queue.TxPort));
        }
        else
        {
            keys.Add(("event-channel-tx", queue.TxPort));
            keys.Add(("event-channel-rx", queue.RxPort));
        }

        foreach (var (key, value) in keys)
        {
            var error = Xenbus.Write(transaction, $"{path}/{key}", value);
            if (error != 0)
            {
                message = $"writing {key}";
                return error;
            }
        }

        message = "";
        return 0;
    }

    // xennet_disconnect_backend.
    private void FreeQueues()
    {
        foreach (var queue in queues)
        {
            queue.Free();
        }

        queues.Clear();
        TxDropped += waiting.Count;
        waiting.Clear();
    }

    private int SelectQueue(SkBuff skb)
    {
        if (queues.Count == 1 || Ipv4Packet.Parse(skb) is not { } packet || TcpSegment.Parse(packet) is not { } segment)
        {
            return 0;
        }

        var hash = packet.Source.Value ^ packet.Destination.Value ^ ((uint)segment.DestinationPort << 16) ^ segment.SourcePort;
        return (int)((hash * 2654435761u >> 16) % (uint)queues.Count);
    }
}
