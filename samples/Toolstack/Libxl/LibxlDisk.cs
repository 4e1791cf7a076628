using System.Globalization;
using Xen.Toolstack.Config;

namespace Xen.Toolstack.Libxl;

/// <summary>A disk of a running domain, as block-list shows it.</summary>
public sealed record DiskInfo(int Devid, int BackendId, int FrontendId, int State, int EventChannel, int RingRef, string BackendPath);

/// <summary>Virtual disks (libxl_disk).</summary>
public sealed class LibxlDisk(LibxlContext context)
{
    public const string ScriptDirectory = "/etc/xen/scripts";

    private readonly LibxlDevice devices = new(context);

    /// <summary>libxl__device_disk_setdefault.</summary>
    public LibxlError SetDefault(int domid, DeviceDisk disk)
    {
        if (disk.DiscardEnable is null) disk.DiscardEnable = disk.ReadWrite;
        if (disk.Format == DiskFormat.Unknown) disk.Format = DiskFormat.Raw;
        if (disk.Specification == DiskSpecification.Unknown) disk.Specification = DiskSpecification.Xen;
        if (disk.Specification == DiskSpecification.Virtio)
        {
            context.Log.Error(domid, "virtio disks need a device model that this host does not have");
            return LibxlError.Invalid;
        }
        if (disk.BackendDomname is { } name)
        {
            var rc = new DomainNames(context).Resolve(name, out var backend);
            if (rc != LibxlError.Ok)
            {
                context.Log.Error(domid, $"backend domain {name} does not exist");
                return rc;
            }
            disk.BackendDomid = backend;
            disk.BackendDomname = null;
        }
        return SetBackend(domid, disk);
    }

    /// <summary>libxl__device_disk_dev_number and libxl__device_from_disk.</summary>
    public LibxlError ToDevice(int domid, DeviceDisk disk, out DeviceAddress device)
    {
        var number = Vdev.Number(disk.Vdev);
        device = new DeviceAddress(domid, DeviceAddress.Vbd, number, disk.BackendDomid);
        if (disk.Backend == DiskBackend.Qdisk) device = device with { BackendKind = DeviceAddress.Qdisk };
        if (number < 0)
        {
            context.Log.Error(domid, $"Invalid or unsupported virtual disk identifier {disk.Vdev}");
            return LibxlError.Invalid;
        }
        return LibxlError.Ok;
    }

