namespace Xen.Toolstack.Libxl;

/// <summary>libxl__wait_device_connection: the back-end has to come up, then the hotplug script has to make the device real.</summary>
public sealed class DeviceConnection
{
    /// <summary>LIBXL_INIT_TIMEOUT.</summary>
    public const long InitTimeoutMs = 10_000;

    private readonly LibxlContext context;
    private readonly DeviceAddress device;
    private readonly AsyncOperation operation;

    public DeviceConnection(LibxlContext context, DeviceAddress device, Action<LibxlError> done)
    {
        this.context = context;
        this.device = device;
        operation = new AsyncOperation("device connection", done);
    }

    public void Start()
    {
        if (device.Kind == DeviceAddress.Console)
        {
            // Consoles have no driver of their own behind them, so there is nobody to wait for.
            operation.Complete(LibxlError.Ok);
            return;
        }
        if (device.BackendKind == DeviceAddress.Qdisk)
        {
            // While a domain is made the device model does not run yet; one that runs connects the disk without a script.
            BackendCallback(LibxlError.Ok);
            return;
        }
        new LibxlDevice(context).WaitBackendState(device, LibxlDevice.XenbusInitWait, InitTimeoutMs, BackendCallback);
    }

    /// <summary>device_backend_callback.</summary>
    private void BackendCallback(LibxlError rc)
    {
        if (rc == LibxlError.TimedOut)
        {
            context.Log.Error(device.Domid, $"unable to connect device with path {LibxlPaths.Backend(device)}");
        }
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }
        DeviceHotplug();
    }

    /// <summary>device_hotplug.</summary>
    private void DeviceHotplug()
    {
        if (device.BackendDomid != context.Self.Id)
        {
            // The scripts run where the back-end runs: a driver domain has a daemon for them.
            operation.Complete(LibxlError.Ok);
            return;
        }
        var backend = LibxlPaths.Backend(device);
        var rc = context.Xs.ReadChecked(StoreAccess.NoTransaction, backend + "/script", out var script);
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }
        if (string.IsNullOrEmpty(script))
        {
            context.Log.Debug(device.Domid, "no hotplug script to run");
            operation.Complete(LibxlError.Ok);
            return;
        }
        new HotplugExecution(context, device, script, adding: true, HotplugChildDeath).Start();
    }

    /// <summary>device_hotplug_child_death_cb.</summary>
    private void HotplugChildDeath(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            var error = context.Xs.Read(StoreAccess.NoTransaction, LibxlPaths.Backend(device) + "/hotplug-error");
            if (error is not null) context.Log.Error(device.Domid, $"script: {error}");
        }
        operation.Complete(rc);
    }
}
