namespace Xen.Hypervisor.Network;

/// <summary>
/// A learning bridge: it remembers behind which port an address was seen last, sends there what is meant for it, and everything else
/// to all other ports. Its own interface is one more port, behind which the kernel's own IP stack sits.
/// </summary>
public sealed class EthernetBridge
{
    /// <summary>An address that was not heard of for so long is forgotten.</summary>
    public const long AgeingNs = 300_000_000_000;

    /// <summary>More addresses than that are not learned: a guest that invents senders must not fill the kernel's memory.</summary>
    public const int MaxAddresses = 4096;

    private readonly Simulation simulation;
    private readonly List<NetworkDevice> ports = [];
    private readonly SortedDictionary<ulong, (NetworkDevice? Port, long SeenNs)> addresses = [];

    internal EthernetBridge(Simulation simulation, string name, MacAddress mac, Ipv4Address address)
    {
        this.simulation = simulation;
        Name = name;
        Mac = mac;
        Local = new LocalInterface(this, address);
    }

    public string Name { get; }

    /// <summary>The address of the bridge's own interface.</summary>
    public MacAddress Mac { get; }

    public int Mtu { get; init; } = 1500;

    /// <summary>The kernel's own IP stack behind the bridge.</summary>
    public LocalInterface Local { get; }

    public IReadOnlyList<NetworkDevice> Ports => ports;

    /// <summary>Frames that went to one port because their destination was known.</summary>
    public long Forwarded { get; private set; }

    /// <summary>Frames that went to all ports.</summary>
    public long Flooded { get; private set; }

    /// <summary>Every frame that comes in, for those who capture.</summary>
    public event Action<SkBuff>? Seen;

    /// <summary>brctl showmacs: each known address with the port it is behind, null for the bridge's own interface.</summary>
    public IEnumerable<(MacAddress Address, NetworkDevice? Port)> Addresses =>
        addresses.Where(a => simulation.Now - a.Value.SeenNs < AgeingNs).Select(a => (new MacAddress(a.Key), a.Value.Port));

    /// <summary>brctl addif. EBUSY when the device is a port of some bridge already.</summary>
    public int AddPort(NetworkDevice device)
    {
        if (device.Master is not null)
        {
            return -Errno.EBUSY;
        }

        simulation.Tap?.Device(simulation.Current, $"addif {Name} {device.Name}");
        device.Master = this;
        ports.Add(device);
        return 0;
    }

    /// <summary>brctl delif.</summary>
    public int RemovePort(NetworkDevice device)
    {
        if (device.Master != this)
        {
            return -Errno.EINVAL;
        }

        simulation.Tap?.Device(simulation.Current, $"delif {Name} {device.Name}");
        device.Master = null;
        ports.Remove(device);
        foreach (var address in addresses.Where(a => a.Value.Port == device).Select(a => a.Key).ToList())
        {
            addresses.Remove(address);
        }

        return 0;
    }

    /// <summary>br_handle_frame: learns the sender and forwards. The input port is null for the bridge's own interface.</summary>
    internal void Input(NetworkDevice? port, SkBuff skb)
    {
        Seen?.Invoke(skb);
        simulation.Tap?.Send(simulation.Tap.NameOrNone(simulation.Current), Name, "frame", SimulationTap.Digest(skb.Data));
        Learn(port, skb.Source);
        var destination = skb.Destination;
        if (!destination.IsMulticast && Lookup(destination, out var known))
        {
            Forwarded++;
            if (known != port)
            {
                Output(known, skb);
            }

            return;
        }

        Flooded++;
        foreach (var other in ports.ToArray())
        {
            if (other != port)
            {
                Output(other, skb);
            }
        }

        if (port is not null && destination.IsMulticast)
        {
            Local.Receive(skb);
        }
    }

    private void Learn(NetworkDevice? port, MacAddress source)
    {
        if (!source.IsMulticast && (addresses.Count < MaxAddresses || addresses.ContainsKey(source.Value)))
        {
            addresses[source.Value] = (port, simulation.Now);
        }
    }

    private bool Lookup(MacAddress destination, out NetworkDevice? port)
    {
        port = null;
        if (destination == Mac)
        {
            return true;
        }

        if (!addresses.TryGetValue(destination.Value, out var entry) || simulation.Now - entry.SeenNs >= AgeingNs)
        {
            return false;
        }

        port = entry.Port;
        return true;
    }

    private void Output(NetworkDevice? port, SkBuff skb)
    {
        if (port is null)
        {
            Local.Receive(skb);
        }
        else
        {
            port.Send(skb);
        }
    }
}
