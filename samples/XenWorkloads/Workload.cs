using System.Globalization;
using System.Text;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Toolstack.Xl;

namespace Xen.XenWorkloads;

/// <summary>
/// What all workloads have in common: phases, commands to the toolstack, monitors between them, and at the end of a run everything
/// that can be checked from outside.
/// </summary>
public abstract partial class Workload
{
    /// <summary>The exit code that a shell shows when a command was stopped because it took too long.</summary>
    public const int HungCode = 124;

    protected const long DiskLimitNs = 180 * Monitors.SecondNs;
    protected const long EndLimitNs = 120 * Monitors.SecondNs;

    /// <summary>What happens before a fault is taken away and what happens after it have different times.</summary>
    private const long PauseBeforeHealingNs = 1_000_000;
    private const long QuietLimitNs = 400 * Monitors.SecondNs;

    protected Workload(Machine machine, Observations observations)
    {
        Machine = machine;
        Observations = observations;
        Monitors = new Monitors(machine);
        Random = machine.Simulation.Stream("workload");
        machine.Simulation.Crashed += ComponentCrashed;
        machine.Simulation.Crashed += component =>
        {
            if (component.Containment is Containment.Process or Containment.Kernel) failed.Add(component);
        };
    }

    /// <summary>What has crashed or hangs, of Dom0's processes and of the kernels that serve others.</summary>
    private readonly List<Component> failed = [];

    /// <summary>The machines that the workload runs on.</summary>
    protected virtual IEnumerable<Machine> Machines => [Machine];

    /// <summary>After a crash, a hang or the loss of a host: what brings it back. The run is over by then, whatever comes of it.</summary>
    /// <param name="hanging">A component that has kept the machine from coming to an end; null if none has.</param>
    public void Recover(Component? hanging = null)
    {
        if (hanging is not null) failed.Add(hanging);
        if (failed.Count == 0) return;
        Observations.Ended = true;
        FaultInjection.Heal();
        if (hanging is { Containment: Containment.Process }) hanging.Kill("SIGKILL");
        foreach (var machine in Machines) new Recovery(machine, Observations, failed).Escalate();
    }

    /// <summary>A host that the workload runs on is down, which ends the run.</summary>
    public virtual bool HostDown => Machine.Host.Crashed;

    protected Machine Machine { get; }

    protected Observations Observations { get; }

    protected Monitors Monitors { get; }

    protected RandomStream Random { get; }

    /// <summary>Runs the phases one after the other: two rounds, a fault being active in the first one only. A host that is down ends the run.</summary>
    public void Run()
    {
        Observations.Phase("boot");
        Monitor("xl-list", Monitors.XlList);
        Monitor("xenstore", Monitors.Store);
        Observations.Phase("workload");
        Work();
        if (HostDown) return;
        Settle();
        Observations.Phase("rest");
        CheckEverything();

        // From here on the fault is gone, if there was one: what still fails was left behind by it.
        Machine.Simulation.RunFor(PauseBeforeHealingNs);
        FaultInjection.Heal();
        Observations.Phase("healed");
        Epilogue();
        if (HostDown) return;
        Settle();
        Observations.Phase("end");
        CheckEverything();
    }

    /// <summary>The workload proper.</summary>
    protected abstract void Work();

    /// <summary>The second round: what has to work whatever happened before.</summary>
    protected abstract void Epilogue();

    protected void AllMonitors()
    {
        Monitor("xl-list", Monitors.XlList);
        Monitor("xenstore", Monitors.Store);
        Monitor("heartbeat", Monitors.Heartbeat);
        foreach (var domain in Machine.Host.Domains.Where(domain => domain.Id != 0 && domain.IsRunning).ToList())
        {
            Monitor($"{Machine.NameOf(domain.Id) ?? "(null)"} read-back", () => Monitors.DiskReadBack(domain.Id));
        }
        Monitor("canary", Monitors.Canary);
    }

    /// <summary>Invariants, state and resources of the machines, once they have come to rest.</summary>
    protected virtual void CheckEverything()
    {
        CheckMachine(Machine, "");
        Observations.Resource("virtual-time", Machine.Simulation.Now);
        Observations.Resource("events", Machine.Simulation.EventCount);
        Observations.Resource("hypercalls", Machine.Host.Hypercalls);
        Observations.Resource("store-requests", Machine.Xenstored.Requests);
    }

    protected void CheckMachine(Machine machine, string prefix)
    {
        foreach (var (name, problem) in new Dom0Invariants(machine).Check()) Observations.Invariant(prefix + name, problem);
        foreach (var (name, digest) in StateDigest.Of(machine)) Observations.State(prefix + name, digest);
    }

    /// <summary>The machine that a host belongs to.</summary>
    protected virtual Machine MachineOf(Host host) => Machine;

    /// <summary>What every program of a guest says about its data, once it has come to its end.</summary>
    protected void ReportPrograms(Machine machine, string name)
    {
        if (HostDown) return;
        if (machine.Kernel(machine.DomidOf(name)) is not { } kernel)
        {
            Observations.Data($"{name} data", "the guest does not run", 0);
            return;
        }
        foreach (var program in kernel.Programs)
        {
            if (program.Problem is { } problem) Observations.Component(name, "guest", "io-loss", problem);
            Observations.Data($"{name} {program.Title}", program.Problem, program.Digest);
        }
    }

