using System.Globalization;
using Xen.Hypervisor;

namespace Xen.Drivers.Qemu;

/// <summary>
/// The block backend of the device model (xen-block of QEMU): the same protocol as blkback over an image that the process opens itself,
/// so that no hotplug script has to make it a device. It offers no persistent grants, indirect requests or barriers.
/// </summary>
public sealed class Qdisk(XenbusDevice device) : XenbusDriver(device)
{
    private const int MaxQueues = 1;
    private const int MaxRingPageOrder = 0;

    public XenBlkif Blkif { get; } = new(device, device.OtherEndId);

    private XenbusClient Xenbus => Device.Xenbus;

    /// <summary>xen_block_realize: opens the image and says all about the disk before the frontend begins.</summary>
    public override int Probe()
    {
        var error = OpenImage();
        if (error == 0)
        {
            error = WriteDiskProperties();
        }

        if (error == 0)
        {
            error = Device.SwitchState(XenbusState.InitWait);
        }

        if (error != 0)
        {
            Remove();
        }

        return error;
    }

    /// <summary>xen_block_frontend_changed.</summary>
    public override void OtherEndChanged(XenbusState state)
    {
        switch (state)
        {
            case XenbusState.Initialising:
                if (Device.State == XenbusState.Closed)
                {
                    Device.SwitchState(XenbusState.InitWait);
                }

                break;

            case XenbusState.Initialised:
            case XenbusState.Connected:
                Connect();
                break;

            case XenbusState.Closing:
                Device.SwitchState(XenbusState.Closing);
                break;

            case XenbusState.Closed:
            case XenbusState.Unknown:
                Blkif.Disconnect();
                Device.SwitchState(XenbusState.Closed);
                if (state == XenbusState.Unknown || !Device.IsOnline())
                {
                    Device.Bus.Unregister(Device);
                }

                break;
        }
    }

    /// <summary>xen_block_unrealize.</summary>
    public override void Remove()
    {
        Blkif.Disconnect();
        Blkif.Put();
    }

    private int OpenImage()
    {
        var error = Xenbus.Read(0, $"{Device.NodeName}/params", out var parameters);
        if (error != 0)
        {
            return error;
        }

        error = Xenbus.Read(0, $"{Device.NodeName}/mode", out var mode);
        if (error != 0)
        {
            return error;
        }

        // The image's path stands behind its driver: aio:/srv/images/web.img.
        var colon = parameters.IndexOf(':', StringComparison.Ordinal);
        var slash = Device.NodeName.LastIndexOf('/');
        if (colon < 0 || !int.TryParse(Device.NodeName.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var handle))
        {
            return -Errno.EINVAL;
        }

        var readOnly = !mode.Contains('w', StringComparison.Ordinal);
        var image = Device.Domain.Hardware!.LoopDevices.OpenFile(parameters[(colon + 1)..], readOnly);
        if (image is null)
        {
            return -Errno.ENOENT;
        }

        var cdrom = Xenbus.Read(0, $"{Device.NodeName}/device-type", out var type) == 0 && type == "cdrom";
        Blkif.Vbd = Vbd.Over(image, handle, readOnly, cdrom);
        return 0;
    }

    private int WriteDiskProperties()
    {
        var vbd = Blkif.Vbd!;
        var discard = vbd.DiscardSupport && Xenbus.ReadUnsigned($"{Device.NodeName}/discard-enable", 1) != 0;
        var nodes = new (string Name, long Value)[]
        {
            ("feature-flush-cache", 1),
            ("feature-discard", discard ? 1 : 0),
            ("max-ring-page-order", MaxRingPageOrder),
            ("multi-queue-max-queues", MaxQueues),
            ("info", vbd.Info),
            ("sector-size", BlkifProtocol.SectorSize),
            ("sectors", vbd.Sectors),
        };
        foreach (var (name, value) in nodes)
        {
            var error = Xenbus.Write(0, $"{Device.NodeName}/{name}", value);
            if (error != 0)
            {
                Device.Error(error, $"writing {name}");
                return error;
            }
        }

        return 0;
    }

    // xen_block_connect.
    private void Connect()
    {
        if (Device.State == XenbusState.Connected)
        {
            return;
        }

        var error = Blkif.Disconnect();
        if (error != 0)
        {
            Device.Fatal(error, "pending I/O");
            return;
        }

        if (Xenbus.Read(0, $"{Device.OtherEnd}/protocol", out var protocol) == 0 && protocol != BlkifProtocol.Name)
        {
            Device.Fatal(-Errno.ENOSYS, $"unknown fe protocol {protocol}");
            return;
        }

        if (Xenbus.ReadUnsigned(0, $"{Device.OtherEnd}/event-channel", out var port) != 0)
        {
            Device.Fatal(-Errno.EINVAL, $"reading {Device.OtherEnd}/event-channel");
            return;
        }

        if (Xenbus.ReadUnsigned(0, $"{Device.OtherEnd}/ring-ref", out var reference) != 0)
        {
            Device.Fatal(-Errno.EINVAL, $"reading {Device.OtherEnd}/ring-ref");
            return;
        }

        error = Blkif.Map((uint)reference, (uint)port);
        if (error != 0)
        {
            Device.Fatal(error, $"mapping ring-ref {reference} port {port}");
            return;
        }

        Device.SwitchState(XenbusState.Connected);
        Blkif.Ring!.Start();
    }
}
