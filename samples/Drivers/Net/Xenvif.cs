using System.Globalization;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Xen.Drivers;

/// <summary>A virtual interface (struct xenvif): the backend's end of a guest's network card, and an interface of the kernel that it runs in.</summary>
public sealed class Xenvif
{
    /// <summary>XEN_NETBK_MCAST_MAX.</summary>
    private const int MaxMulticast = 64;

    private readonly List<XenvifQueue> queues = [];
    private readonly SortedSet<ulong> multicast = [];
    private readonly NetworkStack network;
    private bool connected;
    private int stalledQueues;

    private Xenvif(XenbusDevice device, GuestPages pages, NetworkStack network, NetworkDevice netdev)
    {
        Device = device;
        Pages = pages;
        this.network = network;
        Interface = netdev;
    }

    public XenbusDevice Device { get; }

    /// <summary>Where the backend's own buffers come from.</summary>
    public GuestPages Pages { get; }

    public int Domid => Device.OtherEndId;

    /// <summary>The interface that scripts put into a bridge.</summary>
    public NetworkDevice Interface { get; }

    public IReadOnlyList<XenvifQueue> Queues => queues;

    public NetbackStatistics Statistics { get; } = new();

    /// <summary>The frontend has done something that no honest one does; it is not served any more.</summary>
    public bool Disabled { get; set; }

    /// <summary>The frontend says which multicast addresses it wants.</summary>
    public bool MulticastControl { get; set; }

    /// <summary>xenvif_schedulable: packets may move.</summary>
    public bool Schedulable => Interface.Up && connected && !Disabled;

    /// <summary>xenvif_alloc: registers the interface vifDOMID.HANDLE. Null when there is one of this name.</summary>
    public static Xenvif? Allocate(XenbusDevice device, int handle, GuestPages pages)
    {
        var network = device.Domain.Hardware!.Network;
        var name = string.Create(CultureInfo.InvariantCulture, $"vif{device.OtherEndId}.{handle}");
        var netdev = new NetworkDevice(name, MacAddress.Backend);
        var error = network.Register(netdev);
        if (error != 0)
        {
            device.Fatal(error, $"Could not register device {name}");
            return null;
        }

        var vif = new Xenvif(device, pages, network, netdev);
        netdev.StartXmit = vif.StartXmit;
        netdev.UpChanged += vif.UpChanged;
        return vif;
    }

    public XenvifQueue AddQueue()
    {
        var queue = new XenvifQueue(this, queues.Count);
        queues.Add(queue);
        return queue;
    }

    /// <summary>xenvif_carrier_on: the rings are there.</summary>
    public void CarrierOn()
    {
        connected = true;
        Interface.Carrier = true;
        stalledQueues = 0;
        if (Interface.Up)
        {
            UpChanged(true);
        }
    }

    /// <summary>xenvif_carrier_off.</summary>
    public void CarrierOff()
    {
        connected = false;
        Interface.Carrier = false;
    }

    /// <summary>xenvif_disconnect_data: lets go of everything of the frontend's.</summary>
    public void Disconnect()
    {
        CarrierOff();
        foreach (var queue in queues)
        {
            queue.Disconnect();
        }

        queues.Clear();
        multicast.Clear();
        MulticastControl = false;
        Disabled = false;
    }

    /// <summary>xenvif_free.</summary>
    public void Free()
    {
        Interface.UpChanged -= UpChanged;
        Interface.StartXmit = null;
        network.Unregister(Interface);
    }

    /// <summary>xenvif_kick_thread: a disabled interface is shut outside of the handler that found out.</summary>
    public void Kick() => Device.Host.Simulation.Post(Device.Component, "vif disabled", () =>
    {
        if (Disabled)
        {
            CarrierOff();
        }
    });

    public bool AddMulticast(ulong address)
    {
        if (multicast.Count >= MaxMulticast && !multicast.Contains(address))
        {
            Device.Log("Too many multicast addresses");
            return false;
        }

        multicast.Add(address);
        return true;
    }

    public void DeleteMulticast(ulong address) => multicast.Remove(address);

    public void QueueStalled()
    {
        stalledQueues++;
        if (stalledQueues == queues.Count)
        {
            Interface.Carrier = false;
        }
    }

    public void QueueReady()
    {
        stalledQueues--;
        if (connected)
        {
            Interface.Carrier = true;
        }
    }

    // xenvif_start_xmit: the bridge has a packet for the guest.
    private bool StartXmit(SkBuff skb)
    {
        if (queues.Count == 0 || !Schedulable)
        {
            return false;
        }

        if (MulticastControl && skb.Destination is { IsMulticast: true } group && group != MacAddress.Broadcast && !multicast.Contains(group.Value))
        {
            return false;
        }

        if (skb.Length > NetifProtocol.MaxPacket)
        {
            return false;
        }

        return queues[SelectQueue(skb)].QueueTail(skb);
    }

    // Packets of one connection stay in order, because they stay in one queue.
    private int SelectQueue(SkBuff skb)
    {
        if (queues.Count == 1 || Ipv4Packet.Parse(skb) is not { } packet || TcpSegment.Parse(packet) is not { } segment)
        {
            return 0;
        }

        var hash = packet.Source.Value ^ packet.Destination.Value ^ ((uint)segment.SourcePort << 16) ^ segment.DestinationPort;
        return (int)((hash * 2654435761u >> 16) % (uint)queues.Count);
    }

    private void UpChanged(bool up)
    {
        if (!up || !connected)
        {
            return;
        }

        foreach (var queue in queues)
        {
            queue.Up();
        }
    }
}
