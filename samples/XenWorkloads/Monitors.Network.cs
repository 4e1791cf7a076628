using Xen.Guests;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Xen.Toolstack.Libxl;
using Xen.XenStore;

namespace Xen.XenWorkloads;

// Monitors of the network.
public sealed partial class Monitors
{
    private const long EchoLimitNs = 2 * SecondNs;
    private const long ObjectsLimitNs = 120 * SecondNs;

    /// <summary>
    /// A guest answers an echo request from the bridge that its card is on, and the bridge has learned the guest behind its own port.
    /// Null for a guest without an address.
    /// </summary>
    public string? Echo(int domid)
    {
        if (machine.Kernel(domid) is not { } kernel || kernel.Networks.Count == 0) return machine.Kernel(domid) is { NetworkMissing: true } ? "the guest misses its card" : null;
        var network = kernel.Networks[0];
        if (BridgeOf(domid, out var backend) is not { } bridge) return "nobody serves the card";
        var answered = false;
        Simulation.Post(backend!.Kernel, "echo request", () => bridge.Local.Ping(network.Address, () => answered = true));
        if (!Wait(() => answered, EchoLimitNs)) return $"no answer from {network.Address}";
        if (bridge.Local.Neighbours.All(neighbour => neighbour.Address != network.Address || neighbour.Mac != network.Card.Mac))
        {
            return $"{network.Address} is not at {network.Card.Mac}";
        }
        foreach (var (address, port) in bridge.Addresses)
        {
            if (address == network.Card.Mac) return port is { Up: true, Carrier: true } ? null : $"{address} is behind {port?.Name ?? bridge.Name}";
        }
        return $"{bridge.Name} has not learned {network.Card.Mac}";
    }

    /// <summary>A client whose work has ended well gets some more objects, each of them right.</summary>
    public string? Objects(int domid, int requests)
    {
        if (machine.Kernel(domid) is not { Client: { } client } kernel) return $"domain {domid} is no client";
        if (client.Outcome != NetworkOutcome.Ok) return $"{client.Outcome} before: {client.Detail}";
        var ended = false;
        Simulation.Post(kernel.Component, "more objects", () =>
        {
            if (!client.Continue(requests, () => ended = true)) ended = true;
        });
        if (!Wait(() => ended, ObjectsLimitNs)) return "the requests do not end";
        return client.Outcome == NetworkOutcome.Ok ? null : $"{client.Outcome}: {client.Detail}";
    }

    private EthernetBridge? BridgeOf(int domid, out Domain? backend)
    {
        backend = null;
        var node = machine.Xenstored.Tree.Find($"/local/domain/{domid}/device/vif/0/backend-id");
        if (node is null || !int.TryParse(XsPayload.Text(node.Value), out var id)) return null;
        backend = machine.Host.FindDomain(id);
        return backend is { IsRunning: true } ? backend.Hardware?.Network.FindBridge(LibxlNic.DefaultBridge) : null;
    }
}
