namespace Xen.Hypervisor.Network;

/// <summary>The network interfaces and bridges of one kernel: what `ip link` and `brctl` show and change.</summary>
public sealed class NetworkStack(Simulation simulation)
{
    private readonly SortedDictionary<string, NetworkDevice> devices = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, EthernetBridge> bridges = new(StringComparer.Ordinal);

    public IReadOnlyCollection<NetworkDevice> Devices => devices.Values;

    public IReadOnlyCollection<EthernetBridge> Bridges => bridges.Values;

    public NetworkDevice? FindDevice(string name)
    {
        var found = devices.GetValueOrDefault(name);
        simulation.Tap?.DeviceFound(simulation.Current, found is null ? $"interface {name} none" : $"interface {name} {(found.Up ? "up" : "down")} {found.Mtu} {found.Master?.Name}");
        return found;
    }

    public EthernetBridge? FindBridge(string name) => bridges.GetValueOrDefault(name);

    /// <summary>brctl addbr, with the address of the kernel's own interface behind it.</summary>
    public EthernetBridge AddBridge(string name, Ipv4Address address)
    {
        var mac = new MacAddress(0x02_00_00_00_00_00UL | address.Value);
        var bridge = new EthernetBridge(simulation, name, mac, address);
        bridges.Add(name, bridge);
        return bridge;
    }

    /// <summary>register_netdev. EEXIST when there is an interface of this name.</summary>
    public int Register(NetworkDevice device)
    {
        if (bridges.ContainsKey(device.Name) || !devices.TryAdd(device.Name, device))
        {
            return -Errno.EEXIST;
        }

        device.Watch(simulation);
        simulation.Tap?.Device(simulation.Current, $"register {device.Name}");
        return 0;
    }

    /// <summary>unregister_netdev: the interface goes down and leaves its bridge.</summary>
    public void Unregister(NetworkDevice device)
    {
        if (devices.GetValueOrDefault(device.Name) != device)
        {
            return;
        }

        simulation.Tap?.Device(simulation.Current, $"unregister {device.Name}");
        devices.Remove(device.Name);
        device.Up = false;
        device.Master?.RemovePort(device);
    }

    /// <summary>ip link set name. EBUSY while the interface is up, EEXIST when the name is taken.</summary>
    public int Rename(NetworkDevice device, string name)
    {
        if (device.Up)
        {
            return -Errno.EBUSY;
        }

        if (bridges.ContainsKey(name) || devices.ContainsKey(name))
        {
            return -Errno.EEXIST;
        }

        simulation.Tap?.Device(simulation.Current, $"rename {device.Name} {name}");
        devices.Remove(device.Name);
        device.Name = name;
        devices.Add(name, device);
        return 0;
    }
}
