using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.XenStore;

namespace Xen.Toolstack.Xl;

/// <summary>
/// xl devd (libxl_device_events_handler): the daemon of a driver domain, which runs the hotplug scripts for the back-ends that come and
/// go there and removes their directories.
/// </summary>
public sealed class XlDevd
{
    /// <summary>A back-end that the daemon has seen: its script has been started, or it is being removed.</summary>
    private sealed class Known
    {
        public bool Removing { get; set; }
    }

    private readonly LibxlContext context;
    private readonly SortedDictionary<string, Known> devices = new(StringComparer.Ordinal);
    private readonly string root;

    private XlDevd(LibxlContext context)
    {
        this.context = context;
        root = StorePath.DomainHome(context.Self.Id) + "/backend";
    }

    /// <summary>Starts the daemon in a domain; <paramref name="connect"/> opens connections to the store there.</summary>
    public static Component Start(Domain domain, Func<Component, XsClient> connect)
    {
        var process = domain.Host.CreateProcess(string.Create(CultureInfo.InvariantCulture, $"xl devd dom{domain.Id}"), domain);
        domain.Host.Simulation.Post(process, "main", () => new XlDevd(new LibxlContext(domain, connect, process)).Run());
        return process;
    }

    private void Run()
    {
        var rc = context.Events.RegisterWatch(root, (_, path) => BackendChanged(path), out var _);
        if (rc == LibxlError.Ok) return;
        context.Log.Error(null, $"cannot watch {root}");
        context.Process.Exit();
    }

    /// <summary>backend_watch_callback.</summary>
    private void BackendChanged(string path)
    {
        if (!TryParse(path, out var device)) return;
        var backend = LibxlPaths.Backend(device);
        var rc = context.Xs.ReadChecked(StoreAccess.NoTransaction, backend + "/state", out var state);
        if (rc != LibxlError.Ok) return;
        if (state is null)
        {
            devices.Remove(backend);
            return;
        }
        if (!devices.TryGetValue(backend, out var known))
        {
            if (state != Text(LibxlDevice.XenbusInitWait)) return;
            devices.Add(backend, new Known());
            AddDevice(device, backend);
            return;
        }
        if (known.Removing || state != Text(LibxlDevice.XenbusClosed)) return;
        if (context.Xs.Read(StoreAccess.NoTransaction, backend + "/online") != "0") return;
        known.Removing = true;
        RemoveDevice(device, backend);
    }

    private void AddDevice(DeviceAddress device, string backend)
    {
        var script = context.Xs.Read(StoreAccess.NoTransaction, backend + "/script");
        if (string.IsNullOrEmpty(script)) return;
        new HotplugExecution(context, device, script, adding: true, rc =>
        {
            if (rc != LibxlError.Ok) context.Log.Error(device.Domid, $"device {backend} could not be set up");
        }).Start();
    }

    private void RemoveDevice(DeviceAddress device, string backend)
    {
        void Removed(LibxlError rc)
        {
            if (rc != LibxlError.Ok) context.Log.Warning(device.Domid, "the hotplug script failed while the device is being removed");
            if (new LibxlDevice(context).Destroy(device) != LibxlError.Ok) context.Log.Error(device.Domid, $"cannot remove {backend}");
            devices.Remove(backend);
        }

        var script = context.Xs.Read(StoreAccess.NoTransaction, backend + "/script");
        if (string.IsNullOrEmpty(script))
        {
            Removed(LibxlError.Ok);
            return;
        }
        new HotplugExecution(context, device, script, adding: false, Removed).Start();
    }

    /// <summary>backend/KIND/DOMID/DEVID/... below this domain's home.</summary>
    private bool TryParse(string path, out DeviceAddress device)
    {
        device = default;
        if (!path.StartsWith(root + "/", StringComparison.Ordinal)) return false;
        var parts = path[(root.Length + 1)..].Split('/');
        if (parts.Length < 3) return false;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var domid)) return false;
        if (!int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var devid)) return false;
        device = new DeviceAddress(domid, parts[0], devid, context.Self.Id);
        return true;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
