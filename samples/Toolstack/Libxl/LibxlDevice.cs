using System.Globalization;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>What all kinds of devices have in common in the store (libxl_device); the paths are those of docs/misc/xenstore-paths.</summary>
public sealed class LibxlDevice(LibxlContext context)
{
    public const int XenbusInitialising = 1;
    public const int XenbusInitWait = 2;
    public const int XenbusClosing = 5;
    public const int XenbusClosed = 6;

    /// <summary>libxl__device_exists.</summary>
    public LibxlError CheckAbsent(uint transaction, DeviceAddress device)
    {
        var rc = context.Xs.ReadChecked(transaction, LibxlPaths.LibxlDevice(device), out var existing);
        if (rc != LibxlError.Ok) return rc;
        if (existing is null) return LibxlError.Ok;
        context.Log.Error(device.Domid, $"device already exists in xenstore: {LibxlPaths.LibxlDevice(device)}");
        return LibxlError.DeviceExists;
    }

    /// <summary>
    /// libxl__device_generic_add: the frontend's directory belongs to the guest and the back-end's to its domain, each readable for
    /// the other; what the toolstack itself relies on is kept a second time under /libxl, where no guest can write.
    /// </summary>
    public LibxlError GenericAdd(
        uint transaction, DeviceAddress device, IEnumerable<KeyValuePair<string, string>> back, IEnumerable<KeyValuePair<string, string>> front)
    {
        var xs = context.Xs;
        var frontendPath = LibxlPaths.Frontend(device);
        var backendPath = LibxlPaths.Backend(device);
        var libxlPath = LibxlPaths.LibxlDevice(device);
        var frontendId = device.Domid.ToString(CultureInfo.InvariantCulture);
        var backendId = device.BackendDomid.ToString(CultureInfo.InvariantCulture);

        var rc = xs.Mkdir(transaction, libxlPath, "n0");
        if (rc != LibxlError.Ok) return rc;
        rc = xs.Write(transaction, libxlPath + "/frontend", frontendPath);
        if (rc != LibxlError.Ok) return rc;
        rc = xs.Write(transaction, libxlPath + "/backend", backendPath);
        if (rc != LibxlError.Ok) return rc;

        xs.Rm(transaction, frontendPath);
        rc = xs.Mknod(transaction, frontendPath, "n" + frontendId, "r" + backendId);
        if (rc != LibxlError.Ok) return rc;
        rc = xs.Write(transaction, frontendPath + "/backend", backendPath);
        if (rc != LibxlError.Ok) return rc;
        rc = xs.Write(transaction, frontendPath + "/backend-id", backendId);
        if (rc != LibxlError.Ok) return rc;
        rc = xs.WriteNodes(transaction, frontendPath, front);
        if (rc != LibxlError.Ok) return rc;

        xs.Rm(transaction, backendPath);
        rc = xs.Mknod(transaction, backendPath, "n" + backendId, "r" + frontendId);
        if (rc != LibxlError.Ok) return rc;
        rc = xs.Write(transaction, backendPath + "/frontend", frontendPath);
        if (rc != LibxlError.Ok) return rc;
        rc = xs.WriteNodes(transaction, backendPath, back);
        if (rc != LibxlError.Ok) return rc;

        return xs.WriteNodes(transaction, libxlPath, back);
    }

    /// <summary>libxl__ev_devstate_wait: waits until the back-end has reached a state.</summary>
    public StoreWait WaitBackendState(DeviceAddress device, int wanted, long timeoutMilliseconds, Action<LibxlError> done)
    {
        var path = LibxlPaths.Backend(device) + "/state";
        var text = wanted.ToString(CultureInfo.InvariantCulture);
        var wait = new StoreWait(context, $"backend state {wanted}", path, timeoutMilliseconds, done)
        {
            Check = value =>
            {
                if (value is null)
                {
                    context.Log.Debug(device.Domid, $"backend {path} wanted state {wanted} but it was removed");
                    return LibxlError.Invalid;
                }
                if (value == text) return LibxlError.Ok;
                context.Log.Debug(device.Domid, $"backend {path} wanted state {wanted} still waiting state {value}");
                return null;
            },
        };
        wait.Start();
        return wait;
    }

    /// <summary>libxl__device_destroy: takes all three directories away, and parents that are left empty.</summary>
    public LibxlError Destroy(DeviceAddress device)
    {
        return context.Xs.InTransaction(t =>
        {
            var rc = LibxlError.Ok;
            if (context.Self.Privileged)
            {
                // The frontend's directory and the library's own are the toolstack's business.
                rc = context.Xs.PathCleanup(t, LibxlPaths.Frontend(device));
                if (rc != LibxlError.Ok) return rc;
                rc = context.Xs.PathCleanup(t, LibxlPaths.LibxlDevice(device));
                if (rc != LibxlError.Ok) return rc;
            }

            // The back-end's directory goes where the back-end is: a driver domain first needs it for its script.
            if (device.BackendDomid != context.Self.Id) return rc;
            // There the directory of all back-ends stays: its owner could not make it again.
            var stays = context.Self.Privileged ? "/" : StorePath.DomainHome(context.Self.Id) + "/backend";
            return context.Xs.PathCleanup(t, LibxlPaths.Backend(device), stays);
        });
    }

    /// <summary>All devices that the toolstack has made for a domain, as /libxl knows them.</summary>
    public List<DeviceAddress> List(int domid)
    {
        var devices = new List<DeviceAddress>();
        var root = LibxlPaths.Libxl(domid) + "/device";
        foreach (var kind in context.Xs.Directory(StoreAccess.NoTransaction, root))
        {
            foreach (var number in context.Xs.Directory(StoreAccess.NoTransaction, $"{root}/{kind}"))
            {
                if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var devid)) continue;
                var backend = context.Xs.Read(StoreAccess.NoTransaction, $"{root}/{kind}/{number}/backend");
                if (backend is null || !TryParseBackend(backend, out var backendDomid, out var backendKind))
                {
                    context.Log.Error(domid, $"device {kind} {number} has no backend path");
                    continue;
                }
                devices.Add(new DeviceAddress(domid, kind, devid, backendDomid) { BackendKind = backendKind });
            }
        }
        return devices;
    }

    /// <summary>The domain and the kind in a back-end's path: /local/domain/N/backend/KIND/...</summary>
    private static bool TryParseBackend(string path, out int domid, out string kind)
    {
        domid = 0;
        kind = "";
        const string homes = "/local/domain/";
        if (!path.StartsWith(homes, StringComparison.Ordinal)) return false;
        var end = path.IndexOf('/', homes.Length);
        if (end < 0 || !int.TryParse(path.AsSpan(homes.Length, end - homes.Length), NumberStyles.None, CultureInfo.InvariantCulture, out domid)) return false;
        var parts = path[(end + 1)..].Split('/');
        if (parts.Length < 2 || parts[0] != "backend") return false;
        kind = parts[1];
        return true;
    }
}
