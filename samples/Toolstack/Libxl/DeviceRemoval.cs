using System.Globalization;

namespace Xen.Toolstack.Libxl;

/// <summary>
/// libxl__initiate_device_generic_remove: asks the back-end to close, waits for it, runs the hotplug script, removes the directories.
/// With force the frontend is not asked, and what fails does not stop the rest.
/// </summary>
public sealed class DeviceRemoval
{
    /// <summary>LIBXL_DESTROY_TIMEOUT.</summary>
    public const long DestroyTimeoutMs = 10_000;

    /// <summary>LIBXL_QEMU_BODGE_TIMEOUT.</summary>
    public const long QemuBodgeTimeoutMs = 2_000;

    private readonly LibxlContext context;
    private readonly DeviceAddress device;
    private readonly bool force;
    private readonly AsyncOperation operation;
    private readonly LibxlDevice devices;

    public DeviceRemoval(LibxlContext context, DeviceAddress device, bool force, Action<LibxlError> done)
    {
        this.context = context;
        this.device = device;
        this.force = force;
        devices = new LibxlDevice(context);
        operation = new AsyncOperation("device removal", done);
    }

    public void Start()
    {
        // Nobody closes the disk of a guest that stands still when its device model is gone: it is closed after a while in any case.
        if (device.BackendKind == DeviceAddress.Qdisk && context.DomainInfo(device.Domid) is not { Paused: false, Dying: false, Shutdown: false })
        {
            context.Events.RegisterTime(QemuBodgeTimeoutMs, "device model", QemuTimeout);
            return;
        }
        var backend = LibxlPaths.Backend(device);
        var rc = context.Xs.InTransaction(t =>
        {
            var xs = context.Xs;
            if (force)
            {
                // A guest that does not cooperate is not asked: its back-end sees the frontend disappear.
                var cleaned = xs.PathCleanup(t, LibxlPaths.Frontend(device));
                if (cleaned != LibxlError.Ok) return cleaned;
            }
            var read = xs.ReadChecked(t, backend + "/state", out var state);
            if (read != LibxlError.Ok) return read;
            if (state is null) return LibxlError.NotFound;
            var written = xs.Write(t, backend + "/online", "0");
            if (written != LibxlError.Ok) return written;
            if (state == Text(LibxlDevice.XenbusClosed)) return LibxlError.Ok;
            return xs.Write(t, backend + "/state", Text(LibxlDevice.XenbusClosing));
        });

        if (rc == LibxlError.NotFound)
        {
            // The back-end is gone already: only the frontend's side is left to clean.
            RemoveDirectories(LibxlError.Ok);
            return;
        }
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(device.Domid, $"unable to remove device {LibxlPaths.Backend(device)}");
            Finish(rc);
            return;
        }
        devices.WaitBackendState(device, LibxlDevice.XenbusClosed, DestroyTimeoutMs, BackendClosed);
    }

    /// <summary>device_qemu_timeout.</summary>
    private void QemuTimeout()
    {
        var path = LibxlPaths.Backend(device) + "/state";
        var rc = context.Xs.ReadChecked(StoreAccess.NoTransaction, path, out var state);
        var closed = Text(LibxlDevice.XenbusClosed);
        if (rc == LibxlError.Ok && state is not null && state != closed) rc = context.Xs.Write(StoreAccess.NoTransaction, path, closed);
        if (rc != LibxlError.Ok) context.Log.Error(device.Domid, $"unable to close {LibxlPaths.Backend(device)}");
        DeviceHotplug();
    }

    /// <summary>device_backend_callback, when removing.</summary>
    private void BackendClosed(LibxlError rc)
    {
        if (rc == LibxlError.TimedOut)
        {
            context.Log.Error(device.Domid, $"unable to remove device with path {LibxlPaths.Backend(device)}");
            if (!force)
            {
                Finish(rc);
                return;
            }
        }
        DeviceHotplug();
    }

    private void DeviceHotplug()
    {
        if (device.BackendDomid != context.Self.Id)
        {
            HotplugDone(LibxlError.Ok);
            return;
        }

        // What the guest could have changed is not trusted: the name of the script comes from the toolstack's own notes.
        var script = context.Xs.Read(StoreAccess.NoTransaction, LibxlPaths.LibxlDevice(device) + "/script");
        if (string.IsNullOrEmpty(script))
        {
            HotplugDone(LibxlError.Ok);
            return;
        }
        new HotplugExecution(context, device, script, adding: false, HotplugDone).Start();
    }

    private void HotplugDone(LibxlError rc)
    {
        if (rc != LibxlError.Ok) context.Log.Warning(device.Domid, "the hotplug script failed while the device is being removed");
        RemoveDirectories(LibxlError.Ok);
    }

    private void RemoveDirectories(LibxlError rc)
    {
        var removed = devices.Destroy(device);
        if (removed != LibxlError.Ok)
        {
            context.Log.Error(device.Domid, $"cannot remove the nodes of {LibxlPaths.LibxlDevice(device)}");
            if (rc == LibxlError.Ok) rc = removed;
        }
        if (device.BackendDomid == context.Self.Id)
        {
            Finish(rc);
            return;
        }
        WaitBackendRemoval(rc);
    }

    /// <summary>device_destroy_be_watch_cb: the driver domain runs its script and then removes the directory; until then the device's number is taken.</summary>
    private void WaitBackendRemoval(LibxlError rc)
    {
        var path = LibxlPaths.Backend(device);
        var wait = new StoreWait(context, "backend removal", path, DestroyTimeoutMs, result =>
        {
            if (result == LibxlError.TimedOut) context.Log.Error(device.Domid, $"the driver domain does not remove {path}");
            Finish(rc == LibxlError.Ok && !force ? result : rc);
        })
        {
            Check = value => value is null ? LibxlError.Ok : null,
        };
        wait.Start();
    }

    private void Finish(LibxlError rc) => operation.Complete(rc);

    private static string Text(int state) => state.ToString(CultureInfo.InvariantCulture);
}
