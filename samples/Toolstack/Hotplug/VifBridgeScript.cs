using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Xen.Toolstack.Libxl;
using Xen.XenStore;

namespace Xen.Toolstack.Hotplug;

/// <summary>
/// The vif-bridge hotplug script: it gives the interface its name and size, brings it up and puts it into the bridge that the store
/// names. It runs as a process of its own.
/// </summary>
public sealed class VifBridgeScript
{
    private const long MinStepNs = 150_000;
    private const long MaxStepNs = 1_500_000;

    private readonly Simulation simulation;
    private readonly NetworkStack network;
    private readonly Component process;
    private readonly StoreAccess xs;
    private readonly HotplugEnvironment environment;
    private readonly Action<int> exited;
    private readonly RandomStream durations;

    public VifBridgeScript(Domain domain, XsClient store, HotplugEnvironment environment, Action<int> exited)
    {
        simulation = domain.Host.Simulation;
        network = domain.Hardware!.Network;
        process = store.Component;
        this.environment = environment;
        this.exited = exited;
        xs = new StoreAccess(store);
        durations = simulation.Stream("hotplug");
    }

    /// <summary>Starts the script with its arguments, such as <c>online type_if=vif</c>.</summary>
    public void Run(string action)
    {
        switch (action)
        {
            case "online":
                Step("vif-bridge online", Online);
                break;
            case "offline":
                Step("vif-bridge offline", Offline);
                break;
            default:
                Step("vif-bridge", () => Fatal($"Invalid command: {action}"));
                break;
        }
    }

    private void Online()
    {
        if (environment.Vif.Length == 0)
        {
            Fatal("Missing vif in the environment");
            return;
        }
        var bridge = FindBridge();
        if (bridge is null) return;
        var device = network.FindDevice(environment.Vif);
        if (device is null)
        {
            Fatal($"Cannot find device \"{environment.Vif}\"");
            return;
        }
        if (Read("vifname") is { Length: > 0 } name && name != device.Name)
        {
            device.Up = false;
            if (network.Rename(device, name) != 0)
            {
                Fatal($"ip link set {device.Name} name {name} failed");
                return;
            }
        }
        Step("setup_virtual_bridge_port", () => AddToBridge(bridge, device));
    }

    private void AddToBridge(EthernetBridge bridge, NetworkDevice device)
    {
        device.Mtu = int.TryParse(Read("mtu"), out var mtu) ? mtu : bridge.Mtu;
        if (device.Master != bridge)
        {
            var error = bridge.AddPort(device);
            if (error != 0)
            {
                Fatal($"brctl addif {bridge.Name} {device.Name} failed: {Errno.Name(error)}");
                return;
            }
        }
        device.Up = true;
        Step("success", Success);
    }

    /// <summary>The bridge in the store, or, when it names none, the first that there is.</summary>
    private EthernetBridge? FindBridge()
    {
        var name = Read("bridge");
        if (string.IsNullOrEmpty(name))
        {
            if (network.Bridges.FirstOrDefault() is { } first) return first;
            Fatal("Could not find bridge, and none was specified");
            return null;
        }
        if (network.FindBridge(name) is { } bridge) return bridge;
        Fatal($"Could not find bridge device {name}");
        return null;
    }

    private void Offline()
    {
        // The directory may be gone by now: then the interface still has the name that the back-end gave it, or is gone as well.
        var name = Read("vifname") is { Length: > 0 } given ? given : environment.Vif;
        if (network.FindDevice(name) is { } device)
        {
            device.Master?.RemovePort(device);
            device.Up = false;
        }
        Exit(0);
    }

    private void Success()
    {
        Write("hotplug-status", "connected");
        Exit(0);
    }

    private void Fatal(string text)
    {
        Write("hotplug-error", text);
        Write("hotplug-status", "error");
        Exit(1);
    }

    private void Step(string what, Action action) => simulation.After(durations.Between(MinStepNs, MaxStepNs), process, what, action);

    private string? Read(string key) => xs.Read(StoreAccess.NoTransaction, environment.XenbusPath + "/" + key);

    private void Write(string key, string value) => xs.Write(StoreAccess.NoTransaction, environment.XenbusPath + "/" + key, value);

    private void Exit(int status)
    {
        process.Exit();
        exited(status);
    }
}
