using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Outcomes;

/// <summary>The two rounds of a workload: fault active, then fault gone and nothing cleaned up.</summary>
[TestClass]
public sealed class RoundsTests
{
    private const string Healthy = """
        {"observe":"operation","name":"xl create web1","code":0,"at":1000}
        {"observe":"invariant","name":"devices-paired","ok":true,"at":2000}
        {"observe":"state","name":"xenstore","value":"00000000000000aa"}
        {"observe":"phase","name":"healed","at":3000}
        {"observe":"operation","name":"xl create late","code":0,"at":4000}
        {"observe":"monitor","name":"canary","ok":true,"at":5000}
        {"observe":"data","name":"web1 disk","ok":true,"value":"00000000000000bb"}
        {"observe":"state","name":"files","value":"00000000000000cc"}
        """;

    private static readonly GoldenRun golden = Runs.GoldenOf(Healthy);

    [TestMethod]
    public void Golden_has_no_impact_in_either_round()
    {
        var outcome = Classify(Healthy);

        Assert.AreEqual(FailureMode.NoImpact, outcome.Mode);
        Assert.AreEqual(FailureMode.NoImpact, outcome.SecondRound);
        Assert.AreEqual(3000, golden.HealedAt);
    }

    [TestMethod]
    public void What_fails_in_the_second_round_only_is_an_inconsistent_state_that_manifested_later()
    {
        var outcome = Classify(Healthy.Replace("\"canary\",\"ok\":true", "\"canary\",\"ok\":false", StringComparison.Ordinal));

        Assert.AreEqual(FailureMode.InconsistentState, outcome.Mode);
        Assert.AreEqual(FailureMode.OperationError, outcome.SecondRound);
        Assert.AreEqual(Detection.Monitor, outcome.Detection);
        Assert.IsTrue(outcome.IsLatent);
        CollectionAssert.AreEqual(new[] { FailureMode.InconsistentState, FailureMode.OperationError }, outcome.Flags.ToArray());
        Assert.AreEqual(5000, outcome.Findings.Single().At);
    }

    [TestMethod]
    public void The_first_round_decides_where_it_failed()
    {
        var outcome = Classify(Healthy
            .Replace("web1\",\"code\":0", "web1\",\"code\":3", StringComparison.Ordinal)
            .Replace("\"canary\",\"ok\":true", "\"canary\",\"ok\":false", StringComparison.Ordinal));

        Assert.AreEqual(FailureMode.OperationError, outcome.Mode);
        Assert.StartsWith("operation xl create web1: code 3", outcome.Reason);
        Assert.IsFalse(outcome.IsLatent);
        Assert.AreEqual(FailureMode.OperationError, outcome.SecondRound);
    }

    [TestMethod]
    public void A_state_that_differs_after_a_signalled_error_is_a_consequence_in_the_second_round_as_well()
    {
        var outcome = Classify(Healthy
            .Replace("web1\",\"code\":0", "web1\",\"code\":3", StringComparison.Ordinal)
            .Replace("00cc", "00cd", StringComparison.Ordinal));

        Assert.AreEqual(FailureMode.NoImpact, outcome.SecondRound);
        Assert.DoesNotContain(FailureMode.InconsistentState, outcome.Flags);
    }

    [TestMethod]
    public void Damaged_data_are_a_silent_data_failure_whenever_they_are_found()
    {
        var outcome = Classify(Healthy.Replace("00bb", "00bd", StringComparison.Ordinal));

        Assert.AreEqual(FailureMode.SilentDataFailure, outcome.Mode);
        Assert.AreEqual(Detection.GoldenDifferenceOnly, outcome.Detection);
    }

    [TestMethod]
    public void Without_healing_the_second_round_says_nothing()
    {
        var outcome = Classify(Healthy.Replace("\"canary\",\"ok\":true", "\"canary\",\"ok\":false", StringComparison.Ordinal), isHealed: false);

        Assert.AreEqual(FailureMode.NoImpact, outcome.Mode);
        Assert.IsNull(outcome.SecondRound);
        Assert.AreEqual("until the fault should have been taken away every check is equal to golden's", outcome.Reason);
    }

    [TestMethod]
    public void A_run_that_dies_before_it_is_healed_has_no_second_round()
    {
        var run = Runs.Run(string.Join('\n', Healthy.Split('\n')[..2]), 134, ProcessEnd.Crashed, "Unhandled exception. System.InvalidOperationException: bad state");
        var outcome = OutcomeClassifier.Classify(Runs.Id, golden, run, "reload", isHealed: true);

        Assert.AreEqual(FailureMode.ControlCrash, outcome.Mode);
        Assert.IsNull(outcome.SecondRound);
    }

    [TestMethod]
    public void A_guest_that_loses_its_disk_has_failed()
    {
        var outcome = Classify(Healthy.Replace("{\"observe\":\"state\",\"name\":\"xenstore\"", "{\"observe\":\"component\",\"name\":\"web1\",\"kind\":\"guest\",\"event\":\"io-loss\",\"at\":2500}\n{\"observe\":\"state\",\"name\":\"xenstore\"", StringComparison.Ordinal));

        Assert.AreEqual(FailureMode.GuestFailure, outcome.Mode);
        Assert.AreEqual(Detection.GuestCheck, outcome.Detection);
    }

    private static Outcome Classify(string output, bool isHealed = true) => OutcomeClassifier.Classify(Runs.Id, golden, Runs.Run(output), "reload", isHealed: isHealed);
}
