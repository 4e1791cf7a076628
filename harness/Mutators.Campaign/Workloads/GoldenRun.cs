using System.Collections.Immutable;
using Mutators.Campaign.Outcomes;

namespace Mutators.Campaign.Workloads;

/// <summary>One execution of golden under one workload: what every mutant's run is compared with.</summary>
/// <param name="workload">What was executed.</param>
/// <param name="run">What it gave.</param>
public sealed class GoldenRun(Workload workload, WorkloadRun run)
{
    /// <summary>Enough to see by what two golden runs differ.</summary>
    private const int NamedDifferences = 10;

    /// <summary>What was executed.</summary>
    public Workload Workload { get; } = workload;

    /// <summary>What it gave.</summary>
    public WorkloadRun Run { get; } = run;

    /// <summary>What it let us see, in order.</summary>
    public ImmutableArray<Observation> Observations { get; } = ObservationParser.Parse(run.Output);

    /// <summary>The virtual time at which the fault is taken away; null where the workload has one round only, or no such clock.</summary>
    public long? HealedAt => Observations.FirstOrDefault(each => each.IsHealing)?.At;

    /// <summary>The tests, where the workload is a test project; null for a program.</summary>
    public TestRecord? Tests { get; } = TestRecord.Of(run.Output);

    /// <summary>Whether the workload speaks in structured observations, or only prints.</summary>
    public bool IsStructured => Observations.Any(each => each.Kind is not ObservationKind.Line);

    /// <summary>
    /// Why no mutant could be judged by this run, in one line, or null. A golden run that dies, hangs or finds its own monitors unhappy
    /// would make every outcome meaningless, and one that ends with a code other than 0 has most likely been given wrong arguments. Operations
    /// that fail may be what the workload is about.
    /// </summary>
    public string? WhyUnusable =>
        Run.Death is { } death ? $"golden does not survive workload '{Workload.Name}': {death}"
        : Run.ExitCode != 0 ? $"golden ends workload '{Workload.Name}' with exit code {Run.ExitCode}{(LastWords is { } words ? $": {words}" : "")}"
        : Observations.FirstOrDefault(IsFailure) is { } failure ? $"golden fails in workload '{Workload.Name}': {failure.InWords()}"
        : null;

    /// <summary>
    /// Whether the workload is repeatable: the first observations that differ between two golden runs; none if it is. Times and used
    /// resources may differ, everything else may not. Of tests it is which there are.
    /// </summary>
    public static ImmutableArray<Difference> Compare(GoldenRun first, GoldenRun second)
    {
        var differences = first.Tests is { } ours && second.Tests is { } theirs
            ? TestRecord.Compare(ours, theirs).Take(NamedDifferences).ToImmutableArray()
            : Alignment.Of(first.Observations, second.Observations).Differences(NamedDifferences);
        return first.Run.End == second.Run.End && first.Run.ExitCode == second.Run.ExitCode
            ? differences
            : [new Difference(InWords(first.Run), InWords(second.Run)), .. differences.Take(NamedDifferences - 1)];
    }

    private string? LastWords => Run.Error.Concat(Run.Output).LastOrDefault(line => line.Trim().Length > 0);

    private static string InWords(WorkloadRun run) => run.Death ?? $"exit code {run.ExitCode}";

    private static bool IsFailure(Observation observation) => observation.Kind is ObservationKind.Component || observation.Ok is false;
}
