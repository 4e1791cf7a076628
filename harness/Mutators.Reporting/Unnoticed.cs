using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>Failures that nobody noticed: what machine-readable reports raise their voice for, and what a threshold counts.</summary>
public static class Unnoticed
{
    /// <summary>Whether a mutant failed and nobody noticed, as the mutation testing report says it.</summary>
    public static bool IsSo(MutantResult result) => MutationTestingJson.StatusOf(result) is "Survived";

    /// <summary>The mutants that failed unnoticed, in the faultload's order.</summary>
    public static IEnumerable<MutantResult> Of(CampaignSnapshot campaign) => campaign.Mutants.Where(IsSo);

    /// <summary>Those about which no reviewer has decided: what a change is to be stopped for.</summary>
    public static IEnumerable<MutantResult> Undecided(CampaignSnapshot campaign) => Of(campaign).Where(each => campaign.DecisionOn(each.Mutant.Id) is null);

    /// <summary>Of the failures, those that were noticed: the score of the mutation testing report.</summary>
    public static Proportion Score(CampaignSnapshot campaign)
    {
        var statuses = campaign.Mutants.Select(MutationTestingJson.StatusOf).ToList();
        var noticed = statuses.Count(status => status is "Killed" or "Timeout");
        return new Proportion(noticed, noticed + statuses.Count(status => status is "Survived"));
    }
}
