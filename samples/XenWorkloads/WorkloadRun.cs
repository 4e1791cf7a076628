using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.XenWorkloads.Rendezvous;

namespace Xen.XenWorkloads;

/// <summary>One run of a workload: all of its output, and the exit code.</summary>
public sealed record WorkloadRun(int ExitCode, IReadOnlyList<string> Output)
{
    public const int Completed = 0;
    public const int WrongUsage = 2;
    public const int HostCrashed = 3;
    public const int Livelock = 4;

    /// <summary>Events that a run may need: a healthy one stays far below.</summary>
    private const long EventLimit = 2_000_000;

    /// <summary>The events that each further step of a workload adds to the limit.</summary>
    private const long EventLimitPerStep = 200_000;

    /// <summary>The workload whose driver domain leaves no driver in Dom0.</summary>
    private const string DevicesName = "devices";

    private static readonly SortedDictionary<string, Func<Machine, Observations, WorkloadOptions, Workload>> Workloads = new(StringComparer.Ordinal)
    {
        [DevicesName] = (machine, observations, options) => new DevicesWorkload(machine, observations, options),
        ["lifecycle"] = (machine, observations, options) => new LifecycleWorkload(machine, observations, options),
        ["migration"] = (machine, observations, options) => new MigrationWorkload(machine, observations, options),
        ["mixed"] = (machine, observations, options) => new MixedWorkload(machine, observations, options),
        ["network"] = (machine, observations, options) => new NetworkWorkload(machine, observations, options),
        ["storage"] = (machine, observations, options) => new StorageWorkload(machine, observations, options),
    };

    public static IEnumerable<string> Names => Workloads.Keys;

    /// <summary>Runs a workload.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="trace">Takes the text of the trace; null for nobody.</param>
    /// <param name="rendezvous">Takes what each component does, and each line of output at once; null for nobody.</param>
    public static WorkloadRun Execute(WorkloadOptions options, Action<string>? trace = null, Action<string>? rendezvous = null)
    {
        using var recording = rendezvous is null || options.RecordFile is null ? null : new StreamWriter(options.RecordFile);
        var recorder = rendezvous is null ? null : new RendezvousRecorder(rendezvous, recording is null ? null : new MessageRecording(recording), options.Replay(), options.Without);
        recorder?.Publish();
        var neighbours = options.NeighboursFile is null ? null : new IndependentNeighbours();
        var tap = neighbours is null ? recorder?.Tap : new SimulationTap { Neighbours = neighbours };
        var machine = new Machine(new Simulation(options.Seed) { Tap = tap, Swapped = options.Swapped is { Count: > 0 } swapped ? swapped : null }, "dom0", new StoreWitness(), driversInDom0: !options.DriverDomain || options.Workload != DevicesName);
        machine.Simulation.EventLimit = EventLimit + (options.Length * EventLimitPerStep);
        machine.Simulation.TraceSink = trace;
        using var frames = options.PcapFile is null ? null : File.Create(options.PcapFile);
        if (frames is not null) machine.Capture(frames);
        var run = On(machine, options, rendezvous);
        if (neighbours is not null) File.WriteAllLines(options.NeighboursFile!, neighbours.Found.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        return run;
    }

    /// <summary>Runs the workload on a machine that may have been prepared.</summary>
    public static WorkloadRun On(Machine machine, WorkloadOptions options, Action<string>? told = null)
    {
        var observations = new Observations(machine.Simulation, told);
        using var clock = FaultInjection.Show(() => machine.Simulation.Now);
        var code = Completed;
        var workload = Workloads[options.Workload](machine, observations, options);
        Component? hanging = null;
        try
        {
            workload.Run();
            if (workload.HostDown) code = HostCrashed;
        }
        catch (SimulationLimitException limit)
        {
            observations.Component(limit.Busiest.Name, Kind(limit.Busiest), "hang", limit.Message);
            hanging = limit.Busiest;
            code = Livelock;
        }
        if (options.Recovers) workload.Recover(hanging);
        var trace = "trace " + Observations.Hex(machine.Simulation.TraceHash);
        told?.Invoke(trace);
        return new WorkloadRun(code, [.. observations.Lines, trace]);
    }

    private static string Kind(Component component) => component.Containment.ToString().ToLowerInvariant();
}
