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

/// <summary>The counts of a campaign that every report shows, so that no two reports count differently.</summary>
public sealed class CampaignFigures
{
    private readonly ImmutableArray<MutantResult> activated;
    private readonly ImmutableArray<MutantResult> failed;

    /// <summary>Counts a campaign.</summary>
    public CampaignFigures(CampaignSnapshot campaign)
    {
        Campaign = campaign;
        activated = campaign.Activated;
        failed = campaign.Failed;
        Operators =
        [
            .. campaign.Mutants.GroupBy(each => each.Mutant.Operator).OrderBy(group => group.Key, StringComparer.Ordinal).Select(Of),
        ];
        Classes = [.. campaign.Mutants.Select(each => each.Mutant.FaultClass).Distinct().Order()];
    }

    /// <summary>What is counted.</summary>
    public CampaignSnapshot Campaign { get; }

    /// <summary>By operator, ordered by id.</summary>
    public ImmutableArray<OperatorFigures> Operators { get; }

    /// <summary>The fault classes that occur.</summary>
    public ImmutableArray<FaultClass> Classes { get; }

    /// <summary>The modes of activated mutants, in their order: the rows of most tables.</summary>
    public static ImmutableArray<FailureMode> ImpactModes { get; } = [.. FailureModes.All.Where(mode => mode.IsActivated)];

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
    public static ImmutableArray<Detection> DetectionsOfFailures { get; } = [.. Detections.All.Where(detection => detection is not Detection.None)];

    /// <summary>The sentence that somebody reads who reads only one.</summary>
    public string Sentence => Activated == 0
        ? $"None of {Amount(Campaign.Mutants.Length, "injected fault")} was activated: nothing can be said about impact."
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
            return share.N == 0 ? "Silent data failures: no fault was activated, nothing can be said."
                : share.K == 0 ? $"Silent data failures: {Figures.Bound(share)}."
                : $"Silent data failures: {share} of activated, {Figures.Interval(share)}.";
        }
    }

    /// <summary>Beside the denominators: what was injected and has no impact to speak of.</summary>
    public string Beside =>
        $"{Campaign.Mutants.Length} injected: {Activated} activated, {Campaign.Count(FailureMode.NotActivated)} not activated, "
        + $"{Campaign.Count(FailureMode.BuildReject)} rejected by the compiler, {HarnessErrors} with a harness error, {Campaign.Pending - HarnessErrors} not run yet.";

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
            headlines.Count(each => each.Mode.IsFailure && !each.Detection.IsDetected));
    }
}
