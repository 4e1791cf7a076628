using Xen.Hypervisor;

namespace Xen.XenWorkloads;

/// <summary>What a run was asked to do.</summary>
public sealed record LifecycleOptions(ulong Seed, int Domains, string? TraceFile)
{
    public const int MaxDomains = 16;

    public const string Usage = "usage: XenWorkloads lifecycle --seed N --domains K [--trace FILE]   (K from 1 to 16)";

    /// <summary>The options in a command line; null when it is not well formed.</summary>
    public static LifecycleOptions? Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || arguments[0] != "lifecycle") return null;
        ulong? seed = null;
        int? domains = null;
        string? trace = null;
        for (var i = 1; i + 1 < arguments.Count; i += 2)
        {
            var value = arguments[i + 1];
            switch (arguments[i])
            {
                case "--seed" when seed is null && ulong.TryParse(value, out var number): seed = number; break;
                case "--domains" when domains is null && int.TryParse(value, out var count) && count is >= 1 and <= MaxDomains: domains = count; break;
                case "--trace" when trace is null: trace = value; break;
                default: return null;
            }
        }
        if (arguments.Count % 2 == 0 || seed is null || domains is null) return null;
        return new LifecycleOptions(seed.Value, domains.Value, trace);
    }
}

/// <summary>One run of the lifecycle workload: all of its output, and the exit code.</summary>
public sealed record LifecycleRun(int ExitCode, IReadOnlyList<string> Output)
{
    public const int Completed = 0;
    public const int WrongUsage = 2;
    public const int HostCrashed = 3;
    public const int Livelock = 4;

    /// <summary>Events that a run may need: a healthy one stays far below.</summary>
    private const long EventLimit = 2_000_000;

    public static LifecycleRun Execute(LifecycleOptions options, Action<string>? trace = null)
    {
        var machine = new Machine(options.Seed);
        machine.Simulation.EventLimit = EventLimit;
        machine.Simulation.TraceSink = trace;
        return On(machine, options.Domains);
    }

    /// <summary>Runs the workload on a machine that may have been prepared.</summary>
    public static LifecycleRun On(Machine machine, int domains)
    {
        var observations = new Observations(machine.Simulation);
        var code = Completed;
        try
        {
            new LifecycleWorkload(machine, observations, domains).Run();
            if (machine.Host.Crashed) code = HostCrashed;
        }
        catch (SimulationLimitException limit)
        {
            observations.Component(limit.Busiest.Name, Kind(limit.Busiest), "hang", limit.Message);
            code = Livelock;
        }
        return new LifecycleRun(code, [.. observations.Lines, "trace " + Observations.Hex(machine.Simulation.TraceHash)]);
    }

    private static string Kind(Component component) => component.Containment.ToString().ToLowerInvariant();
}
