using System.Globalization;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Drivers;

/// <summary>The block backend of one device: it brings disk and frontend together. Runs in the kernel of Dom0 or of a driver domain.</summary>
public sealed class Blkback : XenbusDriver
{
    private const int MaxQueues = 1;
    private const int MaxRingPageOrder = 0;

    private XsWatch? backendWatch;
    private int major;
    private int minor;
    private string? mode;

    public Blkback(XenbusDevice device)
        : base(device)
    {
        Blkif = new XenBlkif(device, device.OtherEndId);
    }

    public XenBlkif Blkif { get; }

    private XenbusClient Xenbus => Device.Xenbus;

    /// <summary>xen_blkbk_probe.</summary>
    public override int Probe()
    {
        var error = Xenbus.Write(0, $"{Device.NodeName}/feature-max-indirect-segments", BlkifRing.MaxIndirectSegments);
        if (error != 0)
        {
            Device.Error(error, "writing feature-max-indirect-segments");
        }

        error = Xenbus.Write(0, $"{Device.NodeName}/multi-queue-max-queues", MaxQueues);
        if (error != 0)
        {
            Device.Error(error, "writing multi-queue-max-queues");
        }

        backendWatch = Xenbus.Watch($"{Device.NodeName}/physical-device", BackendChanged);
        if (backendWatch is null)
        {
            return Fail(-Errno.EIO, "adding watch on physical-device");
        }

        error = Xenbus.Write(0, $"{Device.NodeName}/max-ring-page-order", MaxRingPageOrder);
        if (error != 0)
        {
            Device.Error(error, "writing max-ring-page-order");
        }

        error = Device.SwitchState(XenbusState.InitWait);
        if (error != 0)
        {
            return Fail(error, "switching to InitWait");
        }

        return 0;
    }

    /// <summary>frontend_changed.</summary>
    public override void OtherEndChanged(XenbusState state)
    {
        int error;
        switch (state)
        {
            case XenbusState.Initialising:
                if (Device.State == XenbusState.Closed)
                {
                    Device.Log("prepare for reconnect");
                    Device.SwitchState(XenbusState.InitWait);
                }

                break;

            case XenbusState.Initialised:
            case XenbusState.Connected:
                if (Device.State == XenbusState.Connected)
                {
                    break;
                }

                // A frontend that crashed and came back may have left the old connection behind.
                error = Blkif.Disconnect();
                if (error != 0)
                {
                    Device.Fatal(error, "pending I/O");
                    break;
                }

                error = ConnectRing();
                if (error != 0)
                {
                    break;
                }

                UpdateStatus();
                break;

            case XenbusState.Closing:
                Device.SwitchState(XenbusState.Closing);
                break;

            case XenbusState.Closed:
                Blkif.Disconnect();
                Device.SwitchState(XenbusState.Closed);
                if (Device.IsOnline())
                {
                    break;
                }

                Device.Bus.Unregister(Device);
                break;

            case XenbusState.Unknown:
                Device.Bus.Unregister(Device);
                break;

            default:
                Device.Fatal(-Errno.EINVAL, string.Create(CultureInfo.InvariantCulture, $"saw state {(int)state} at frontend"));
                break;
        }
    }

    /// <summary>xen_blkbk_remove.</summary>
    public override void Remove()
    {
        if (backendWatch is not null)
        {
            Xenbus.Unwatch(backendWatch);
            backendWatch = null;
        }

        Blkif.Disconnect();
        Blkif.Put();
    }

    private int Fail(int error, string text)
    {
        Device.Fatal(error, text);
        Remove();
        return error;
    }

    // backend_changed: the hotplug script has found the physical device.
    private void BackendChanged(string path)
    {
        var error = Xenbus.Read(0, $"{Device.NodeName}/physical-device", out var numbers);
        if (error == -Errno.ENOENT)
        {
            // The watch fires once when it is registered, and the script may not have run yet.
            return;
        }

        if (error != 0 || !ParseDeviceNumbers(numbers, out var newMajor, out var newMinor))
        {
            Device.Fatal(error == 0 ? -Errno.EINVAL : error, "reading physical-device");
            return;
        }

        if (mode is not null)
        {
            if (major != newMajor || minor != newMinor)
            {
                Device.Log($"changing physical device (from {major:x}:{minor:x} to {newMajor:x}:{newMinor:x}) not supported.");
            }

            return;
        }

        error = Xenbus.Read(0, $"{Device.NodeName}/mode", out var newMode);
        if (error != 0)
        {
            Device.Fatal(error, "reading mode");
            return;
        }

        error = Xenbus.Read(0, $"{Device.NodeName}/device-type", out var deviceType);
        var cdrom = error == 0 && deviceType == "cdrom";
        var slash = Device.OtherEnd.LastIndexOf('/');
        if (!int.TryParse(Device.OtherEnd.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var handle))
        {
            return;
        }

        major = newMajor;
        minor = newMinor;
        mode = newMode;
        var readOnly = !mode.Contains('w', StringComparison.Ordinal);
        error = Vbd.Create(Device.Domain.Hardware!.LoopDevices, handle, major, minor, readOnly, cdrom, out var vbd);
        if (error != 0)
        {
            mode = null;
            major = 0;
            minor = 0;
            Device.Fatal(error, "creating vbd structure");
            return;
        }

        Blkif.Vbd = vbd;
        Device.Log($"Successful creation of handle={handle:x4} (dom={Blkif.Domid})");
        UpdateStatus();
    }

