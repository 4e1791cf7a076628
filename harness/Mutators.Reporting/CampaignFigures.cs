using System.Collections.Immutable;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>What became of the mutants of one operator.</summary>
/// <param name="Operator">The operator's id.</param>
/// <param name="Name">Its full name.</param>
/// <param name="FaultClass">Its fault class.</param>
/// <param name="Injected">All its mutants in the faultload.</param>
/// <param name="ByMode">Of these, how many ended in each mode.</param>
/// <param name="Undetected">Its failures that nobody noticed.</param>
public sealed record OperatorFigures(
    string Operator, string Name, FaultClass FaultClass, int Injected, ImmutableDictionary<FailureMode, int> ByMode, int Undetected)
{
    /// <summary>Those whose fault was activated.</summary>
    public int Activated => ByMode.Where(each => each.Key.IsActivated).Sum(each => each.Value);

    /// <summary>Of the activated ones, those that failed.</summary>
    public Proportion Failed => new(ByMode.Where(each => each.Key.IsFailure).Sum(each => each.Value), Activated);

    /// <summary>How many ended in a mode.</summary>
    public int Count(FailureMode mode) => ByMode.GetValueOrDefault(mode);
}

/// <summary>What the compiler took out of the mutants of one operator, or warned of.</summary>
/// <param name="Operator">The operator's id.</param>
/// <param name="Drawn">All its mutants in the faultload.</param>
/// <param name="Rejected">Those that do not compile.</param>
/// <param name="Equivalent">Those that compile to golden.</param>
/// <param name="Duplicate">Those that compile to another mutant.</param>
/// <param name="Warned">Those that add a compiler warning.</param>
public sealed record CompilerFigures(string Operator, int Drawn, int Rejected, int Equivalent, int Duplicate, int Warned);

/// <summary>A stratum, and what became of its mutants.</summary>
/// <param name="Stratum">Its sizes and its weight.</param>
/// <param name="Rejected">Mutants that do not compile.</param>
/// <param name="Equivalent">Mutants that compile to golden.</param>
/// <param name="Duplicate">Mutants that compile to another one.</param>
/// <param name="Run">Mutants that were activated and run.</param>
public sealed record StratumFigures(Stratum Stratum, int Rejected, int Equivalent, int Duplicate, int Run);

/// <summary>The counts of a campaign that every report shows, so that no two reports count differently.</summary>
public sealed class CampaignFigures
{
    private readonly ImmutableArray<MutantResult> activated;
    private readonly ImmutableArray<MutantResult> failed;

    /// <summary>Counts a campaign.</summary>
    public CampaignFigures(CampaignSnapshot campaign)
        : this(campaign, isResidual: false)
    {
    }

    private CampaignFigures(CampaignSnapshot campaign, bool isResidual)
    {
        Residual = !isResidual && campaign.Mutants.Any(each => each.UnitTests is not null)
            ? new CampaignFigures(campaign with { Mutants = [.. campaign.Mutants.Where(each => each.UnitTests?.Answer is UnitTestAnswer.NotCaught)] }, isResidual: true)
            : null;
        Weighted = WeightedShare.Of(campaign);
        var areTests = campaign.Golden.Select(golden => golden.Tests is not null).Distinct().ToList();
        IsOfTests = areTests is [true];
        ImpactModes = [.. FailureModes.All.Where(mode => (areTests.Contains(true) && FailureModes.OfTests.Contains(mode)) || (areTests is not [true] && FailureModes.OfPrograms.Contains(mode)))];
        Campaign = campaign;
        activated = campaign.Activated;
        failed = campaign.Failed;
        Operators =
        [
            .. campaign.Mutants.GroupBy(each => each.Mutant.Operator).OrderBy(group => group.Key, StringComparer.Ordinal).Select(Of),
        ];
        Classes = [.. campaign.Mutants.Select(each => each.Mutant.FaultClass).Distinct().Order()];
    }

