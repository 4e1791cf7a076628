using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>
/// What stays of xl after a create: a process that waits until its domain goes down and then does what the configuration wants for
/// that case (handle_domain_death). It keeps a log file.
/// </summary>
public sealed class XlDaemon
{
    private const long RestartPauseMs = 2000;

    private readonly Dom0Services services;
    private readonly LibxlContext context;
    private readonly Component process;
    private readonly string name;
    private int domid;
    private DomainDeathWatch? watch;

    private XlDaemon(Dom0Services services, Component process, int domid, string name)
    {
        this.services = services;
        this.process = process;
        this.domid = domid;
        this.name = name;
        context = new LibxlContext(services.Host, services.Xenstored, process);
    }

    public static string LogPath(string name) => $"/var/log/xen/xl-{name}.log";

    /// <summary>Starts the daemon of a domain.</summary>
    public static void Fork(Dom0Services services, int domid, string name)
    {
        var process = services.Host.CreateProcess($"xl daemon {name}");
        services.Host.Simulation.Post(process, "main", () => new XlDaemon(services, process, domid, name).Watch());
    }

    private void Watch()
    {
        Log($"Waiting for domain {name} (domid {Number(domid)}) to die");
        watch = new DomainDeathWatch(context, domid, Occurred);
        if (watch.Enable() != LibxlError.Ok)
        {
            Log($"Cannot watch domain {Number(domid)}");
            process.Exit();
        }
    }

    private void Occurred(DomainEvent occurred)
    {
        if (occurred.Kind == DomainEventKind.Death)
        {
            Log($"Domain {Number(domid)} has been destroyed.");
            process.Exit();
            return;
        }
        var reason = (int)occurred.Reason;
        Log($"Domain {Number(domid)} has shut down, reason code {Number(reason)} 0x{reason:x}");
        HandleDomainDeath(occurred.Reason);
    }

    /// <summary>handle_domain_death.</summary>
    private void HandleDomainDeath(ShutdownReason reason)
    {
        if (reason == ShutdownReason.Suspend)
        {
            Log("Domain has suspended.");
            Leave();
            return;
        }
        DomainConfig? config = null;
        if (new LibxlUserdata(context).Load(domid, out var stored) == LibxlError.Ok) config = stored;
        var action = config is null ? ActionOnShutdown.Destroy : ActionFor(config, reason);
        Log($"Action for shutdown reason code {Number((int)reason)} is {ShutdownActions.Name(action)}");

        switch (action)
        {
            case ActionOnShutdown.Preserve:
                Leave();
                break;
            case ActionOnShutdown.Restart:
                Restart(config!);
                break;
            case ActionOnShutdown.RenameRestart:
                RenameAndRestart(config!);
                break;
            default:
                if (action is not ActionOnShutdown.Destroy) Log($"{ShutdownActions.Name(action)} is not supported: destroying the domain");
                Destroy(() => process.Exit());
                break;
        }
    }

    private static ActionOnShutdown ActionFor(DomainConfig config, ShutdownReason reason)
    {
        switch (reason)
        {
            case ShutdownReason.Poweroff: return config.OnPoweroff;
            case ShutdownReason.Reboot: return config.OnReboot;
            case ShutdownReason.Crash: return config.OnCrash;
            case ShutdownReason.Watchdog: return config.OnWatchdog;
            case ShutdownReason.SoftReset: return config.OnSoftReset;
            default: return ActionOnShutdown.Destroy;
        }
    }

    private void Destroy(Action then)
    {
        watch?.Disable();
        Log($"Domain {Number(domid)} needs to be cleaned up: destroying the domain");
        new DomainDestruction(context, domid, rc =>
        {
            if (rc != LibxlError.Ok) Log($"cleaning up failed: {(int)rc}");
            then();
        }).Start();
    }

    private void Restart(DomainConfig config)
    {
        Destroy(() =>
        {
            Log("Done. Rebooting now");
            context.Events.RegisterTime(RestartPauseMs, "restart", () => Recreate(config));
        });
    }

    private void RenameAndRestart(DomainConfig config)
    {
        watch?.Disable();
        var preserved = $"{name}-{Number(domid)}";
        var rc = new LibxlDomain(context).Rename(domid, preserved);
        if (rc != LibxlError.Ok)
        {
            Log($"cannot rename the domain to {preserved}");
            process.Exit();
            return;
        }
        config.CreateInfo.Uuid = Guid.Empty;
        context.Events.RegisterTime(RestartPauseMs, "restart", () => Recreate(config));
    }

    private void Recreate(DomainConfig config)
    {
        new DomainCreation(context, config, (rc, created) =>
        {
            if (rc == LibxlError.Ok) rc = new LibxlDomain(context).Unpause(created);
            if (rc != LibxlError.Ok)
            {
                Log($"restart failed: {(int)rc}");
                process.Exit();
                return;
            }
            domid = created;
            Watch();
        }).Start();
    }

    private void Leave()
    {
        watch?.Disable();
        process.Exit();
    }

    private void Log(string text) => services.Host.Files.AppendText(LogPath(name), text + "\n");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
