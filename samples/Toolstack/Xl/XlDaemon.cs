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
    private const long NsPerMinute = 60_000_000_000;

    private readonly Dom0Services services;
    private readonly LibxlContext context;
    private readonly string name;
    private DomainDeathWatch? watch;

    private XlDaemon(Dom0Services services, Component process, int domid, string name)
    {
        this.services = services;
        Process = process;
        Domid = domid;
        this.name = name;
        context = new LibxlContext(services.Host, services.Xenstored, process);
    }

    public Component Process { get; }

    /// <summary>The domain that it watches over: another one after each restart.</summary>
    public int Domid { get; private set; }

    /// <summary>It saw its domain suspend itself and left, as the original does: whoever resumes the domain goes without it.</summary>
    public bool LeftAfterSuspend { get; private set; }

    public static string LogPath(string name) => $"/var/log/xen/xl-{name}.log";

    /// <summary>Starts the daemon of a domain.</summary>
    public static void Fork(Dom0Services services, int domid, string name)
    {
        var process = services.Host.CreateProcess($"xl daemon {name}");
        services.Host.Simulation.Post(process, "main", () =>
        {
            var daemon = new XlDaemon(services, process, domid, name);
            services.Daemons.Add(daemon);
            daemon.Watch();
        });
    }

    private void Watch()
    {
        Log($"Waiting for domain {name} (domid {Number(Domid)}) to die");
        watch = new DomainDeathWatch(context, Domid, Occurred);
        if (watch.Enable() != LibxlError.Ok)
        {
            Log($"Cannot watch domain {Number(Domid)}");
            Process.Exit();
        }
    }

    private void Occurred(DomainEvent occurred)
    {
        if (occurred.Kind == DomainEventKind.Death)
        {
            Log($"Domain {Number(Domid)} has been destroyed.");
            Process.Exit();
            return;
        }
        var reason = (int)occurred.Reason;
        Log($"Domain {Number(Domid)} has shut down, reason code {Number(reason)} 0x{reason:x}");
        HandleDomainDeath(occurred.Reason);
    }

    /// <summary>handle_domain_death.</summary>
    private void HandleDomainDeath(ShutdownReason reason)
    {
        if (reason == ShutdownReason.Suspend)
        {
            Log("Domain has suspended.");
            LeftAfterSuspend = true;
            Leave();
            return;
        }
        DomainConfig? config = null;
        if (new LibxlUserdata(context).Load(Domid, out var stored) == LibxlError.Ok) config = stored;
        var action = config is null ? ActionOnShutdown.Destroy : ActionFor(config, reason);
        Log($"Action for shutdown reason code {Number((int)reason)} is {ShutdownActions.Name(action)}");
        if (action is ActionOnShutdown.CoredumpDestroy or ActionOnShutdown.CoredumpRestart)
        {
            DumpCore();
            action = action == ActionOnShutdown.CoredumpRestart ? ActionOnShutdown.Restart : ActionOnShutdown.Destroy;
        }

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
                if (action == ActionOnShutdown.SoftReset) Log("Soft reset is only available for HVM domains: destroying the domain");
                Destroy(Leave);
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
            default:
                return ActionOnShutdown.Destroy;
        }
    }

    private void DumpCore()
    {
        var path = $"{CoreDump.Directory}/{name}";
        Log($"dumping core to {path}");
        var rc = new CoreDump(context).Dump(Domid, path);
        if (rc != LibxlError.Ok) Log($"core dump failed (rc={(int)rc}).");
    }

    private void Destroy(Action then)
    {
        watch?.Disable();
        Log($"Domain {Number(Domid)} needs to be cleaned up: destroying the domain");
        new DomainDestruction(context, Domid, rc =>
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

    /// <summary>preserve_domain, then the restart.</summary>
    private void RenameAndRestart(DomainConfig config)
    {
        watch?.Disable();
        var rc = new LibxlDomain(context).Preserve(Domid, Suffix());
        if (rc != LibxlError.Ok)
        {
            Log($"cannot preserve the domain: {(int)rc}");
            Leave();
            return;
        }
        Log("Done. Rebooting now");
        context.Events.RegisterTime(RestartPauseMs, "restart", () => Recreate(config));
    }

    /// <summary>When the domain went down, for the name of what is kept of it: -YYYYMMDDTHHMMZ by the host's clock, which starts with 1970.</summary>
    private string Suffix()
    {
        var time = DateTime.UnixEpoch.AddMinutes(context.Simulation.Now / NsPerMinute);
        return time.ToString("'-'yyyyMMdd'T'HHmm'Z'", CultureInfo.InvariantCulture);
    }

    private void Recreate(DomainConfig config)
    {
        new DomainCreation(context, config, (rc, created) =>
        {
            if (rc == LibxlError.Ok) rc = new LibxlDomain(context).Unpause(created);
            if (rc != LibxlError.Ok)
            {
                Log($"restart failed: {(int)rc}");
                Process.Exit();
                return;
            }
            Domid = created;
            Watch();
        }).Start();
    }

    private void Leave()
    {
        watch?.Disable();
        Log("Done. Exiting now");
        Process.Exit();
    }

    private void Log(string text) => services.Host.Files.AppendText(LogPath(name), text + "\n");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
