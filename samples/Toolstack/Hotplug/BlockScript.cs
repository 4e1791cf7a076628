using System.Text;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.XenStore;

namespace Xen.Toolstack.Hotplug;

/// <summary>
/// The block hotplug script, with the protocol of docs/misc/block-scripts.txt: it makes a loop device over an image file, checks that nobody
/// else writes to it, and tells the back-end driver the numbers of the physical device. It runs as a process of its own.
/// </summary>
public sealed class BlockScript
{
    public const string LockPath = "/run/xen-hotplug/block";

    private const long MinStepNs = 200_000;
    private const long MaxStepNs = 2_000_000;
    private const long LockRetryNs = 100_000_000;
    private const int LockRetries = 600;

    private readonly Simulation simulation;
    private readonly DomainHardware hardware;
    private readonly Component process;
    private readonly StoreAccess xs;
    private readonly HotplugEnvironment environment;
    private readonly Action<int> exited;
    private readonly RandomStream durations;
    private int lockAttempts;

    public BlockScript(Domain domain, XsClient store, HotplugEnvironment environment, Action<int> exited)
    {
        simulation = domain.Host.Simulation;
        hardware = domain.Hardware!;
        process = store.Component;
        this.environment = environment;
        this.exited = exited;
        xs = new StoreAccess(store);
        durations = simulation.Stream("hotplug");
    }

    /// <summary>Starts the script with its argument.</summary>
    public void Run(string action)
    {
        switch (action)
        {
            case "add":
                Step("block add", Add);
                break;
            case "remove":
                Step("block remove", Remove);
                break;
            default:
                Step("block", () => Fatal($"unknown action {action}"));
                break;
        }
    }

    private void Add()
    {
        if (Read("physical-device") is not null)
        {
            // The device was set up before: there is nothing to do twice.
            Exit(0);
            return;
        }
        var parameters = Read("params");
        if (string.IsNullOrEmpty(parameters))
        {
            Fatal("no device given");
            return;
        }
        if (Read("state") != "2")
        {
            Fatal($"the backend of {parameters} is not waiting for its device");
            return;
        }
        Step("block lock", () => ClaimLock(() => AddLocked(parameters)));
    }

    private void AddLocked(string parameters)
    {
        var mode = Read("mode") ?? "w";
        var readOnly = !mode.Contains('w', StringComparison.Ordinal);
        if (!parameters.StartsWith('/') || (!hardware.Files.Exists(parameters) && FindByNode(parameters) is null))
        {
            ReleaseLock();
            Fatal($"{parameters} does not exist.");
            return;
        }
        if (!mode.Contains('!', StringComparison.Ordinal) && SharedBy(parameters, readOnly) is { } other)
        {
            ReleaseLock();
            Busy($"Device {parameters} is mapped in a read-write mode by the guest domain {other}, and so cannot be mapped now.");
            return;
        }

        var device = FindByNode(parameters);
        if (device is null)
        {
            device = hardware.LoopDevices.Attach(parameters, readOnly);
            if (device is null)
            {
                ReleaseLock();
                Fatal($"Failed to find an unused loop device for {parameters}");
                return;
            }
            Write("node", device.Node);
        }
        Write("physical-device", device.PhysicalDevice);
        Write("physical-device-path", device.Node);
        Write("hotplug-status", "connected");
        ReleaseLock();
        Exit(0);
    }

    private void Remove()
    {
        var node = Read("node");
        if (!string.IsNullOrEmpty(node) && FindByNode(node) is { } device)
        {
            hardware.LoopDevices.Detach(device.Minor);
        }
        Exit(0);
    }

    /// <summary>The guest that has the image open in a way that excludes this one; null when there is none.</summary>
    private string? SharedBy(string parameters, bool readOnly)
    {
        foreach (var domain in xs.Directory(StoreAccess.NoTransaction, "backend/vbd"))
        {
            foreach (var number in xs.Directory(StoreAccess.NoTransaction, $"backend/vbd/{domain}"))
            {
                var path = $"backend/vbd/{domain}/{number}";
                if (path == environment.XenbusPath) continue;
                if (xs.Read(StoreAccess.NoTransaction, path + "/params") != parameters) continue;
                if (xs.Read(StoreAccess.NoTransaction, path + "/physical-device") is null) continue;
                var otherWrites = xs.Read(StoreAccess.NoTransaction, path + "/mode")?.Contains('w', StringComparison.Ordinal) == true;
                if (otherWrites || !readOnly) return domain;
            }
        }
        return null;
    }

    private LoopDevice? FindByNode(string node)
    {
        foreach (var device in hardware.LoopDevices.Attached)
        {
            if (device.Node == node) return device;
        }
        return null;
    }

    /// <summary>claim_lock: waits as long as the lock is taken. Whoever started the script limits the time.</summary>
    private void ClaimLock(Action locked)
    {
        if (hardware.Files.TryCreate(LockPath, Encoding.UTF8.GetBytes(process.Name)))
        {
            locked();
            return;
        }
        lockAttempts++;
        if (lockAttempts > LockRetries)
        {
            Fatal("cannot get the lock");
            return;
        }
        simulation.After(LockRetryNs, process, "block lock", () => ClaimLock(locked));
    }

    private void ReleaseLock() => hardware.Files.Delete(LockPath);

    private void Fatal(string text)
    {
        Write("hotplug-error", text);
        Write("hotplug-status", "error");
        Exit(1);
    }

    private void Busy(string text)
    {
        Write("hotplug-error", text);
        Write("hotplug-status", "busy");
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
