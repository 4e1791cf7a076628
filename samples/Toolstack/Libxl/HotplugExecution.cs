using Xen.Hypervisor;
using Xen.Toolstack.Hotplug;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Toolstack.Libxl;

/// <summary>A hotplug script as a child process of the library: started, waited for, and killed when it takes too long.</summary>
public sealed class HotplugExecution
{
    /// <summary>LIBXL_HOTPLUG_TIMEOUT.</summary>
    public const long HotplugTimeoutMs = 40_000;

    private readonly LibxlContext context;
    private readonly DeviceAddress device;
    private readonly string script;
    private readonly string action;
    private readonly AsyncOperation operation;
    private Component? child;
    private Timer? timeout;
    private bool reaped;

    public HotplugExecution(LibxlContext context, DeviceAddress device, string script, string action, Action<LibxlError> done)
    {
        this.context = context;
        this.device = device;
        this.script = script;
        this.action = action;
        operation = new AsyncOperation("hotplug script", done);
    }

    public void Start()
    {
        if (!context.Files.Exists(script))
        {
            context.Log.Error(device.Domid, $"hotplug script {script} does not exist");
            operation.Complete(LibxlError.Fail);
            return;
        }
        context.Log.Debug(device.Domid, $"calling hotplug script: {script} {action}");
        child = context.Host.CreateProcess($"{script[(script.LastIndexOf('/') + 1)..]} {action} {device.Domid}.{device.Devid}");
        var environment = new HotplugEnvironment(device.Kind, $"backend/{device.Kind}/{device.Domid}/{device.Devid}");
        var process = new BlockScript(context.Host, context.Xenstored, child, environment, ChildExited);
        child.Died += _ => context.Events.Continue("hotplug child died", () => ChildDied());
        timeout = context.Events.RegisterTime(HotplugTimeoutMs, "hotplug timeout", TimeoutOccurred);
        process.Run(action);
    }

    private void ChildExited(int status) => context.Events.Continue("hotplug child exited", () => Reap(status));

    private void ChildDied() => Reap(128 + 6);

    /// <summary>device_hotplug_timeout_cb.</summary>
    private void TimeoutOccurred()
    {
        context.Log.Error(device.Domid, $"{script} {action}: killed after {HotplugTimeoutMs / 1000} seconds");
        child?.Kill("SIGKILL");
    }

    private void Reap(int status)
    {
        if (reaped) return;
        reaped = true;
        timeout?.Cancel();
        if (status != 0)
        {
            context.Log.Error(device.Domid, $"{script} {action} exited with error status {status}");
            operation.Complete(LibxlError.Fail);
            return;
        }
        operation.Complete(LibxlError.Ok);
    }
}
