using Harness.Tests.Campaigns;
using Mutators.Campaign;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Harness.Tests.Engines;

/// <summary>A test project that nobody configured, whose tests die, hang and depend on each other in every way as soon as a call is missing.</summary>
[TestClass]
public sealed class TestWorkloadTests
{
    private static Tree tree = null!;
    private static CampaignSnapshot campaign = null!;

    [ClassInitialize]
    public static void Run(TestContext context)
    {
        tree = new Tree("its_tests_are_nasty");
        campaign = tree.Run(new CampaignConfiguration { Operators = ["MFC"], TimeFactor = 1 });
    }

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    [TestMethod]
    [DataRow("Double()", FailureMode.FailedAssertion, "Assertion_holds")]
    [DataRow("Fill(table)", FailureMode.UnexpectedException, "System.Collections.Generic.KeyNotFoundException")]
    [DataRow("Deepen()", FailureMode.ControlCrash, "tack overflow")]
    [DataRow("Advance()", FailureMode.BusyHang, "No_endless_loop")]
    [DataRow("Give()", FailureMode.IdleHang, "No_deadlock")]
    [DataRow("Allow()", FailureMode.ControlCrash, "not allowed")]
    [DataRow("Permit()", FailureMode.UnexpectedExit, "code 0")]
    [DataRow("Drop()", FailureMode.MemoryExhausted, "No_waste")]
    [DataRow("Prepare()", FailureMode.ControlCrash, "on a thread")]
    [DataRow("Forget()", FailureMode.Survived, "passes")]
    [DataRow("Linger()", FailureMode.Survived, "passes")]
    public void A_dropped_call_is(string call, FailureMode mode, string reason)
    {
        var outcome = campaign.Mutants.Single(each => each.Mutant.Change == $"drop call {call}").Headline!;

        Assert.AreEqual(mode, outcome.Mode, outcome.Reason);
        Assert.Contains(reason, outcome.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.AreEqual("reload", outcome.Engine);
    }

    [TestMethod]
    [DataRow("Square(squares)", FailureMode.FailedAssertion, "Table_is_filled")]
    [DataRow("Enter(names)", FailureMode.UnexpectedException, "System.TypeInitializationException")]
    public void A_dropped_call_that_initialises_a_type_is_noticed_by_the_test_that_uses_it(string call, FailureMode mode, string reason)
    {
        var outcome = campaign.Mutants.Single(each => each.Mutant.Change == $"drop call {call}").Headline!;

        Assert.AreEqual(mode, outcome.Mode, outcome.Reason);
        Assert.Contains(reason, outcome.Reason, StringComparison.Ordinal);
        Assert.StartsWith("reload:fresh", outcome.Engine, "MSTest keeps to the assemblies that it has loaded first.");
    }

    [TestMethod]
    [DataRow("Survivor", FailureMode.Survived)]
    [DataRow("OnlyFlaky", FailureMode.Flaky)]
    [DataRow("OnlyThird", FailureMode.Flaky)]
    [DataRow("Counted", FailureMode.Survived)]
    [DataRow("Never", FailureMode.NotActivated)]
    public void A_call_without_effect_is(string member, FailureMode mode)
    {
        var outcome = campaign.Mutants.Single(each => each.Mutant.Change == "drop call Note()" && each.Mutant.Member == $"Way.{member}").Headline!;

        Assert.AreEqual(mode, outcome.Mode, outcome.Reason);
    }

    [TestMethod]
    public void A_fault_of_synchronisation_that_shows_only_now_and_then_is_flaky()
    {
        var outcome = campaign.Mutants.Single(each => each.Mutant.Change.Contains("Settle", StringComparison.Ordinal)).Headline!;

        Assert.AreEqual(FailureMode.Flaky, outcome.Mode, outcome.Reason);
        Assert.Contains("No_race", outcome.Reason);
    }

    [TestMethod]
    public void A_test_that_passes_only_behind_another_judges_no_mutant()
    {
        var outcome = campaign.Mutants.Single(each => each.Mutant.Change == "drop call Note()" && each.Mutant.Member == "Way.CountedAgain").Headline!;

        Assert.AreEqual(FailureMode.Flaky, outcome.Mode, outcome.Reason);
    }

    [TestMethod]
    public void Tests_that_fail_by_chance_do_not_hide_which_test_reaches_what()
    {
        var tests = campaign.Golden.Single().Tests!;

        Assert.AreSequenceEqual(
            ["WayTests.Is_flaky", "WayTests.Is_unlucky_the_third_time"], tests.Tests.Where(test => test.IsFlaky).Select(test => test.Name));
        Assert.AreSequenceEqual(
            ["WayTests.Assertion_holds"],
            tests.Of(campaign.Mutants.Single(each => each.Mutant.Change == "drop call Double()").Mutant.Id).Tests.Select(test => tests.Tests[test].Name));
    }

    [TestMethod]
    public void The_advice_about_tests_that_fail_in_golden_works()
    {
        using var here = new Tree("its_tests_catch_some_faults");
        here.Write("UnitTests/FailingTests.cs", """
            using Microsoft.VisualStudio.TestTools.UnitTesting;

            [TestClass]
            public sealed class FailingTests
            {
                [TestMethod]
                [DataRow(1)]
                [DataRow(2)]
                public void One_is_two(int number) => Assert.AreEqual(3, number);

                [TestMethod]
                public void One_is_two_is_not_this() => Assert.AreEqual(1, 1);

                [TestMethod]
                public void Two_is_three() => Assert.AreEqual(3, 2);
            }
            """);
        here.Commit();
        var configuration = ConfigurationFile.Parse("""{ "targets": ["Core"], "workloads": [{ "name": "UnitTests", "project": "UnitTests" }], "operators": ["MFC"] }""", "m.json");

        var problem = Assert.ThrowsExactly<UsageException>(() => here.Run(configuration));

        Assert.Contains("3 of ", problem.Message);
        Assert.Contains("Two_is_three", problem.Message);
        var advice = problem.Remedy[problem.Remedy.IndexOf('{', StringComparison.Ordinal)..];
        var tests = here.Run(ConfigurationFile.Parse(advice, "mutators.json") with { Operators = ["MFC"] }).Golden.Single().Tests!.Tests;
        Assert.Contains("FailingTests.One_is_two_is_not_this", tests.Select(test => test.Name).ToArray(), "the pattern takes only what fails");
    }

    [TestMethod]
    public void The_test_that_noticed_is_named() =>
        Assert.AreEqual("WayTests.Assertion_holds", campaign.Mutants.Single(each => each.Mutant.Change == "drop call Double()").Headline!.Detectors.Single());
}
