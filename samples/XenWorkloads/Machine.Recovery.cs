using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.Toolstack.Xl;
using Xen.XenStore;

namespace Xen.XenWorkloads;

// Parts of the machine that can be started again while the rest goes on.
public sealed partial class Machine
{
    private const string DaemonPrefix = "xl daemon ";
    private const string DevdPrefix = "xl devd dom";
    private const string ConsoleDaemonName = "xenconsoled";
    private const string XenstoredName = "xenstored";

    /// <summary>The name of the process that does what an administrator's recovery scripts do: what escapes there ends the script and nothing else.</summary>
    private const string ScriptName = "recovery";

    private const long DaemonStartNs = 1_000_000;

    private static readonly string[] VolatileDirectories = ["/var/lock", "/run"];

    /// <summary>Runs a step of a recovery as a process of Dom0.</summary>
    private void Script(Action<StoreAccess> step)
    {
        var process = Host.CreateProcess(ScriptName);
        Simulation.RunAs(process, () => step(new StoreAccess(Xenstored.Connect(process))));
        process.Exit();
    }

    /// <summary>A process that failed or does not end is ended; a daemon is started again.</summary>
    public void RestartProcess(Component failed)
    {
        failed.Kill("SIGKILL");
        switch (failed.Name)
        {
            case XenstoredName:
                if (!Xenstored.Component.Alive) Xenstored.Restart();
                break;
            case ConsoleDaemonName:
                StartConsoleDaemon();
                break;
            case var name when name.StartsWith(DaemonPrefix, StringComparison.Ordinal):
                Watch(name[DaemonPrefix.Length..]);
                break;
            case var name when name.StartsWith(DevdPrefix, StringComparison.Ordinal):
                if (failed.Domain is { IsRunning: true } domain && Kernel(domain.Id) is { Backends: not null } kernel) XlDevd.Start(domain, kernel.ConnectProcess);
                break;
        }
    }

    /// <summary>All processes of the toolstack end, what they had locked is free, what was half made is destroyed, and each guest has its daemon again.</summary>
    public void RestartToolstack()
    {
        foreach (var process in Simulation.Components.Where(IsOfToolstack).ToList()) process.Kill("SIGKILL");
        ClearVolatile();
        if (!Xenstored.Component.Alive) return;
        Script(DestroyHalfMade);
        WatchAll();
    }

    /// <summary>
    /// Dom0 boots again under its guests: xenstored with its record, the daemons, the drivers, which take up the rings that the guests still hold, and the hotplug scripts.
    /// </summary>
    public void RebootDom0()
    {
        Host.RebootDom0();
        ClearVolatile();
        Xenstored.Restart();
        Services = new Dom0Services(Host, Xenstored);
        StartConsoleDaemon();
        Script(store =>
        {
            ForgetBackends(store);
            DestroyHalfMade(store);
        });

        // As in a driver domain: who runs the scripts is there before the back-ends come.
        var hotplug = XlDevd.Start(Host.Dom0, Xenstored.Connect);
        Simulation.RunFor(DaemonStartNs);
        StartDrivers();
        Simulation.RunFor(Monitors.SecondNs);
        hotplug.Kill("all devices are set up");
        WatchAll();
    }

    private bool IsOfToolstack(Component component) =>
        component is { Alive: true, Containment: Containment.Process } && component.Domain == Host.Dom0 && component.Name is not (XenstoredName or ConsoleDaemonName)
        && !component.Name.StartsWith(LibxlDm.ProcessPrefix, StringComparison.Ordinal);

    private void StartConsoleDaemon()
    {
        Consoles = new ConsoleDaemon(Host, Xenstored);
        Services.ReadTerminal = Consoles.ReadTerminal;
    }

    private void Watch(string name)
    {
        if (DomidOf(name) is var domid and > 0) XlDaemon.Fork(Services, domid, name);
    }

    private void WatchAll()
    {
        foreach (var domain in Host.Domains.Where(domain => domain.Id != 0 && domain.Dying == DyingState.Alive).ToList())
        {
            if (NameOf(domain.Id) is { } name) XlDaemon.Fork(Services, domain.Id, name);
        }
    }

    /// <summary>Locks and what else lies in memory only.</summary>
    private void ClearVolatile()
    {
        foreach (var path in VolatileDirectories.SelectMany(directory => Host.Files.Below(directory)).ToList())
        {
            // Device models outlive the toolstack, which finds them by their monitors.
            if (!path.StartsWith(LibxlDm.MonitorPrefix, StringComparison.Ordinal)) Host.Files.Delete(path);
        }
        foreach (var path in Host.Files.Below(LibxlUserdata.Directory).Where(path => path.EndsWith("lock", StringComparison.Ordinal)).ToList()) Host.Files.Delete(path);
    }

    /// <summary>A domain that the toolstack has no configuration of was never finished, or was half destroyed.</summary>
    private void DestroyHalfMade(StoreAccess store)
    {
        foreach (var domain in Host.Domains.Where(domain => domain.Id != 0).ToList())
        {
            var userdata = string.Create(CultureInfo.InvariantCulture, $"{LibxlUserdata.Directory}/userdata-d.{domain.Id}.{domain.Handle}.libxl-json");
            if (Host.Files.Exists(userdata) && NameOf(domain.Id) is { Length: > 0 }) continue;
            Host.Domctl.DestroyDomain(Host.Dom0, domain.Id);
            store.Rm(StoreAccess.NoTransaction, StorePath.DomainHome(domain.Id));
            store.Rm(StoreAccess.NoTransaction, LibxlPaths.Libxl(domain.Id));
        }
    }

    /// <summary>The back-ends of Dom0 are as the toolstack first wrote them: new drivers will find them, and connect to front-ends that have never noticed.</summary>
    private void ForgetBackends(StoreAccess store)
    {
        const string Root = "/local/domain/0/backend";
        foreach (var path in Xenstored.Tree.Walk().Select(node => node.Key).Where(path => path.StartsWith(Root, StringComparison.Ordinal)).ToList())
        {
            if (path.Count(c => c == '/') != 8) continue;
            var device = path[..path.LastIndexOf('/')];
            switch (StorePath.Name(path))
            {
                case "state":
                    store.Write(StoreAccess.NoTransaction, path, "1");
                    break;
                case "hotplug-status" when device.Contains("/vif/", StringComparison.Ordinal):
                    // A card whose script has not run yet waits for it.
                    store.Write(StoreAccess.NoTransaction, path, "pending");
                    break;
                case "hotplug-status" or "hotplug-error" or "physical-device":
                    store.Rm(StoreAccess.NoTransaction, path);
                    break;
                case "frontend" when Xenstored.Tree.Find(XsPayload.Text(Xenstored.Tree.Find(path)!.Value)) is null:
                    store.Rm(StoreAccess.NoTransaction, device);
                    break;
            }
        }
    }
}
