using Mutators.Reporting;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Harness.Tests.Engines;

/// <summary>What counts as a difference between the two engines.</summary>
[TestClass]
public sealed class CrossCheckTests
{
    [TestMethod]
    [DataRow(FailureMode.FailedAssertion, FailureMode.FailedAssertion, 0, 0)]
    [DataRow(FailureMode.FailedAssertion, FailureMode.Survived, 1, 0)]
    [DataRow(FailureMode.BusyHang, FailureMode.Survived, 1, 0)]
    [DataRow(FailureMode.BusyHang, FailureMode.IdleHang, 1, 0)]
    [DataRow(FailureMode.BusyHang, FailureMode.MemoryExhausted, 0, 1)]
    [DataRow(FailureMode.MemoryExhausted, FailureMode.BusyHang, 0, 1)]
    public void Engines_disagree_about_another_mode_but_not_about_which_limit_an_endless_run_meets_first(FailureMode reload, FailureMode rebuild, int disagreements, int otherLimit)
    {
        var told = 0;
        var campaign = With(reload);

        var check = CrossCheck.Run(campaign, 1, seed: 1, (_, outcome) => outcome with { Mode = rebuild, Engine = RebuildEngine.Name }, (_, differs) => told += differs is null ? 0 : 1);

        Assert.AreEqual((1, disagreements, otherLimit), (check.Compared, check.Disagreements.Length, check.OtherLimit));
        Assert.AreEqual(disagreements, told);
    }

    private static CampaignSnapshot With(FailureMode mode)
    {
        var result = CampaignFixture.Snapshot.Mutants.First(each => each.Headline is not null);
        return CampaignFixture.Snapshot with { Mutants = [new MutantResult(result.Mutant, result.Activations, [new StoredOutcome(result.Headline! with { Mode = mode, Engine = "reload" }, TimesRun: 1)], [])] };
    }
}
