using System.Globalization;
using Xen.Drivers;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Xen.Guests;

// The guest's network cards and what it does with them.
public sealed partial class GuestKernel
{
    /// <summary>How long the guest waits for its network cards before it reports them as missing.</summary>
    public const long NetworkTimeoutNs = 30_000_000_000;

    private readonly List<GuestNetwork> networks = [];
    private Timer? networkTimer;

    /// <summary>The network cards with their IP stacks, in the order in which they appeared.</summary>
    public IReadOnlyList<GuestNetwork> Networks => networks;

    /// <summary>Some network cards that the manifest asks for never came, or were taken away.</summary>
    public bool NetworkMissing { get; private set; }

    /// <summary>What the guest serves; null unless it is a server.</summary>
    public ObjectServer? Server { get; private set; }

    /// <summary>What the guest asks for; null unless it is a client.</summary>
    public ObjectClient? Client { get; private set; }

    private bool NetworkFinished => NetworkMissing || (networks.Count >= Manifest.Nics && Client is null or { Ended: true });

    private void WaitForNetwork()
    {
        if (Manifest.Nics > 0)
        {
            networkTimer = host.Simulation.After(NetworkTimeoutNs, Component, "waiting for network", () => NetworkMissing = true);
        }
    }

    private Netfront MakeNetfront(XenbusDevice device)
    {
        var card = new Netfront(device, Grants, Pages!);
        card.Announced += CardReady;
        card.DeviceRemoved += CardRemoved;
        return card;
    }

    private void CardReady(Netfront card)
    {
        if (shuttingDown || networks.Exists(n => n.Card == card))
        {
            return;
        }

        console!.WriteLine($"eth{card.Handle}: {card.Mac}");
        if (!Ipv4Address.TryParse(Manifest.Ip, out var first))
        {
            return;
        }

        networks.Add(new GuestNetwork(this, card, new Ipv4Address(first.Value + ((uint)card.Handle << 8))));
        if (networks.Count < Manifest.Nics)
        {
            return;
        }

        networkTimer?.Cancel();
        StartNetworkWorkload(networks[0]);
    }

    private void StartNetworkWorkload(GuestNetwork network)
    {
        if (Manifest.Workload == GuestManifest.ObjectServer)
        {
            Server ??= new ObjectServer(network);
        }

        if (Manifest.Workload == GuestManifest.ObjectClient && Client is null && Ipv4Address.TryParse(Manifest.Server, out var server))
        {
            Client = new ObjectClient(network, server, Manifest.Seed, Manifest.Requests);
            Client.Finished += ClientEnded;
            Client.Start();
        }
    }

    private void ClientEnded(ObjectClient client)
    {
        console!.WriteLine($"client: {client.Outcome} after {client.Completed}");
        Xenbus!.Write(0, "data/client", string.Create(CultureInfo.InvariantCulture, $"{client.Outcome} {client.Completed} {client.Digest:x16}"));
    }

    // As with disks: a card that the guest needs is missed, any other is forgotten.
    private void CardRemoved(Netfront card)
    {
        console!.WriteLine($"eth{card.Handle}: removed");
        networks.RemoveAll(n => n.Card == card);
        if (networks.Count < Manifest.Nics)
        {
            NetworkMissing = true;
        }
    }

    private void StopNetwork() => Client?.Stop();
}
