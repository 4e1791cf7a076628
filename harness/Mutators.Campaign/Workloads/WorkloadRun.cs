using System.Collections.Immutable;

namespace Mutators.Campaign.Workloads;

/// <summary>How a process ended.</summary>
public enum ProcessEnd
{
    /// <summary>It exited by itself with a code.</summary>
    Exited,

    /// <summary>It died by an unhandled exception, FailFast, a stack overflow or a signal.</summary>
    Crashed,

    /// <summary>It was ended because it ran beyond its time limit.</summary>
    TimedOut,

    /// <summary>It was ended, or died, because it went beyond its memory limit.</summary>
    OutOfMemory,

    /// <summary>It was ended because it wrote more than its output limit.</summary>
    OutputLimit,
}

/// <summary>What one execution of a workload gave.</summary>
/// <param name="End">How the process ended.</param>
/// <param name="ExitCode">Its exit code; on Unix 128 + signal where a signal ended it.</param>
/// <param name="Output">The lines of standard output, in order; cut at the output limit.</param>
/// <param name="Error">The last lines of standard error, for people: not compared.</param>
/// <param name="Duration">Wall time; never part of a comparison.</param>
public sealed record WorkloadRun(
    ProcessEnd End,
    int ExitCode,
    ImmutableArray<string> Output,
    ImmutableArray<string> Error,
    TimeSpan Duration);
