using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>The virtual block device behind a backend: which physical device it is, and what may be done to it.</summary>
public sealed class Vbd
{
    private const int InfoCdrom = 1;
    private const int InfoReadOnly = 4;

    private Vbd(LoopDevice device, int handle, bool readOnly, bool cdrom)
    {
        Device = device;
        Handle = handle;
        ReadOnly = readOnly;
        Cdrom = cdrom;
        FlushSupport = true;
        DiscardSupport = !readOnly;
    }

    public LoopDevice Device { get; }

    /// <summary>The frontend's number for it.</summary>
    public int Handle { get; }

    public bool ReadOnly { get; }

    public bool Cdrom { get; }

    public bool FlushSupport { get; set; }

    public bool DiscardSupport { get; }

    /// <summary>vbd_sz: the size in sectors of 512 bytes.</summary>
    public long Sectors => Device.Sectors;

    /// <summary>VDISK_* bits for the frontend.</summary>
    public int Info
    {
        get
        {
            var info = 0;
            if (Cdrom)
            {
                info |= InfoCdrom;
            }

            if (ReadOnly)
            {
                info |= InfoReadOnly;
            }

            return info;
        }
    }

    /// <summary>xen_vbd_create: opens the physical device.</summary>
    public static int Create(LoopDevices devices, int handle, int major, int minor, bool readOnly, bool cdrom, out Vbd? vbd)
    {
        vbd = null;
        var device = devices.Find(major, minor);
        if (device is null)
        {
            return -Errno.ENOENT;
        }

        if (device.ReadOnly && !readOnly)
        {
            return -Errno.EACCES;
        }

        vbd = Over(device, handle, readOnly, cdrom);
        return 0;
    }

    /// <summary>A disk over what its backend has found itself.</summary>
    public static Vbd Over(LoopDevice device, int handle, bool readOnly, bool cdrom)
    {
        device.Open();
        return new Vbd(device, handle, readOnly, cdrom);
    }

    /// <summary>xen_vbd_free.</summary>
    public void Free() => Device.Close();

    /// <summary>xen_vbd_translate: may this access be made, and does it lie on the device?</summary>
    public int Translate(BlockOperation operation, ulong sectorNumber, ulong sectors)
    {
        if (operation != BlockOperation.Read && ReadOnly)
        {
            return -Errno.EACCES;
        }

        if (sectors > 0)
        {
            var end = sectorNumber + sectors;
            if (end < sectorNumber)
            {
                return -Errno.EACCES;
            }

            if (end > (ulong)Sectors)
            {
                return -Errno.EACCES;
            }
        }

        return 0;
    }
}
