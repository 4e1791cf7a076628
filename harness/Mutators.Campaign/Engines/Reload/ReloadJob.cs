using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>One mutant to be run under one workload.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Commit">Its branch's tip.</param>
/// <param name="Program">The workload.</param>
/// <param name="Golden">The golden run that it will be compared with.</param>
public sealed record ReloadJob(MutantId Mutant, string Commit, WorkloadProgram Program, GoldenRun Golden)
{
    /// <summary>Whether what the mutant changes is how threads wait for each other: its run may then end by chance.</summary>
    public bool MayRace { get; init; }
}

/// <summary>What the reload engine has to say of a job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Way">By which way it was run, and why not by a faster one.</param>
/// <param name="Run">The run; null where there was none.</param>
/// <param name="CompileError">The compiler's error where it refuses the mutant.</param>
public sealed record ReloadResult(ReloadJob Job, ReloadWay Way, WorkloadRun? Run, string? CompileError = null);

/// <summary>A way of running a mutant, the fastest first.</summary>
/// <param name="Name">As outcomes name it.</param>
/// <param name="Why">Why no faster way was open; null for the fastest.</param>
public sealed record ReloadWay(string Name, string? Why)
{
    /// <summary>A delta in a warm worker.</summary>
    public static ReloadWay Warm { get; } = new("reload", null);

    /// <summary>In a warm worker, with the program's own assemblies loaded once more for this run.</summary>
    public static ReloadWay Load(string why) => new("reload:load", why);

    /// <summary>A delta in a process that runs once.</summary>
    public static ReloadWay Fresh(string why) => new("reload:fresh", why);

    /// <summary>The whole assembly compiled in memory, in a process that runs once.</summary>
    public static ReloadWay Emit(string why) => new("reload:emit", why);

    /// <summary>Left to the rebuild engine.</summary>
    public static ReloadWay Rebuild(string why) => new(RebuildEngine.Name, why);

    /// <summary>Whether the fault can be taken out of the process while it runs.</summary>
    public bool Heals => Name is "reload" or "reload:fresh";

    /// <summary>As an outcome keeps it.</summary>
    public override string ToString() => Why is null ? Name : $"{Name} ({Why})";
}
