using Harness.Tests.Campaigns;
using Mutators.Campaign;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Harness.Tests.Faultloads;

/// <summary>Test projects of a known framework are found and asked in a warm host, whatever they print as a program.</summary>
[TestClass]
public sealed class HostedResidualTests
{
    private static readonly CampaignConfiguration Asking = Tree.Configuration with
    {
        Targets = ["Core"],
        Workloads = [new Workload("app", "App", [])],
        Engine = CampaignEngine.Reload,
        Residual = true,
    };

    private static Tree tree = null!;
    private static CampaignSnapshot campaign = null!;

    [ClassInitialize]
    public static void Run(TestContext context)
    {
        tree = new Tree("its_tests_catch_some_faults");
        campaign = tree.Run(Asking);
    }

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    [TestMethod]
    [DataRow("Add(price)", UnitTestAnswer.Caught, "caught: failed assertion, TillTests.A_sale_adds_its_price")]
    [DataRow("Note()", UnitTestAnswer.NotCaught, "all of them pass")]
    [DataRow("Feed()", UnitTestAnswer.NotReached, "no unit test executes")]
    public void A_dropped_call_is(string call, UnitTestAnswer answer, string reason)
    {
        var result = campaign.Mutants.Single(each => each.Mutant.Change == $"drop call {call}");

        Assert.AreEqual(answer, result.UnitTests?.Answer, result.UnitTests?.Reason);
        Assert.Contains(reason, result.UnitTests!.Reason);
    }

    [TestMethod]
    [TestCategory("Slow")]
    public void One_project_that_catches_a_fault_is_enough()
    {
        using var here = new Tree("its_tests_catch_some_faults");
        here.Write("UnitTests/TillTests.cs", File.ReadAllText(Path.Combine(here.Root, "UnitTests", "TillTests.cs")).Replace("till.Sum", "5 + till.Sum - till.Sum"));
        here.Commit();

        var result = here.Run(Asking with { UnitTests = ["UnitTests", "Tests"] }).Mutants.Single(each => each.Mutant.Change == "drop call Add(price)");

        Assert.AreEqual(UnitTestAnswer.Caught, result.UnitTests?.Answer, result.UnitTests?.Reason);
        Assert.Contains("caught: A_sale_adds_its_price", result.UnitTests!.Reason);
    }

    [TestMethod]
    public void Tests_that_are_the_workload_are_no_filter()
    {
        var problem = Assert.ThrowsExactly<UsageException>(() => tree.Run(Asking with { Workloads = [new Workload("tests", "UnitTests", [])] }));

        Assert.Contains("its outcome already", problem.Message);
    }
}
