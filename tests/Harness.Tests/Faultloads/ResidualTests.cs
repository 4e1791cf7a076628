using Harness.Tests.Campaigns;
using Mutators.Campaign;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Harness.Tests.Faultloads;

/// <summary>The project's own tests are asked which faults they catch: what they catch is not residual.</summary>
[TestClass]
public sealed class ResidualTests
{
    private static readonly CampaignConfiguration Plain = Tree.Configuration with
    {
        Targets = ["Core"],
        Workloads = [new Workload("app", "App", [])],
        Engine = CampaignEngine.Reload,
    };

    private static Tree tree = null!;
    private static CampaignSnapshot before = null!;
    private static CampaignSnapshot campaign = null!;

    [ClassInitialize]
    public static void Run(TestContext context)
    {
        tree = new Tree("its_tests_catch_some_faults");
        before = tree.Run(Plain);
        campaign = tree.Run(Plain with { UnitTests = ["Tests"], Residual = true });
    }

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    [TestMethod]
    [DataRow("Add(price)", UnitTestAnswer.Caught, "A_sale_adds_its_price")]
    [DataRow("Note()", UnitTestAnswer.NotCaught, "all of them pass")]
    [DataRow("Feed()", UnitTestAnswer.NotReached, "no unit test executes")]
    public void A_dropped_call_is(string call, UnitTestAnswer answer, string reason)
    {
        var result = campaign.Mutants.Single(each => each.Mutant.Change == $"drop call {call}");

        Assert.AreEqual(answer, result.UnitTests?.Answer, result.UnitTests?.Reason);
        Assert.Contains(reason, result.UnitTests!.Reason);
        Assert.Contains($"unit-tests: {result.UnitTests.Reason}", tree.Git("log", "-1", "--notes=mutators", result.Mutant.Branch));
    }

    [TestMethod]
    public void Off_unless_asked() => Assert.IsTrue(before.Mutants.All(each => each.UnitTests is null));

    [TestMethod]
    public void A_campaign_that_has_ended_is_asked_without_being_run_again() =>
        Assert.IsTrue(campaign.Mutants.SelectMany(each => each.Outcomes).All(each => each.TimesRun == 1));

    [TestMethod]
    public void Tests_that_are_a_library_or_are_not_named_are_refused()
    {
        using var here = new Tree("its_tests_catch_some_faults");

        var library = Assert.ThrowsExactly<UsageException>(() => here.Run(Plain with { UnitTests = ["Core"], Residual = true }));
        var (code, _, error) = ToolProcess.Run(here.Root, "run", "--residual");

        Assert.Contains("holds no tests", library.Message);
        Assert.AreEqual((int)ExitCode.Usage, code);
        Assert.Contains("unitTests", error);
    }

    [TestMethod]
    public void Tests_that_fail_on_golden_judge_nothing()
    {
        using var here = new Tree("its_tests_catch_some_faults");
        here.Write("Tests/Program.cs", "return args is [\"--help\"] ? 0 : 2;\n");
        here.Commit();

        var problem = Assert.ThrowsExactly<UsageException>(() => here.Run(Plain with { UnitTests = ["Tests"], Residual = true }));

        Assert.AreEqual(ExitCode.GoldenNotUsable, problem.ExitCode);
        Assert.Contains("do not pass on golden", problem.Message);
    }

    [TestMethod]
    public void Tests_that_no_program_runs_judge_nothing()
    {
        using var here = new Tree("its_tests_catch_some_faults");
        here.Write("Tests/Program.cs", "return 0;\n");
        here.Commit();

        var problem = Assert.ThrowsExactly<UsageException>(() => here.Run(Plain with { UnitTests = ["Tests"], Residual = true }));

        Assert.Contains("says nothing", problem.Message);
    }
}