    /// <summary>
    /// The figures of each group of faults in a campaign: none goes across them, since a classic mutant is no fault of the field. A campaign
    /// without mutants has one group, so that it can say that nothing is known.
    /// </summary>
    public static ImmutableArray<CampaignFigures> ByGroup(CampaignSnapshot campaign)
    {
        var groups = campaign.Mutants.GroupBy(each => each.Mutant.Group).OrderBy(group => group.Key).ToList();
        return groups.Count < 2
            ? [new CampaignFigures(campaign)]
            : [.. groups.Select(group => new CampaignFigures(campaign with { Mutants = [.. group] }) { IsPart = true })];
    }

    /// <summary>What is counted.</summary>
    public CampaignSnapshot Campaign { get; }

    /// <summary>The group that is counted; a campaign without mutants counts as one of representative faults.</summary>
    public FaultGroup Group => Campaign.Mutants.IsEmpty ? FaultGroup.Representative : Campaign.Mutants[0].Mutant.Group;

    /// <summary>Whether the campaign holds other groups beside this one.</summary>
    public bool IsPart { get; private init; }

    /// <summary>The heading of the group's figures; null where it goes without saying.</summary>
    public string? Heading => IsPart || Group is not FaultGroup.Representative ? Group.Words : null;

    /// <summary>By operator, ordered by id.</summary>
    public ImmutableArray<OperatorFigures> Operators { get; }

    /// <summary>The fault classes that occur.</summary>
    public ImmutableArray<FaultClass> Classes { get; }

    /// <summary>The modes of activated mutants, in their order: the rows of most tables.</summary>
    public ImmutableArray<FailureMode> ImpactModes { get; }

    /// <summary>Whether the workloads are the project's tests, and nothing else.</summary>
    public bool IsOfTests { get; }

    /// <summary>The mutants whose fault was activated: the denominator of impact.</summary>
    public int Activated => activated.Length;

    /// <summary>Of the activated mutants, those that failed.</summary>
    public Proportion Failed => new(failed.Length, Activated);

    /// <summary>Of the failures, those that were noticed.</summary>
    public Proportion Detected => new(failed.Count(each => each.Headline!.Detection.IsDetected), failed.Length);

    /// <summary>Mutants of which nothing is known because harness or environment failed.</summary>
    public int HarnessErrors => Campaign.Mutants.Count(each => !each.Errors.IsEmpty);

    /// <summary>Of the activated mutants, those that ended in a mode.</summary>
    public Proportion Of(FailureMode mode) => new(Campaign.Count(mode), Activated);

    /// <summary>Of the activated mutants of a class, those that ended in a mode.</summary>
    public Proportion Of(FailureMode mode, FaultClass faultClass)
    {
        var ofClass = activated.Where(each => each.Mutant.FaultClass == faultClass).ToList();
        return new Proportion(ofClass.Count(each => each.Headline!.Mode == mode), ofClass.Count);
    }

    /// <summary>Of the failures, those that were noticed so.</summary>
    public Proportion Of(Detection detection) => new(failed.Count(each => each.Headline!.Detection == detection), failed.Length);

    /// <summary>The detections that a failure can have.</summary>
    public static ImmutableArray<Detection> DetectionsOfFailures { get; } = [.. Detections.All.Where(detection => detection is not (Detection.None or Detection.Test))];

    /// <summary>The sentence that somebody reads who reads only one.</summary>
    public string Sentence => Activated == 0
        ? $"None of {Amount(Campaign.Mutants.Length, "injected fault")} was activated: nothing can be said about impact."
        : IsOfTests
            ? $"{Failed.K} of {Activated} executed faults {(Failed.K == 1 ? "is" : "are")} noticed by tests ({Figures.Interval(Failed)}); {Activated - Failed.K} survive{(Activated - Failed.K == 1 ? "s" : "")}."
        : Failed.K == 0
            ? $"None of {Amount(Activated, "activated fault")} led to a failure: {Figures.Bound(Failed)}."
            : $"{Failed.K} of {Amount(Activated, "activated fault")} led to a failure ({Figures.Interval(Failed)}); "
                + $"{Detected.K} of {Amount(Detected.N, "failure")} {(Detected.K == 1 ? "was" : "were")} noticed ({Figures.Interval(Detected)}).";

