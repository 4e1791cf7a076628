using System.Globalization;
using System.Text.Json;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Reviews;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>A campaign for the analyzers, which show at each site what is known of it: docs/ide.md has the format.</summary>
public static class AnalyzerOutcomes
{
    /// <summary>Raised when an older analyzer package would misunderstand the file.</summary>
    public const int FormatVersion = 1;

    private const string BranchPrefix = "refs/heads/";

    /// <summary>The whole text.</summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="decisions">What reviewers decided.</param>
    /// <param name="day">The day of its last outcome.</param>
    public static string Render(CampaignSnapshot campaign, IReadOnlyDictionary<MutantId, ReviewDecision> decisions, DateOnly day) => JsonSerializer.Serialize(
        new
        {
            Version = FormatVersion,
            Golden = campaign.Identity.GoldenCommit,
            Mutants = campaign.Mutants.Where(each => each.Headline is not null && each.Mutant.Commit.Length > 0).Select(result =>
            {
                var worst = result.UndetectedFailures.OrderBy(each => each.Mode).FirstOrDefault();
                var outcome = worst ?? result.Headline!;
                var decision = decisions.GetValueOrDefault(result.Mutant.Id);
                return new
                {
                    Id = result.Mutant.Id.ToString(),
                    result.Mutant.Path,
                    Injected = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    FailureMode = outcome.Mode.Words,
                    Noticed = Noticed(outcome),
                    Undetected = worst is not null,
                    outcome.Workload,
                    outcome.Reason,
                    Branch = result.Mutant.Branch.StartsWith(BranchPrefix, StringComparison.Ordinal) ? result.Mutant.Branch[BranchPrefix.Length..] : result.Mutant.Branch,
                    Decision = decision is null ? null : ReviewDecision.Key(decision.Dismissal),
                    DecisionReason = decision?.Reason,
                };
            }),
        },
        CampaignJson.Options);

    private static string Noticed(Outcome outcome) => outcome.Detection switch
    {
        Detection.GoldenDifferenceOnly => "no monitor noticed",
        Detection.GuestCheck => "no monitor noticed, only a guest's own check of its data",
        var detection => detection.Words,
    };
}
