namespace Xen.Hypervisor.Network;

/// <summary>What a network device can do by itself, so that the stack need not.</summary>
[Flags]
public enum NetworkFeatures
{
    None = 0,

    /// <summary>Takes packets that are scattered over pages.</summary>
    Sg = 1,

    /// <summary>Takes packets whose checksum is not finished.</summary>
    ChecksumOffload = 2,

    /// <summary>Takes TCP packets over IPv4 that are larger than its wire allows.</summary>
    GsoTcpV4 = 4,
}

/// <summary>A network interface of a kernel (struct net_device): frames go out through its driver and come in from it.</summary>
public sealed class NetworkDevice(string name, MacAddress mac)
{
    private bool up;
    private int mtu = 1500;
    private bool carrier;
    private Component? driver;

    public string Name { get; internal set; } = name;

    public MacAddress Mac { get; } = mac;

    public int Mtu
    {
        get => mtu;
        set
        {
            Tell(mtu != value, $"mtu {value}");
            mtu = value;
        }
    }

    public NetworkFeatures Features { get; set; }

    /// <summary>There is somebody at the other end.</summary>
    public bool Carrier
    {
        get => carrier;
        set
        {
            Tell(carrier != value, value ? "carrier" : "no carrier");
            carrier = value;
        }
    }

    /// <summary>The bridge that it is a port of.</summary>
    public EthernetBridge? Master { get; internal set; }

    /// <summary>ip link set up or down.</summary>
    public bool Up
    {
        get => up;
        set
        {
            if (up == value)
            {
                return;
            }

            up = value;
            Tell(true, value ? "up" : "down");
            UpChanged?.Invoke(value);
        }
    }

    public long RxPackets { get; private set; }

    public long TxPackets { get; private set; }

    /// <summary>Packets that the driver had no room for, or that found nobody.</summary>
    public long Dropped { get; set; }

    /// <summary>ndo_start_xmit: the driver takes a packet. False when it drops it.</summary>
    public Func<SkBuff, bool>? StartXmit { get; set; }

    /// <summary>ndo_open and ndo_stop.</summary>
    public event Action<bool>? UpChanged;

    /// <summary>Notes whose driver the device has, so that who looks on sees what others do to it.</summary>
    internal void Watch(Simulation simulation) => driver = simulation.Tap is null ? null : simulation.Current;

    private void Tell(bool changes, string what)
    {
        if (changes && driver?.Simulation is { Tap: { } tap, Current: { } current })
        {
            tap.Device(current, $"set {Name} {what}");
            if (current != driver)
            {
                tap.Send(current, driver, "device", $"set {Name} {what}");
            }
        }
    }

    /// <summary>netif_receive_skb: a packet that the driver has got.</summary>
    public void Receive(SkBuff skb)
    {
        if (!up || skb.Length < SkBuff.EthernetHeaderLength)
        {
            Dropped++;
            return;
        }

        RxPackets++;
        if (Master is { } bridge)
        {
            bridge.Input(this, skb);
        }
        else
        {
            Dropped++;
        }
    }

    /// <summary>dev_queue_xmit: sends a packet, cut and completed first where the device cannot do that.</summary>
    public void Send(SkBuff skb)
    {
        if (!up || !Carrier || StartXmit is null)
        {
            Dropped++;
            return;
        }

        if (skb.GsoSize > 0 && (Features & NetworkFeatures.GsoTcpV4) == 0)
        {
            foreach (var piece in skb.Segment())
            {
                SendOne(piece);
            }

            return;
        }

        SendOne(skb.Checksum == PacketChecksum.Partial && (Features & NetworkFeatures.ChecksumOffload) == 0 ? skb.WithChecksum() : skb);
    }

    private void SendOne(SkBuff skb)
    {
        if (StartXmit!(skb))
        {
            TxPackets++;
        }
        else
        {
            Dropped++;
        }
    }

    public override string ToString() => Name;
}