    /// <summary>What is to be said of silent data failures: a count never stands without what it excludes.</summary>
    public string SilentDataFailures
    {
        get
        {
            // By flag, not by headline: data that nobody was told of are silently wrong, whatever else is wrong beside them.
            var silent = Campaign.Mutants.Count(each => each.Outcomes.Any(stored =>
                stored.Outcome.Flags.Contains(FailureMode.SilentDataFailure) && !stored.Outcome.Detection.IsDetected));
            var share = new Proportion(silent, Activated);
            return IsOfTests && Campaign.Count(FailureMode.Flaky) == 0 ? "No mutant was left to flaky tests."
                : IsOfTests ? $"Not counted: {Amount(Campaign.Count(FailureMode.Flaky), "mutant")} that only flaky tests could judge."
                : share.N == 0 ? "Silent data failures: no fault was activated, nothing can be said."
                : share.K == 0 ? $"Silent data failures: {Figures.Bound(share)}."
                : $"Silent data failures: {share} of activated, {Figures.Interval(share)}.";
        }
    }

    /// <summary>Beside the denominators: what was injected and has no impact to speak of.</summary>
    public string Beside =>
        $"{Campaign.Mutants.Length} injected: {Activated} activated, {Campaign.Count(FailureMode.NotActivated)} not activated, "
        + $"{Campaign.Count(FailureMode.BuildReject)} rejected by the compiler, {Campaign.Count(FailureMode.Equivalent)} equivalent, "
        + $"{Campaign.Count(FailureMode.Duplicate)} duplicate, {HarnessErrors} with a harness error, {Campaign.Pending - HarnessErrors} not run yet.";

    /// <summary>Of the mutants that compile, those that add a compiler warning.</summary>
    public Proportion Warned => new(Campaign.Mutants.Count(each => !each.Mutant.Warnings.IsEmpty), Campaign.Mutants.Length - Campaign.Count(FailureMode.BuildReject));

    /// <summary>The share of failures, each stratum weighed by what it stands for; null where every mutant counts the same.</summary>
    public WeightedShare? Weighted { get; }

    /// <summary>The figures of the faults that the project's own unit tests execute and do not catch; null where they were not asked.</summary>
    public CampaignFigures? Residual { get; }

    /// <summary>How many mutants the unit tests say so of.</summary>
    public int Count(UnitTestAnswer answer) => Campaign.Mutants.Count(each => each.UnitTests?.Answer == answer);

    /// <summary>What is to be said beside, a sentence each: weights, short strata, warnings, unit tests.</summary>
    public ImmutableArray<string> Further
    {
        get
        {
            var sentences = ImmutableArray.CreateBuilder<string>();
            if (Weighted is { } weighted)
            {
                sentences.Add($"Weighed by what each stratum stands for: {Figures.Interval(weighted)} of activated faults lead to a failure.");
            }

            var isShort = Campaign.Identity.Faultload.Strata.Where(stratum => stratum.Shortfall > 0).Select(stratum => $"{stratum.Name} {stratum.Drawn} of {stratum.Wanted}").ToList();
            if (isShort.Count > 0 && !IsPart)
            {
                sentences.Add($"Short strata, not refilled but weighed up: {string.Join(", ", isShort)}.");
            }

            if (Campaign.Disagreements.Select(each => each.Mutant).ToHashSet() is { Count: > 0 } disputed && Campaign.Mutants.Count(each => disputed.Contains(each.Mutant.Id)) is var count and > 0)
            {
                sentences.Add($"The merged stores disagree about {Amount(count, "mutant")}; the worst outcome counts, merging again lists them all.");
            }

            if (Warned.K > 0)
            {
                sentences.Add($"{Warned} mutants add a compiler warning, so they are less likely to stay in the field.");
            }

            sentences.AddRange(OfUnitTests);
            return sentences.ToImmutable();
        }
    }

