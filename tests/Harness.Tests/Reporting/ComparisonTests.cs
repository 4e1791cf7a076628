using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>Two campaigns side by side, mutant by mutant.</summary>
[TestClass]
public sealed class ComparisonTests
{
    private static CampaignSnapshot Campaign => CampaignFixture.Snapshot;

    [TestMethod]
    public void A_campaign_differs_in_nothing_from_itself()
    {
        var comparison = CampaignComparison.Of(Campaign, Campaign);

        Assert.AreEqual(Campaign.Mutants.Length, comparison.Same);
        Assert.IsEmpty(comparison.NewlyUnnoticed);
    }

    [TestMethod]
    public void What_goes_unnoticed_now_and_what_is_noticed_now_are_told_apart()
    {
        var silent = Campaign.Mutants.First(Unnoticed.IsSo);
        var noticed = Campaign.Mutants.First(each => each.Headline is { Mode: FailureMode.OperationError, Detection.IsDetected: true });
        var before = Campaign;
        var now = Campaign with
        {
            Mutants =
            [
                .. Campaign.Mutants.Select(each =>
                    each == silent ? With(each, silent.Headline! with { Detection = Detection.Monitor })
                    : each == noticed ? With(each, noticed.Headline! with { Detection = Detection.GoldenDifferenceOnly })
                    : each),
            ],
        };

        var comparison = CampaignComparison.Of(before, now);

        Assert.AreEqual(noticed.Mutant.Id, comparison.Worse.Single().Id);
        Assert.AreEqual(silent.Mutant.Id, comparison.Better.Single().Id);
        Assert.IsEmpty(comparison.Other);
        Assert.AreEqual(Campaign.Mutants.Length - 2, comparison.Same);
        Snapshot.Verify("tests/Harness.Tests/Reporting/Snapshots/comparison.txt", comparison.Render());
    }

    [TestMethod]
    public void A_mutant_that_only_one_campaign_has_is_no_change_but_counts_if_it_goes_unnoticed()
    {
        var silent = Campaign.Mutants.First(Unnoticed.IsSo);
        var without = Campaign with { Mutants = Campaign.Mutants.Remove(silent) };

        Assert.AreEqual(silent.Mutant.Id, CampaignComparison.Of(without, Campaign).NewlyUnnoticed.Single().Id);
        Assert.AreEqual(silent.Mutant.Id, CampaignComparison.Of(Campaign, without).Vanished.Single().Id);
        Assert.IsEmpty(CampaignComparison.Of(Campaign, without).NewlyUnnoticed);
    }

    private static MutantResult With(MutantResult result, Outcome outcome) => new(result.Mutant, result.Activations, [new StoredOutcome(outcome, 1)], []);
}