    private static bool ParseDeviceNumbers(string text, out int major, out int minor)
    {
        minor = 0;
        var parts = text.Split(':');
        return int.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out major)
            && parts.Length == 2
            && int.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out minor);
    }

    // xen_update_blkif_status: connects when both the ring and the disk are there.
    private void UpdateStatus()
    {
        if (Blkif.Ring is null || !Blkif.Ring.Bound || Blkif.Vbd is null)
        {
            return;
        }

        if (Device.State == XenbusState.Connected)
        {
            return;
        }

        Connect();
        if (Device.State != XenbusState.Connected)
        {
            return;
        }

        Blkif.Ring.Start();
    }

    // connect: everything that the frontend needs to know of the disk, in one transaction.
    private void Connect()
    {
        while (true)
        {
            var error = Xenbus.TransactionStart(out var transaction);
            if (error != 0)
            {
                Device.Fatal(error, "starting transaction");
                return;
            }

            error = WriteDiskProperties(transaction);
            if (error != 0)
            {
                Xenbus.TransactionEnd(transaction, abort: true);
                return;
            }

            error = Xenbus.TransactionEnd(transaction, abort: false);
            if (error == -Errno.EAGAIN)
            {
                continue;
            }

            if (error != 0)
            {
                Device.Fatal(error, "ending transaction");
            }

            break;
        }

        Device.SwitchState(XenbusState.Connected);
    }

    private int WriteDiskProperties(uint transaction)
    {
        var vbd = Blkif.Vbd!;
        var node = Device.NodeName;

        // Features are worth a note when they cannot be written, the rest is needed.
        WriteFeature(transaction, "feature-flush-cache", vbd.FlushSupport);
        WriteDiscard(transaction, vbd);
        WriteFeature(transaction, "feature-barrier", vbd.FlushSupport);
        var error = Xenbus.Write(transaction, $"{node}/feature-persistent", 1);
        if (error != 0)
        {
            Device.Fatal(error, $"writing {node}/feature-persistent");
            return error;
        }

        error = Xenbus.Write(transaction, $"{node}/sectors", vbd.Sectors);
        if (error != 0)
        {
            Device.Fatal(error, $"writing {node}/sectors");
            return error;
        }

        error = Xenbus.Write(transaction, $"{node}/info", vbd.Info);
        if (error != 0)
        {
            Device.Fatal(error, $"writing {node}/info");
            return error;
        }

        error = Xenbus.Write(transaction, $"{node}/sector-size", BlkifProtocol.SectorSize);
        if (error != 0)
        {
            Device.Fatal(error, $"writing {node}/sector-size");
            return error;
        }

        error = Xenbus.Write(transaction, $"{node}/physical-sector-size", BlkifProtocol.SectorSize);
        if (error != 0)
        {
            Device.Error(error, $"writing {node}/physical-sector-size");
        }

        return 0;
    }

    private void WriteFeature(uint transaction, string feature, bool supported)
    {
        var error = Xenbus.Write(transaction, $"{Device.NodeName}/{feature}", supported ? 1 : 0);
        if (error != 0)
        {
            Device.Error(error, $"writing {feature}");
        }
    }

    // xen_blkbk_discard.
    private void WriteDiscard(uint transaction, Vbd vbd)
    {
        if (Xenbus.ReadUnsigned($"{Device.NodeName}/discard-enable", 1) == 0)
        {
            return;
        }

        if (vbd.DiscardSupport)
        {
            Xenbus.Write(transaction, $"{Device.NodeName}/discard-granularity", BlkifProtocol.SectorSize);
            Xenbus.Write(transaction, $"{Device.NodeName}/discard-alignment", 0);
            Xenbus.Write(transaction, $"{Device.NodeName}/discard-secure", 0);
        }

        WriteFeature(transaction, "feature-discard", vbd.DiscardSupport);
    }

    // connect_ring, with read_per_ring_refs for the one queue that there is.
    private int ConnectRing()
    {
        var error = Xenbus.Read(0, $"{Device.OtherEnd}/protocol", out var protocol);
        if (error == 0 && protocol != BlkifProtocol.Name)
        {
            Device.Fatal(-Errno.ENOSYS, $"unknown fe protocol {protocol}");
            return -Errno.ENOSYS;
        }

        Blkif.FeatureGrantPersistent = Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-persistent", 0) == 1;
        var queues = Xenbus.ReadUnsigned($"{Device.OtherEnd}/multi-queue-num-queues", 1);
        if (queues == 0 || queues > MaxQueues)
        {
            Device.Fatal(-Errno.EINVAL, $"guest requested {queues} queues, exceeding the maximum of {MaxQueues}.");
            return -Errno.EINVAL;
        }

        var order = Xenbus.ReadUnsigned($"{Device.OtherEnd}/ring-page-order", 0);
        if (order > MaxRingPageOrder)
        {
            Device.Fatal(-Errno.EINVAL, $"requested ring page order {order} exceed max:{MaxRingPageOrder}");
            return -Errno.EINVAL;
        }

        error = Xenbus.ReadUnsigned(0, $"{Device.OtherEnd}/event-channel", out var port);
        if (error != 0)
        {
            Device.Fatal(-Errno.EINVAL, $"reading {Device.OtherEnd}/event-channel");
            return -Errno.EINVAL;
        }

        error = Xenbus.ReadUnsigned(0, $"{Device.OtherEnd}/ring-ref", out var reference);
        if (error != 0)
        {
            Device.Fatal(-Errno.EINVAL, $"reading {Device.OtherEnd}/ring-ref");
            return -Errno.EINVAL;
        }

        error = Blkif.Map((uint)reference, (uint)port);
        if (error != 0)
        {
            Device.Fatal(error, $"mapping ring-ref {reference} port {port}");
            return error;
        }

        Device.Log($"using 1 queues, protocol {BlkifProtocol.Name}{(Blkif.FeatureGrantPersistent ? " persistent grants" : "")}");
        return 0;
    }
}