    /// <summary>What the unit tests say, and the first sentence again for residual faults only; nothing where they were not asked.</summary>
    public ImmutableArray<string> OfUnitTests => Residual is not { } residual ? [] :
    [
        $"Unit tests catch {Count(UnitTestAnswer.Caught)}, execute and do not catch {Count(UnitTestAnswer.NotCaught)}, "
            + $"do not execute {Count(UnitTestAnswer.NotReached)}; {Campaign.Mutants.Count(each => each.UnitTests is null)} are not classified (not activated, or not asked).",
        residual.Campaign.Mutants.IsEmpty ? "Residual only: no fault is known to be residual." : $"Residual only: {residual.Sentence}",
    ];

    /// <summary>Both counts in words, for formats that have no figures of their own: all faults, and residual ones only, group by group; empty where the unit tests were not asked.</summary>
    public static ImmutableArray<string> BothCounts(CampaignSnapshot campaign) => !campaign.Mutants.Any(each => each.UnitTests is not null) ? [] :
    [
        .. ByGroup(campaign).Select(figures =>
            $"{(figures.IsPart ? $"{figures.Group.Words}: " : "")}{string.Join(' ', [$"All: {figures.Sentence}", .. figures.OfUnitTests])}"),
    ];

    /// <summary>By operator, what the compiler took out of the campaign or warned of; operators without any are left out.</summary>
    public ImmutableArray<CompilerFigures> Compiler =>
    [
        .. Campaign.Mutants.GroupBy(each => each.Mutant.Operator).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new CompilerFigures(
                group.Key,
                group.Count(),
                group.Count(each => each.Headline?.Mode is FailureMode.BuildReject),
                group.Count(each => each.Headline?.Mode is FailureMode.Equivalent),
                group.Count(each => each.Headline?.Mode is FailureMode.Duplicate),
                group.Count(each => !each.Mutant.Warnings.IsEmpty)))
            .Where(each => each.Rejected + each.Equivalent + each.Duplicate + each.Warned > 0),
    ];

    /// <summary>What became of the mutants of each stratum before and in the runs.</summary>
    public static ImmutableArray<StratumFigures> Strata(CampaignSnapshot campaign)
    {
        var mutants = campaign.Mutants.ToLookup(each => each.Mutant.Stratum, StringComparer.Ordinal);
        return
        [
            .. campaign.Identity.Faultload.Strata.Select(stratum => new StratumFigures(
                stratum,
                mutants[stratum.Name].Count(each => each.Headline?.Mode is FailureMode.BuildReject),
                mutants[stratum.Name].Count(each => each.Headline?.Mode is FailureMode.Equivalent),
                mutants[stratum.Name].Count(each => each.Headline?.Mode is FailureMode.Duplicate),
                mutants[stratum.Name].Count(each => each.Headline?.Mode.IsActivated is true))),
        ];
    }

    private static string Amount(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static OperatorFigures Of(IGrouping<string, MutantResult> mutants)
    {
        var first = mutants.First().Mutant;
        var headlines = mutants.Select(each => each.Headline).OfType<Outcome>().ToList();
        return new OperatorFigures(
            mutants.Key,
            first.OperatorName,
            first.FaultClass,
            mutants.Count(),
            headlines.GroupBy(each => each.Mode).ToImmutableDictionary(group => group.Key, group => group.Count()),
            headlines.Count(each => each.Mode is FailureMode.Survived || (each.Mode.IsFailure && !each.Detection.IsDetected)));
    }
}
