using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Xen.Drivers;

// Connecting the rings of a frontend that has written its keys.
public sealed partial class Netback
{
    // connect.
    private int Connect()
    {
        var vif = Vif;
        if (vif is null)
        {
            return -Errno.ENODEV;
        }

        var requested = Xenbus.ReadUnsigned($"{Device.OtherEnd}/multi-queue-num-queues", 1);
        if (requested == 0 || requested > (ulong)MaxQueues)
        {
            Device.Fatal(-Errno.EINVAL, $"guest requested {requested} queues, exceeding the maximum of {MaxQueues}.");
            return -Errno.EINVAL;
        }

        var error = Xenbus.Read(0, $"{Device.NodeName}/mac", out var mac);
        if (error != 0 || !MacAddress.TryParse(mac, out _))
        {
            Device.Fatal(error == 0 ? -Errno.EINVAL : error, $"parsing {Device.NodeName}/mac");
            return error == 0 ? -Errno.EINVAL : error;
        }

        error = ReadXenbusVifFlags(vif);
        if (error != 0)
        {
            return error;
        }

        for (var i = 0; i < (int)requested; i++)
        {
            error = ConnectDataRings(vif.AddQueue(), (int)requested);
            if (error != 0)
            {
                vif.Disconnect();
                return error;
            }
        }

        ReadCredit();
        creditWatch = Xenbus.Watch($"{Device.NodeName}/rate", _ => ReadCredit());
        vif.CarrierOn();
        UnregisterHotplugStatusWatch();
        error = Xenbus.Read(0, $"{Device.NodeName}/hotplug-status", out var status);
        if (error == 0 && status != "connected")
        {
            hotplugStatusWatch = Xenbus.Watch($"{Device.NodeName}/hotplug-status", HotplugStatusChanged);
        }

        return 0;
    }

    // xen_net_rate_changed, and the first look at the rate.
    private void ReadCredit()
    {
        if (Vif is null)
        {
            return;
        }

        var rate = Xenbus.Read(0, $"{Device.NodeName}/rate", out var text) == 0 ? text : null;
        foreach (var queue in Vif.Queues)
        {
            if (!queue.Credit.Configure(rate))
            {
                Device.Log("Failed to parse network rate limit. Traffic unlimited.");
            }
        }
    }

    // read_xenbus_vif_flags.
    private int ReadXenbusVifFlags(Xenvif vif)
    {
        if (Xenbus.ReadUnsigned($"{Device.OtherEnd}/request-rx-copy", 0) == 0)
        {
            Device.Fatal(-Errno.EOPNOTSUPP, "request-rx-copy is mandatory");
            return -Errno.EOPNOTSUPP;
        }

        if (Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-rx-notify", 0) == 0)
        {
            Device.Fatal(-Errno.EINVAL, "feature-rx-notify is mandatory");
            return -Errno.EINVAL;
        }

        var features = NetworkFeatures.None;
        if (Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-sg", 0) != 0)
        {
            features |= NetworkFeatures.Sg;
        }

        if (Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-gso-tcpv4", 0) != 0)
        {
            features |= NetworkFeatures.GsoTcpV4;
        }

        if (Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-no-csum-offload", 0) == 0)
        {
            features |= NetworkFeatures.ChecksumOffload;
        }

        // What is larger than a page needs scatter-gather, and what is cut late needs its checksum finished late.
        if ((features & NetworkFeatures.Sg) == 0 || (features & NetworkFeatures.ChecksumOffload) == 0)
        {
            features &= ~NetworkFeatures.GsoTcpV4;
        }

        vif.Interface.Features = features;
        vif.MulticastControl = Xenbus.ReadUnsigned($"{Device.OtherEnd}/request-multicast-control", 0) != 0;
        return 0;
    }

    // connect_data_rings.
    private int ConnectDataRings(XenvifQueue queue, int queues)
    {
        var path = queues == 1 ? Device.OtherEnd : $"{Device.OtherEnd}/queue-{queue.Id}";
        var error = Xenbus.ReadUnsigned(0, $"{path}/tx-ring-ref", out var txReference);
        ulong rxReference = 0;
        if (error == 0)
        {
            error = Xenbus.ReadUnsigned(0, $"{path}/rx-ring-ref", out rxReference);
        }

        if (error != 0)
        {
            Device.Fatal(error, $"reading {path}/ring-ref");
            return error;
        }

        error = Xenbus.ReadUnsigned(0, $"{path}/event-channel-tx", out var txPort);
        ulong rxPort = 0;
        if (error == 0)
        {
            error = Xenbus.ReadUnsigned(0, $"{path}/event-channel-rx", out rxPort);
        }

        if (error != 0)
        {
            error = Xenbus.ReadUnsigned(0, $"{path}/event-channel", out txPort);
            if (error != 0)
            {
                Device.Fatal(error, $"reading {path}/event-channel(-tx/rx)");
                return error;
            }

            rxPort = txPort;
        }

        error = queue.Connect((uint)txReference, (uint)rxReference, (uint)txPort, (uint)rxPort);
        if (error != 0)
        {
            Device.Fatal(error, $"mapping shared-frames {txReference}/{rxReference} port tx {txPort} rx {rxPort}");
        }

        return error;
    }
}
