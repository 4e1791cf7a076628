using Mutators.Campaign;

namespace Harness.Tests.Campaigns;

/// <summary>What a campaign spends is told by its steps.</summary>
[TestClass]
public sealed class CampaignCostsTests
{
    [TestMethod]
    public void A_step_that_is_begun_again_is_one_step()
    {
        var costs = new CampaignCosts();
        costs.Begin("load");
        costs.Begin("build");
        costs.Begin("load");

        Assert.AreEqual("start, load, build", string.Join(", ", costs.Steps.Select(cost => cost.Step)));
    }

    [TestMethod]
    public void What_is_computed_counts_for_the_step_that_is_under_way()
    {
        var costs = new CampaignCosts();
        costs.Begin("compute");
        var began = Environment.CpuUsage.TotalTime;
        while (Environment.CpuUsage.TotalTime - began < TimeSpan.FromMilliseconds(20))
        {
            Thread.SpinWait(1000);
        }

        Assert.IsGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(20), costs.Steps.Single(cost => cost.Step == "compute").Own);
    }
}
