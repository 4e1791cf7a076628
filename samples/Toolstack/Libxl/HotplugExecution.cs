using System.Globalization;
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

    public HotplugExecution(LibxlContext context, DeviceAddress device, string script, bool adding, Action<LibxlError> done)
    {
        this.context = context;
        this.device = device;
        this.script = script;
        action = device.Kind == DeviceAddress.Vif ? (adding ? "online" : "offline") : (adding ? "add" : "remove");
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
        child = context.Host.CreateProcess($"{script[(script.LastIndexOf('/') + 1)..]} {action} {device.Domid}.{device.Devid}", context.Self);
        var environment = Environment();
        LogCall(environment);
        var store = context.Connect(child);
        child.Died += _ => context.Events.Continue("hotplug child died", () => ChildDied());
        timeout = context.Events.RegisterTime(HotplugTimeoutMs, "hotplug timeout", TimeoutOccurred);
        if (device.Kind == DeviceAddress.Vif) new VifBridgeScript(context.Self, store, environment, ChildExited).Run(action);
        else new BlockScript(context.Self, store, environment, ChildExited).Run(action);
    }

    private void LogCall(HotplugEnvironment environment)
    {
        context.Log.Debug(device.Domid, "env:");
        foreach (var (name, value) in environment.Variables) context.Log.Debug(device.Domid, $"\t{name}: {value}");
    }

    /// <summary>libxl__get_hotplug_script_info: what the script finds in its environment.</summary>
    private HotplugEnvironment Environment()
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"backend/{device.Kind}/{device.Domid}/{device.Devid}");
        var environment = new HotplugEnvironment(device.Kind, path) { Script = script };
        if (device.Kind != DeviceAddress.Vif) return environment;
        return environment with
        {
            Vif = string.Create(CultureInfo.InvariantCulture, $"vif{device.Domid}.{device.Devid}"),
            NetDev = context.Xs.Read(StoreAccess.NoTransaction, LibxlPaths.Backend(device) + "/gatewaydev") ?? "",
        };
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