    /// <summary>Waits until a guest has nothing more to do, and lets it look at its data.</summary>
    protected void Rest(string name)
    {
        if (HostDown) return;
        var domid = Machine.DomidOf(name);
        Monitors.Wait(() => Machine.Kernel(domid) is { Finished: true }, DiskLimitNs);
        Monitor($"{name} programs", () => Monitors.Programs(domid));
        ReportPrograms(Machine, name);
    }

    protected XlProcess Start(params IReadOnlyList<string> arguments) => Machine.Start(arguments);

    /// <summary>Gives a command to the toolstack and reports how it ended. Its output, empty when it did not end.</summary>
    protected string Command(string name, params IReadOnlyList<string> arguments) => HostDown ? "" : Finish(name, Start(arguments));

    /// <summary>The same on another machine.</summary>
    protected string CommandOn(Machine machine, string name, params IReadOnlyList<string> arguments) =>
        HostDown ? "" : Finish(name, machine.Start(arguments));

    protected string Finish(string name, XlProcess process)
    {
        Monitors.Wait(() => process.ExitCode is not null, Monitors.CommandLimitNs);
        if (process.ExitCode is { } code)
        {
            if (process.Component.Simulation.Tap is { } tap)
            {
                tap.Finished?.Invoke(process.Component, string.Create(CultureInfo.InvariantCulture, $"{code} {SimulationTap.Digest(Encoding.UTF8.GetBytes(process.Output))} {process.Error}"));
            }
            Observations.Operation(name, code, process.Error);
            return process.Output;
        }
        if (HostDown) return "";
        failed.Add(process.Component);
        Observations.Component(process.Component.Name, "process", "hang", "the command does not end");
        Observations.Operation(name, HungCode, "the command does not end");
        return "";
    }

    protected void Monitor(string name, Func<string?> check)
    {
        if (HostDown) return;
        var problem = check();
        if (!HostDown) Observations.Monitor(name, problem);
    }

    /// <summary>A running guest stands still while it is paused, and goes on afterwards.</summary>
    protected void PauseAndUnpause(string name)
    {
        if (HostDown) return;
        Command($"xl pause {name}", "pause", name);
        Monitor("paused", () => PausedProblem(name));
        Command($"xl unpause {name}", "unpause", name);
        Monitor("heartbeat", Monitors.Heartbeat);
    }

    private string? PausedProblem(string name)
    {
        if (Machine.Kernel(Machine.DomidOf(name)) is not { } kernel) return $"there is no {name}";
        var beats = kernel.Heartbeats;
        Machine.Simulation.RunFor(3 * GuestKernel.HeartbeatIntervalNs);
        return kernel.Heartbeats == beats ? null : $"{name} runs while it is paused";
    }

    protected void ShutDown(string name)
    {
        var domid = Machine.DomidOf(name);
        Command($"xl shutdown {name}", "shutdown", name);
        Monitor($"{name} gone", () => GoneProblem(domid, name));
    }

    protected void Destroy(string name)
    {
        var domid = Machine.DomidOf(name);
        Command($"xl destroy {name}", "destroy", name);
        Monitor($"{name} gone", () => GoneProblem(domid, name));
    }

    private string? GoneProblem(int domid, string name)
    {
        if (Monitors.Wait(() => Machine.Host.FindDomain(domid) is null && Machine.DomidOf(name) < 0, EndLimitNs)) return null;
        return $"domain {domid} is still there";
    }

    /// <summary>Lets the machine come to rest. If it does not, whoever was busiest meanwhile is what hangs.</summary>
    private void Settle()
    {
        var before = Machine.Simulation.Components.ToDictionary(component => component, component => component.EventCount);
        if (Machine.Simulation.RunToQuiescence(QuietLimitNs)) return;
        var busiest = Machine.Simulation.Components.MaxBy(component => component.EventCount - before.GetValueOrDefault(component))!;
        if (busiest.Containment is Containment.Process or Containment.Kernel) failed.Add(busiest);
        Observations.Component(Name(busiest), Kind(busiest), "hang", "the machine does not come to rest, and this keeps it busy");
    }

    private static string Kind(Component component) => component.Containment switch
    {
        Containment.Process => "process",
        Containment.Kernel => "kernel",
        _ => "guest",
    };

    /// <summary>What a component is called in observations: guests by the name that the toolstack knows.</summary>
    private string Name(Component component) =>
        component.Containment == Containment.Guest ? MachineOf(component.Domain!.Host).NameOf(component.Domain.Id) ?? component.Name : component.Name;

    private void ComponentCrashed(Component component)
    {
        Observations.Component(Name(component), Kind(component), "crash", component.Death ?? "");
        if (component.Domain?.Host is { Crashed: true } host) Observations.Component("host", "host", "crash", host.CrashReason ?? "");
    }
}
