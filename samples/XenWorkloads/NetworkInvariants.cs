using System.Globalization;
using Xen.Drivers;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Xen.XenStore;

namespace Xen.XenWorkloads;

/// <summary>What must hold of network cards, interfaces and bridges when nothing is going on, in Dom0 and in each driver domain.</summary>
public sealed class NetworkInvariants(Machine machine)
{
    /// <summary>A card in the store, an interface of the back-end's kernel and a port of its bridge are one thing.</summary>
    public const string Interfaces = "vif-interfaces";

    /// <summary>A bridge has learned each address behind the port of the guest that it belongs to.</summary>
    public const string BridgeTables = "bridge-tables";

    /// <summary>Dom0's back-ends hold the buffers of their connected queues and no others.</summary>
    public const string Buffers = "netback-buffers";

    private IEnumerable<(Domain Domain, XenbusBus? Bus)> Backends =>
        machine.DriverDomains.Select(kernel => (kernel.Domain, kernel.Backends)).Prepend((machine.Host.Dom0, machine.Netback));

    public string? CheckInterfaces()
    {
        foreach (var (domain, bus) in Backends)
        {
            var network = domain.Hardware!.Network;
            var expected = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var (node, front) in Cards(domain))
            {
                var name = Read(node + "/vifname") ?? Name(node);
                expected.Add(name);
                if (network.FindDevice(name) is not { } device) return $"{node} has no interface {name}";
                if (Read(node + "/hotplug-status") != "connected") return $"{node} is not set up";
                if (device.Master?.Name != Read(node + "/bridge")) return $"{name} is in {device.Master?.Name ?? "no bridge"}, {node} wants {Read(node + "/bridge")}";
                if (!device.Up) return $"{name} is down";
                if (Read(node + "/state") == "4" && !device.Carrier && !IsDisabled(bus, node)) return $"{name} has no carrier";
                if (Read(node + "/mac") != Read(front + "/mac")) return $"{node} and {front} differ in their address";
            }
            foreach (var device in network.Devices)
            {
                if (!expected.Contains(device.Name)) return $"{device.Name} in {domain} is left over";
            }
            foreach (var bridge in network.Bridges)
            {
                foreach (var port in bridge.Ports)
                {
                    if (!network.Devices.Contains(port)) return $"{bridge.Name} has the port {port.Name}, which is no interface";
                }
            }
        }
        return null;
    }

    public string? CheckBridgeTables()
    {
        foreach (var (domain, _) in Backends)
        {
            var owners = new SortedDictionary<string, string?>(StringComparer.Ordinal);
            foreach (var (node, _) in Cards(domain)) owners[Read(node + "/vifname") ?? Name(node)] = Read(node + "/mac");
            foreach (var bridge in domain.Hardware!.Network.Bridges)
            {
                foreach (var (address, port) in bridge.Addresses)
                {
                    if (port is null)
                    {
                        if (address != bridge.Mac) return $"{bridge.Name} has {address} behind its own interface";
                        continue;
                    }
                    if (!owners.TryGetValue(port.Name, out var mac) || mac != address.ToString()) return $"{bridge.Name} has {address} behind {port.Name}, which is {mac}";
                }
            }
        }
        return null;
    }

    public string? CheckBuffers()
    {
        // In a driver domain the pages are those of a whole kernel, and nobody can tell whose each is.
        var queues = machine.Netback?.Devices.Sum(device => device.Driver is Netback { Vif: { } vif } ? vif.Queues.Count(queue => queue.Connected) : 0) ?? 0;
        var used = machine.Dom0PagesInUse;
        return used == queues * NetifProtocol.SlotsMin ? null : $"netback holds {used} pages for {queues} queues";
    }

    /// <summary>The event channels that a guest's cards have to Dom0.</summary>
    public int PortsToDom0(Domain guest)
    {
        var ports = 0;
        foreach (var number in Children($"/local/domain/{guest.Id}/device/vif"))
        {
            var front = $"/local/domain/{guest.Id}/device/vif/{number}";
            if (Read(front + "/backend-id") != "0" || Read($"/local/domain/0/backend/vif/{guest.Id}/{number}/state") != "4") continue;
            var queues = Children(front).Where(child => child.StartsWith("queue-", StringComparison.Ordinal)).Select(child => $"{front}/{child}").Append(front);
            foreach (var queue in queues) ports += Children(queue).Count(child => child.StartsWith("event-channel", StringComparison.Ordinal));
        }
        return ports;
    }

    /// <summary>The cards that a domain serves: their directory there and at the guest.</summary>
    private IEnumerable<(string Node, string Front)> Cards(Domain backend)
    {
        var root = $"/local/domain/{backend.Id}/backend/vif";
        foreach (var domid in Children(root))
        {
            foreach (var number in Children($"{root}/{domid}")) yield return ($"{root}/{domid}/{number}", $"/local/domain/{domid}/device/vif/{number}");
        }
    }

    private static bool IsDisabled(XenbusBus? bus, string node) =>
        bus is not null && bus.Devices.Any(device => node.EndsWith(device.NodeName, StringComparison.Ordinal) && device.Driver is Netback { Vif.Disabled: true });

    /// <summary>What a back-end calls the interface of its directory .../vif/DOMID/HANDLE.</summary>
    private static string Name(string node)
    {
        var parts = node.Split('/');
        return string.Create(CultureInfo.InvariantCulture, $"vif{parts[^2]}.{parts[^1]}");
    }

    private string[] Children(string path) => machine.Xenstored.Tree.Find(path)?.Children ?? [];

    private string? Read(string path) => machine.Xenstored.Tree.Find(path) is { } node ? XsPayload.Text(node.Value) : null;
}
