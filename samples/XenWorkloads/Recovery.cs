using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads;

/// <summary>
/// What brings a host back on which something has crashed or hangs: one measure after the other, each dearer than the one before, until the host does again what hosts are for. The
/// fault is gone by then where it can be taken away: what is measured is whether a measure clears what it has left behind, and not whether it would come again.
/// </summary>
/// <param name="machine">The host.</param>
/// <param name="observations">Take what each measure has brought.</param>
/// <param name="failed">The components that crashed or hang.</param>
public sealed class Recovery(Machine machine, Observations observations, IReadOnlyCollection<Component> failed)
{
    public const string Nothing = "nothing";
    public const string MicroReboot = "micro-reboot";
    public const string ToolstackRestart = "toolstack-restart";
    public const string DriverDomainRestart = "driver-domain-restart";
    public const string Dom0Reboot = "dom0-reboot";
    public const string Dom0AndDriverDomain = "dom0-and-driver-domain";

    /// <summary>Events that each measure may need, beyond those of the run.</summary>
    private const long EventsPerMeasure = 2_000_000;

    private readonly Monitors monitors = new(machine);
    private readonly List<Guest> guests = [.. Guests(machine)];

    /// <summary>A guest as it was when the recovery began.</summary>
    private sealed record Guest(string Name, int Domid, GuestKernel Kernel, int? Backend)
    {
        public bool Serves => Kernel.Manifest.Workload == GuestManifest.DriverDomain;
    }

    /// <summary>Takes measures until the host is back, or none is left.</summary>
    public void Escalate()
    {
        foreach (var (name, measure) in Measures())
        {
            if (Try(name, measure)) return;
        }
    }

    private IEnumerable<(string Name, Action Measure)> Measures()
    {
        if (!machine.Host.Crashed)
        {
            yield return (Nothing, () => { });
            yield return (MicroReboot, RestartFailed);
            yield return (ToolstackRestart, machine.RestartToolstack);
        }

        // Without Dom0 nobody could make a driver domain.
        if (!machine.Host.Crashed && HasDriverDomain) yield return (DriverDomainRestart, RestartDriverDomain);
        yield return (Dom0Reboot, machine.RebootDom0);

        // The same fault may have taken both, one after the other.
        if (HasDriverDomain) yield return (Dom0AndDriverDomain, RestartDriverDomain);
    }

    private bool HasDriverDomain => machine.LastDriverDomain is not null || machine.Blkback is null;

    private static IEnumerable<Guest> Guests(Machine machine)
    {
        foreach (var domain in machine.Host.Domains.Where(domain => domain.Id != 0 && domain.Dying == DyingState.Alive))
        {
            if (machine.NameOf(domain.Id) is not { Length: > 0 } name || machine.Kernel(domain.Id) is not { Booted: true } kernel) continue;
            yield return new Guest(name, domain.Id, kernel, BackendOf(machine, domain.Id));
        }
    }

    private static int? BackendOf(Machine machine, int domid)
    {
        foreach (var kind in new[] { "vbd", "vif" })
        {
            var home = $"/local/domain/{domid}/device/{kind}";
            foreach (var number in machine.Xenstored.Tree.Find(home)?.Children ?? [])
            {
                var node = machine.Xenstored.Tree.Find($"{home}/{number}/backend-id");
                if (node is not null && int.TryParse(XsPayload.Text(node.Value), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != 0) return id;
            }
        }
        return null;
    }

    private bool Try(string name, Action measure)
    {
        var began = machine.Simulation.Now;
        machine.Simulation.EventLimit = machine.Simulation.EventCount + EventsPerMeasure;
        string? problem;
        try
        {
            measure();
            problem = Problem();
        }
        catch (SimulationLimitException limit)
        {
            problem = limit.Message;
            if (limit.Busiest.Containment == Containment.Process) limit.Busiest.Kill("SIGKILL");
        }
        var users = guests.Where(guest => !guest.Serves).ToList();
        var (kept, restarted) = (0, 0);
        string? lost = null;
        foreach (var guest in problem is null ? users : [])
        {
            var domid = machine.DomidOf(guest.Name);
            if (GuestProblem(domid) is { } trouble) lost ??= $"{guest.Name}: {trouble}";
            else if (domid == guest.Domid) kept++;
            else restarted++;
        }
        observations.Recovery(name, problem is null, problem ?? lost, users.Count, kept, restarted, machine.Simulation.Now - began);
        return problem is null;
    }

    /// <summary>What the host does not do of what hosts are for; null if it does it all.</summary>
    private string? Problem()
    {
        machine.Simulation.RunFor(Monitors.SecondNs);
        if (machine.Host.Crashed) return machine.Host.CrashReason;
        var driver = machine.DriverDomains.Select(kernel => machine.NameOf(kernel.Domain.Id)).FirstOrDefault();
        if (HasDriverDomain && driver is null) return "there is no driver domain";
        return monitors.Store() ?? monitors.XlList() ?? monitors.Canary() ?? monitors.DiskCanary(machine.Blkback is null ? driver : null) ?? monitors.Store();
    }

    /// <summary>What a guest lacks: it runs, its programs find their data, and its network answers.</summary>
    private string? GuestProblem(int domid) => machine.Host.FindDomain(domid) is { IsRunning: true }
        ? monitors.Ping(domid) ?? monitors.Programs(domid) ?? monitors.Echo(domid)
        : "it does not run";

    private void RestartFailed()
    {
        foreach (var component in failed.Where(component => component.Containment == Containment.Process && component.Domain?.Host == machine.Host).Distinct())
        {
            machine.RestartProcess(component);
        }
    }

    /// <summary>The driver domain is destroyed and made again over the same disks; the guests that it served are started anew.</summary>
    private void RestartDriverDomain()
    {
        var (name, old) = machine.LastDriverDomain ?? (Machine.DriverDomainName, null);
        var served = guests.Where(guest => guest.Backend is not null).ToList();
        foreach (var guest in served) monitors.Run("destroy", guest.Name);
        monitors.Run("destroy", name);
        monitors.Run("create", Machine.ConfigPath(name));
        monitors.Wait(() => machine.DomidOf(name) is var domid and > 0 && machine.Kernel(domid) is { Backends: not null }, 10 * Monitors.SecondNs);
        if (machine.Host.FindDomain(machine.DomidOf(name))?.Hardware is not { } hardware) return;
        foreach (var path in old?.Files.Below(Machine.ImageDirectory).ToList() ?? []) hardware.Files.Write(path, old!.Files.Open(path)!);
        foreach (var guest in served) monitors.Run("create", Machine.ConfigPath(guest.Name));
        foreach (var guest in served) monitors.Wait(() => machine.Kernel(machine.DomidOf(guest.Name)) is { Finished: true }, 60 * Monitors.SecondNs);
    }
}
