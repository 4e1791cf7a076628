using System.Collections.Immutable;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Outcomes;

/// <summary>
/// Decides what became of a mutant, from the golden run and the mutant's run under the same workload. Pure. Each
/// <see cref="FailureMode"/> names its oracle; docs/failure-modes.md has an example of each.
/// </summary>
public static class OutcomeClassifier
{
    /// <summary>How much more virtual time or of a resource than golden's counts as degraded: half as much again.</summary>
    public const double DefaultDegradedShare = 0.5;

    /// <summary>The outcome of a mutant that was run.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="golden">The golden run of the same workload.</param>
    /// <param name="run">The mutant's run.</param>
    /// <param name="engine">How the run was obtained.</param>
    /// <param name="degradedShare">What share above golden's use counts as degraded.</param>
    /// <param name="isHealed">
    /// Whether the fault was taken away when the program asked for that. If not, a workload of two rounds is judged by its first one alone.
    /// </param>
    public static Outcome Classify(
        MutantId mutant, GoldenRun golden, WorkloadRun run, string engine, double degradedShare = DefaultDegradedShare, bool isHealed = false)
    {
        if (golden.Tests is { } tests)
        {
            return TestOutcomes.Classify(mutant, golden.Workload.Name, tests, run, engine);
        }

        var told = ObservationParser.Parse(run.Output);
        ImmutableArray<Observation> observations = [.. told.Where(each => each.Kind is not ObservationKind.Recovery)];
        var alignment = Alignment.Of(golden.Observations, observations);
        var rounds = Rounds.Of(golden, run, observations, degradedShare, isHealed);
        var findings = rounds.Findings;
        ImmutableArray<FailureMode> flags = [.. rounds.Flags];
        var mode = flags[0];
        return new Outcome(
            mutant,
            golden.Workload.Name,
            mode,
            flags,
            findings.Select(each => each.Detection).Order().FirstOrDefault(Detection.None),
            [.. findings.Where(each => each.Detection is not Detection.GoldenDifferenceOnly).Select(each => each.Detector).Distinct()],
            OneLine(rounds.Reason ?? NoImpact(alignment, isHealed)),
            engine,
            alignment.Differences(Outcome.MaximumDifferences))
        {
            Findings = [.. findings.Take(Finding.Maximum)],
            SecondRound = rounds.Second,
            Recovery = [.. told.Where(each => each.Kind is ObservationKind.Recovery).Take(RecoveryAttempt.Maximum).Select(RecoveryAttempt.Of)],
        };
    }

    /// <summary>The outcome of a mutant whose site no workload reaches: known from golden's probes, nothing was run.</summary>
    public static Outcome NotActivated(MutantId mutant, string workload) =>
        NotRun(mutant, workload, FailureMode.NotActivated, "no execution of the workload reaches the site");

    /// <summary>The outcome of a mutant that tests do not judge the same way twice.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="workload">The test project.</param>
    /// <param name="why">Which test, and how it differs.</param>
    /// <param name="engine">How it was run; null where nothing had to run.</param>
    public static Outcome Flaky(MutantId mutant, string workload, string why, string? engine = null) =>
        NotRun(mutant, workload, FailureMode.Flaky, why) is var outcome && engine is null ? outcome : outcome with { Engine = engine! };

    /// <summary>The outcome of a mutant that does not compile.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="workload">The workload it was meant for.</param>
    /// <param name="error">The compiler's first error.</param>
    public static Outcome BuildReject(MutantId mutant, string workload, string error) =>
        NotRun(mutant, workload, FailureMode.BuildReject, error);

    /// <summary>The outcome of a mutant that compiles to what golden compiles to.</summary>
    public static Outcome Equivalent(MutantId mutant, string workload) =>
        NotRun(mutant, workload, FailureMode.Equivalent, "the optimising compiler makes the same of it as of golden");

    /// <summary>The outcome of a mutant that compiles to what another one compiles to.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="workload">The workload it was meant for.</param>
    /// <param name="same">The one that is run in its place.</param>
    public static Outcome Duplicate(MutantId mutant, string workload, MutantId same) =>
        NotRun(mutant, workload, FailureMode.Duplicate, $"the optimising compiler makes the same of it as of {same}");

    private static Outcome NotRun(MutantId mutant, string workload, FailureMode mode, string reason) =>
        new(mutant, workload, mode, [mode], Detection.None, [], OneLine(reason), "none", []);

    private static string NoImpact(Alignment alignment, bool isHealed)
    {
        // A fault that was not taken away goes on behind the place where it should have been: what it does there is no part of the outcome.
        var behind = isHealed ? [] : alignment.Pairs.SkipWhile(pair => pair.Golden is not { IsHealing: true });
        if (behind.Any(pair => !pair.Agree && (pair.Golden ?? pair.Mutant)!.Kind is not (ObservationKind.Trace or ObservationKind.Resource)))
        {
            return "until the fault should have been taken away every check is equal to golden's";
        }

        return alignment.Pairs.All(pair => pair.Agree) ? "every observation is equal to golden's"
        : alignment.Pairs.Any(pair => !pair.Agree && pair is { Golden.Kind: ObservationKind.Trace, Mutant.Kind: ObservationKind.Trace })
            ? "the run took another course, and every check is equal to golden's"
            : "every check is equal to golden's";
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
