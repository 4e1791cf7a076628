using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Drivers;

/// <summary>
/// The xenbus of one kernel, for one kind of ends: it watches the directory in which the toolstack makes devices, gives each new one
/// to its driver, and takes it away when its directory is gone.
/// </summary>
public sealed class XenbusBus
{
    private readonly SortedDictionary<string, Func<XenbusDevice, XenbusDriver>> drivers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, XenbusDevice> devices = new(StringComparer.Ordinal);
    private readonly string root;
    private readonly int levels;
    private XsWatch? watch;

    private XenbusBus(Domain domain, XenbusClient xenbus, string root, int levels, string otherEndKey)
    {
        Domain = domain;
        Xenbus = xenbus;
        this.root = root;
        this.levels = levels;
        OtherEndKey = otherEndKey;
    }

    public Domain Domain { get; }

    public XenbusClient Xenbus { get; }

    /// <summary>The key that holds the other end's directory; with -id appended, the one with its domain.</summary>
    public string OtherEndKey { get; }

    public string OtherEndIdKey => OtherEndKey + "-id";

    /// <summary>The devices that have a driver, by directory.</summary>
    public IReadOnlyCollection<XenbusDevice> Devices => devices.Values;

    /// <summary>Backends: backend/TYPE/DOMID/DEVID.</summary>
    public static XenbusBus Backend(Domain domain, XenbusClient xenbus) => new(domain, xenbus, "backend", 4, "frontend");

    /// <summary>Backends of one type only, for a driver that is a component of its own.</summary>
    public static XenbusBus Backend(Domain domain, XenbusClient xenbus, string type) => new(domain, xenbus, $"backend/{type}", 4, "frontend");

    /// <summary>Frontends: device/TYPE/DEVID.</summary>
    public static XenbusBus Frontend(Domain domain, XenbusClient xenbus) => new(domain, xenbus, "device", 3, "backend");

    /// <summary>xenbus_register_driver.</summary>
    public void Register(string type, Func<XenbusDevice, XenbusDriver> driver) => drivers.Add(type, driver);

    /// <summary>Finds the devices that exist already, and hears of all others from now on.</summary>
    public int Start()
    {
        watch = Xenbus.Watch(root, Changed);
        if (watch is null)
        {
            return -Errno.EIO;
        }

        Enumerate(root, root.Count(c => c == '/') + 1);
        return 0;
    }

    /// <summary>device_unregister: the driver lets go of the device. The directory is the toolstack's business.</summary>
    public void Unregister(XenbusDevice device)
    {
        if (!devices.Remove(device.NodeName))
        {
            return;
        }

        device.ForgetOtherEnd();
        if (device.Driver is not null)
        {
            device.Driver.Remove();
            device.Driver = null;
        }

        device.SwitchState(XenbusState.Closed);
    }

    private void Enumerate(string directory, int depth)
    {
        if (depth == levels)
        {
            Probe(directory);
            return;
        }

        foreach (var child in Xenbus.Directory(0, directory))
        {
            Enumerate($"{directory}/{child}", depth + 1);
        }
    }

    // xenbus_dev_changed: something below the root was written or removed.
    private void Changed(string path)
    {
        var parts = path.Split('/');
        if (parts.Length < 3)
        {
            return;
        }

        if (!Xenbus.Exists(0, path))
        {
            CleanUp(path);
            return;
        }

        if (parts.Length < levels)
        {
            return;
        }

        var nodeName = string.Join('/', parts.Take(levels));
        if (!devices.ContainsKey(nodeName))
        {
            Probe(nodeName);
        }
    }

    private void CleanUp(string path)
    {
        var gone = devices.Values.Where(d => d.NodeName == path || d.NodeName.StartsWith(path + "/", StringComparison.Ordinal)).ToList();
        foreach (var device in gone)
        {
            Unregister(device);
        }
    }

    // xenbus_probe_node, then xenbus_dev_probe.
    private void Probe(string nodeName)
    {
        var type = nodeName.Split('/')[1];
        if (!drivers.TryGetValue(type, out var create))
        {
            return;
        }

        var device = new XenbusDevice(this, nodeName, type);
        if (device.ReadState(nodeName) != XenbusState.Initialising)
        {
            // Not new: left over from a driver that has closed it.
            return;
        }

        devices.Add(nodeName, device);
        var error = device.ReadOtherEndDetails();
        if (error == 0)
        {
            device.Driver = create(device);
            error = device.Driver.Probe();
        }

        if (error == 0)
        {
            error = device.WatchOtherEnd();
        }

        if (error != 0)
        {
            device.Error(error, $"xenbus_dev_probe on {nodeName}");
            device.Driver = null;
            devices.Remove(nodeName);
            device.SwitchState(XenbusState.Closed);
        }
    }
}
