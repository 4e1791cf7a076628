using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Reviews;
using Mutators.Campaign.Store;

namespace Mutators.Reporting.Review;

/// <summary>A mutant that a reviewer looks at.</summary>
/// <param name="Result">What the campaign knows of it.</param>
/// <param name="Decision">What was decided; null if nothing was.</param>
public sealed record ReviewItem(MutantResult Result, ReviewDecision? Decision)
{
    /// <summary>The outcome that it is reviewed for: the first failure that nobody noticed, otherwise its headline.</summary>
    public Outcome Outcome => Result.UndetectedFailures.OrderBy(each => each.Mode).FirstOrDefault() ?? Result.Headline!;

    /// <summary>
    /// What there is to review, the gravest first: failures that nobody noticed, and where asked for the mutants without any impact, among which
    /// equivalents hide.
    /// </summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="decisions">What was decided.</param>
    /// <param name="withoutImpact">Also mutants that were activated and changed nothing.</param>
    /// <param name="decided">Also mutants about which there is a decision.</param>
    public static IReadOnlyList<ReviewItem> Of(
        CampaignSnapshot campaign, IReadOnlyDictionary<MutantId, ReviewDecision> decisions, bool withoutImpact, bool decided) =>
    [
        .. campaign.Mutants
            .Where(each => each.UndetectedFailures.Any() || (withoutImpact && each.Headline?.Mode is FailureMode.NoImpact or FailureMode.Degraded))
            .Select(each => new ReviewItem(each, decisions.GetValueOrDefault(each.Mutant.Id)))
            .Where(item => decided || item.Decision is null)
            .OrderBy(item => item.Outcome.Mode)
            .ThenBy(item => item.Result.Mutant.Path, StringComparer.Ordinal)
            .ThenBy(item => item.Result.Mutant.Line)
            .ThenBy(item => item.Result.Mutant.Id),
    ];

    /// <summary>One line for a list.</summary>
    public string InOneLine => $"{Outcome.Mode.Words,-20} {Result.Mutant.Id}  {Result.Mutant.Place} {Result.Mutant.Change}{(Decision is null ? "" : $" ({Decision.InWords})")}";
}
