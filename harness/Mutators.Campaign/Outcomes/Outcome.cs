using System.Collections.Immutable;

namespace Mutators.Campaign.Outcomes;

/// <summary>What is known of one mutant under one workload.</summary>
/// <param name="Mutant">The mutant's id.</param>
/// <param name="Workload">The workload's name.</param>
/// <param name="Mode">The headline: the first failure mode that applies.</param>
/// <param name="Flags">Every failure mode that applies, in order, the headline first; so that another order can be evaluated later.</param>
/// <param name="Detection">Who noticed.</param>
/// <param name="Detectors">The names of the monitors, invariants and checks that noticed, in order of their observation.</param>
/// <param name="Reason">The observation that decided, in words, one line.</param>
/// <param name="Engine">How the outcome was obtained: <c>rebuild</c>, or <c>none</c> where nothing had to run.</param>
/// <param name="Differences">The observations that differ from golden's, in order; at most <see cref="MaximumDifferences"/>.</param>
public sealed record Outcome(
    MutantId Mutant,
    string Workload,
    FailureMode Mode,
    ImmutableArray<FailureMode> Flags,
    Detection Detection,
    ImmutableArray<string> Detectors,
    string Reason,
    string Engine,
    ImmutableArray<Difference> Differences)
{
    /// <summary>The evidence, in the order of observation; at most <see cref="Finding.Maximum"/>.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>
    /// What the second round gave, in which the fault was gone and what it had left behind was not; null where there was none: the workload has one
    /// round, the run did not get there, or the fault could not be taken out of the running process.
    /// </summary>
    public FailureMode? SecondRound { get; init; }

    /// <summary>What was tried after a drastic failure, in order; empty where nothing was, or could be.</summary>
    public ImmutableArray<RecoveryAttempt> Recovery { get; init; } = [];

    /// <summary>Whether nothing failed as long as the fault was active, and something did when it was gone: an inconsistent state that manifested later.</summary>
    public bool IsLatent => SecondRound is { IsFailure: true } && !Findings.Any(each => each.Round == 1 && each.Mode.IsFailure);

    /// <summary>The differences that a store keeps of one run: enough to understand it, and a bound for a run that differs everywhere.</summary>
    public const int MaximumDifferences = 200;
}

/// <summary>One observation that differs; a side is null where it has no counterpart.</summary>
/// <param name="Golden">The line in the golden run.</param>
/// <param name="Mutant">The line in the mutant's run.</param>
public sealed record Difference(string? Golden, string? Mutant);
