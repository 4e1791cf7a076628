using System.Text.Json;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;
using Mutators.Reporting;

namespace Mutators.Campaign.Outcomes;

/// <summary>What a host of tests prints, and what it means for a mutant.</summary>
[TestClass]
public sealed class TestsAsWorkloadTests
{
    private const char Sign = '\u0002';

    private static MutantRecord Record => CampaignFixture.Snapshot.Mutants[0].Mutant;

    private static MutantId Mutant => Record.Id;

    private static GoldenRun Golden { get; } = new(
        new Workload("Tests", "tests/Tests.csproj", []),
        Run(
            "n 3 0123", "t 0 ShapeTests|ShapeTests.Area", "t 1 ShapeTests|ShapeTests.Name", "t 2 ShapeTests|ShapeTests.Sum",
            "e 0 p 10 0 ", "e 1 p 20 0 ", "e 2 p 30 0 ", $"m {Mutant} - 0,1", "z "));

    [TestMethod]
    public void A_failed_assertion_names_its_test()
    {
        var outcome = Judged("s 0", "e 0 f 10 0 Expected: 12", "r -1", "r 0", "r 0 f", "z ");

        Assert.AreEqual(FailureMode.FailedAssertion, outcome.Mode);
        Assert.AreSequenceEqual(["ShapeTests.Area"], outcome.Detectors);
    }

    [TestMethod]
    public void A_process_that_dies_while_a_failed_test_is_repeated_leaves_the_failure_as_it_was() =>
        Assert.AreEqual(FailureMode.FailedAssertion, Judged("s 0", "e 0 f 10 0 Expected: 12", "r -1", "r 0").Mode);

    [TestMethod]
    public void A_test_that_ends_differently_from_run_to_run_gives_no_verdict()
    {
        var outcome = Judged("e 1 y 0 0 it ends one way and another");

        Assert.AreEqual(FailureMode.Flaky, outcome.Mode);
        Assert.Contains("ShapeTests.Name", outcome.Reason);
        Assert.AreEqual("reload", outcome.Engine);
    }

    [TestMethod]
    public void Of_all_tests_that_notice_the_worst_failure_is_the_headline_and_each_test_is_named()
    {
        var outcome = Judged("s 0", "e 0 d 0 0 ControlCrash the process dies of a stack overflow", "s 1", "e 1 f 10 0 Expected: square", "z ");

        Assert.AreEqual(FailureMode.ControlCrash, outcome.Mode);
        Assert.AreSequenceEqual([FailureMode.ControlCrash, FailureMode.FailedAssertion], outcome.Flags);
        Assert.AreSequenceEqual(["ShapeTests.Area", "ShapeTests.Name"], outcome.Detectors);
    }

    [TestMethod]
    public void A_flaky_project_hides_no_failure_of_another_and_a_survivor_hides_no_flaky_one()
    {
        var failed = Judged("s 0", "e 0 f 10 0 Expected: 12", "z ");
        var flaky = OutcomeClassifier.Flaky(Mutant, "Other", "it depends");
        var survived = Judged("s 0", "z ") with { Workload = "Third" };

        Assert.AreEqual(failed, Result(flaky, failed, survived).Headline);
        Assert.AreEqual(flaky, Result(survived, flaky).Headline);
    }

    [TestMethod]
    public void A_mutant_that_a_test_has_noticed_is_decided_unless_every_test_is_to_be_heard()
    {
        var noticed = Result(Judged("s 0", "e 0 f 10 0 Expected: 12", "z "));

        Assert.IsTrue(noticed.IsDecided(workloads: 2, matrix: false));
        Assert.IsFalse(noticed.IsDecided(workloads: 2, matrix: true));
        Assert.IsFalse(Result(Judged("s 0", "z ")).IsDecided(workloads: 2, matrix: false));
    }

    [TestMethod]
    public void The_report_schema_says_which_tests_reach_a_mutant_and_which_notice_it()
    {
        var result = new MutantResult(Record, [new ActivationRecord(Mutant, "Tests", 3)], [new StoredOutcome(Judged("s 0", "s 1", "e 1 f 10 0 Expected: square", "z "), 1)], []);
        using var report = JsonDocument.Parse(MutationTestingJson.Render(CampaignFixture.Snapshot with { Golden = [Golden], Mutants = [result] }));
        var mutant = report.RootElement.GetProperty("files").GetProperty(Record.Path).GetProperty("mutants")[0];

        Assert.AreSequenceEqual(["Tests:0", "Tests:1"], mutant.GetProperty("coveredBy").EnumerateArray().Select(each => each.GetString()));
        Assert.AreSequenceEqual(["Tests:1"], mutant.GetProperty("killedBy").EnumerateArray().Select(each => each.GetString()));
        Assert.AreEqual("ShapeTests.Name", report.RootElement.GetProperty("testFiles").GetProperty("tests/Tests.csproj").GetProperty("tests")[1].GetProperty("name").GetString());
    }

    private static MutantResult Result(params ReadOnlySpan<Outcome> outcomes) => new(Record, [], [.. outcomes.ToArray().Select(each => new StoredOutcome(each, 1))], []);

    private static Outcome Judged(params string[] lines) => OutcomeClassifier.Classify(Mutant, Golden, Run(lines), "reload");

    private static WorkloadRun Run(params string[] lines) => new(ProcessEnd.Exited, 0, [.. lines.Select(line => Sign + line)], [], TimeSpan.FromSeconds(1));
}