    /// <summary>libxl__device_disk_add: adds a disk to a domain and to its stored configuration, then waits until it is connected.</summary>
    /// <param name="domid">To which domain.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="done">Gets the result.</param>
    /// <param name="attach">The domain is complete already: a device model that the disk needs must be there.</param>
    public void Add(int domid, DeviceDisk disk, Action<LibxlError> done, bool attach = false)
    {
        var operation = new AsyncOperation("disk add", done);
        var rc = SetDefault(domid, disk);
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }
        rc = ToDevice(domid, disk, out var device);
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }

        var userdata = new LibxlUserdata(context);
        rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }
        rc = AddLocked(domid, disk, device, userdata, attach);
        userdata.Unlock(domid);
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "unable to add device");
            operation.Complete(rc);
            return;
        }
        new DeviceConnection(context, device, operation.Complete).Start();
    }

    /// <summary>libxl_device_disk_list: what the store says of a domain's disks.</summary>
    public IReadOnlyList<DiskInfo> List(int domid)
    {
        var list = new List<DiskInfo>();
        foreach (var device in devices.List(domid))
        {
            if (device.Kind != DeviceAddress.Vbd) continue;
            var frontend = LibxlPaths.Frontend(device);
            list.Add(new DiskInfo(
                device.Devid,
                device.BackendDomid,
                domid,
                ReadNumber(frontend + "/state"),
                ReadNumber(frontend + "/event-channel"),
                ReadNumber(frontend + "/ring-ref"),
                LibxlPaths.Backend(device)));
        }
        return list;
    }

    /// <summary>libxl_device_disk_remove, or _destroy when forced; then the stored configuration forgets the disk.</summary>
    public void Remove(int domid, int devid, bool force, Action<LibxlError> done)
    {
        foreach (var device in devices.List(domid))
        {
            if (device.Kind != DeviceAddress.Vbd || device.Devid != devid) continue;
            new DeviceRemoval(context, device, force, rc =>
            {
                if (rc == LibxlError.Ok) rc = ForgetDisk(domid, devid);
                done(rc);
            }).Start();
            return;
        }
        context.Log.Error(domid, $"there is no disk {devid}");
        done(LibxlError.NotFound);
    }

    private LibxlError ForgetDisk(int domid, int devid)
    {
        var userdata = new LibxlUserdata(context);
        var rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok) return rc;
        rc = userdata.Load(domid, out var config);
        if (rc == LibxlError.Ok)
        {
            config.Disks.RemoveAll(disk => Vdev.Number(disk.Vdev) == devid);
            rc = userdata.Store(domid, config);
        }
        userdata.Unlock(domid);
        return rc;
    }

    private LibxlError AddLocked(int domid, DeviceDisk disk, DeviceAddress device, LibxlUserdata userdata, bool attach)
    {
        var rc = userdata.Load(domid, out var config);
        if (rc != LibxlError.Ok) return rc;
        if (attach)
        {
            rc = new LibxlDm(context).CheckStart(domid, disk);
            if (rc != LibxlError.Ok) return rc;
        }
        var known = config.Disks.FindIndex(other => other.Vdev == disk.Vdev);
        if (known >= 0) config.Disks[known] = disk.Clone();
        else config.Disks.Add(disk.Clone());

        return context.Xs.InTransaction(t =>
        {
            var error = devices.CheckAbsent(t, device);
            if (error != LibxlError.Ok) return error;
            error = userdata.Store(domid, config);
            if (error != LibxlError.Ok) return error;
            return devices.GenericAdd(t, device, BackendNodes(domid, disk), FrontendNodes(disk, device));
        });
    }

    private static SortedDictionary<string, string> FrontendNodes(DeviceDisk disk, DeviceAddress device) => new(StringComparer.Ordinal)
    {
        ["state"] = "1",
        ["virtual-device"] = device.Devid.ToString(CultureInfo.InvariantCulture),
        ["device-type"] = disk.IsCdrom ? "cdrom" : "disk",
        ["trusted"] = "1",
        ["protocol"] = "x86_64-abi",
    };

    // The state comes last: the back-end driver starts as soon as it sees it. In a transaction the order would not matter, but the
    // copy under /libxl and a reader of the store see one list.
    private static List<KeyValuePair<string, string>> BackendNodes(int domid, DeviceDisk disk)
    {
        var nodes = new List<KeyValuePair<string, string>>();
        void Add(string name, string value) => nodes.Add(new(name, value));

        var qdisk = disk.Backend == DiskBackend.Qdisk;
        Add("params", qdisk ? "aio:" + disk.PdevPath : disk.PdevPath);
        if (disk.Script is { } script) Add("script", script[0] == '/' ? script : ScriptDirectory + "/" + script);
        Add("frontend-id", domid.ToString(CultureInfo.InvariantCulture));
        Add("online", "1");
        Add("removable", disk.Removable ? "1" : "0");
        Add("bootable", "1");
        Add("dev", disk.Vdev);
        Add("type", qdisk ? "qdisk" : "phy");
        Add("mode", disk.ReadWrite ? "w" : "r");
        Add("device-type", disk.IsCdrom ? "cdrom" : "disk");
        if (disk.DirectIoSafe) Add("direct-io-safe", "1");
        Add("discard-enable", disk.DiscardEnable == true ? "1" : "0");
        Add("specification", "xen");
        Add("state", "1");
        return nodes;
    }

    /// <summary>libxl__device_disk_set_backend: blkback serves block devices, and whatever a script turns into one.</summary>
    private LibxlError SetBackend(int domid, DeviceDisk disk)
    {
        if (disk.Backend is DiskBackend.Unknown or DiskBackend.Phy)
        {
            if (disk.Format != DiskFormat.Raw)
            {
                if (disk.Backend == DiskBackend.Phy)
                {
                    context.Log.Error(domid, $"Disk vdev={disk.Vdev}, backend phy unsuitable as format is not raw");
                    return LibxlError.Invalid;
                }
            }
            else if (disk.Script is not null || disk.BackendDomid != context.Self.Id || IsBlockDevice(disk.PdevPath))
            {
                disk.Backend = DiskBackend.Phy;
                disk.Script ??= "block";
                return LibxlError.Ok;
            }
            else if (disk.Backend == DiskBackend.Phy)
            {
                context.Log.Error(domid, $"Disk vdev={disk.Vdev}, backend phy unsuitable as {disk.PdevPath} is not a block device");
                return LibxlError.Invalid;
            }
        }
        if (CanBeQdisk(domid, disk))
        {
            disk.Backend = DiskBackend.Qdisk;
            return LibxlError.Ok;
        }
        context.Log.Error(domid, $"no suitable backend for disk {disk.Vdev}");
        return LibxlError.Invalid;
    }

    /// <summary>disk_try_backend for qdisk: a file of Dom0 that the device model opens itself, so that a script has nothing to do.</summary>
    private bool CanBeQdisk(int domid, DeviceDisk disk)
    {
        if (disk.Backend is not (DiskBackend.Unknown or DiskBackend.Qdisk) || disk.Format != DiskFormat.Raw || disk.BackendDomid != context.Self.Id) return false;
        if (disk.Script is not null)
        {
            context.Log.Error(domid, $"Disk vdev={disk.Vdev}, backend qdisk not compatible with script={disk.Script}");
            return false;
        }
        if (context.Files.Exists(disk.PdevPath)) return true;
        context.Log.Error(domid, $"Disk vdev={disk.Vdev} failed to stat: {disk.PdevPath}: No such file or directory");
        return false;
    }

    private bool IsBlockDevice(string path)
    {
        foreach (var device in context.Host.LoopDevices.Attached)
        {
            if (device.Node == path) return true;
        }
        return false;
    }

    private int ReadNumber(string path)
    {
        var text = context.Xs.Read(StoreAccess.NoTransaction, path);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }
}
