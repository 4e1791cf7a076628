using Harness.Tests.Campaigns;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Harness.Tests.Engines;

/// <summary>
/// Each failure mode of the study has a hand-written mutant that must be classified so, and a near miss that must not: calls of a host in
/// miniature, each lost in a warm process in which the fault is taken away for the second round.
/// </summary>
[TestClass]
public sealed class EveryModeOfTheStudyTests
{
    private static Tree tree = null!;
    private static CampaignSnapshot campaign = null!;

    [ClassInitialize]
    public static void Run(TestContext context)
    {
        tree = new Tree("fails_as_a_host_would");
        campaign = tree.Run(Tree.Configuration with { Engine = CampaignEngine.Reload });
    }

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    [TestMethod]
    [DataRow("AcknowledgeInterrupt()", FailureMode.HostCrash)]
    [DataRow("AcknowledgeInterruptOfDriverDomain()", FailureMode.ControlCrash)]
    [DataRow("FinishCommand()", FailureMode.ControlHang)]
    [DataRow("WakeUpEarly()", FailureMode.NoImpact)]
    [DataRow("CheckArgument()", FailureMode.ControlCrash)]
    [DataRow("CompleteRequest()", FailureMode.GuestFailure)]
    [DataRow("CompleteAtOnce()", FailureMode.NoImpact)]
    [DataRow("ReserveMemory()", FailureMode.OperationError)]
    [DataRow("ReserveAtOnce()", FailureMode.NoImpact)]
    [DataRow("SetCode()", FailureMode.OperationError)]
    [DataRow("SetCodeAgain()", FailureMode.NoImpact)]
    [DataRow("WriteNode()", FailureMode.InconsistentState)]
    [DataRow("WriteNodeEarly()", FailureMode.NoImpact)]
    [DataRow("Tidy()", FailureMode.InconsistentState)]
    [DataRow("Prepare()", FailureMode.NoImpact)]
    [DataRow("Refresh()", FailureMode.NoImpact)]
    [DataRow("Flush()", FailureMode.SilentDataFailure)]
    [DataRow("FlushJournal()", FailureMode.OperationError)]
    [DataRow("Batch()", FailureMode.Degraded)]
    [DataRow("Cache()", FailureMode.NoImpact)]
    public void A_lost_call_ends_as(string call, FailureMode mode)
    {
        var outcome = Lost(call);

        Assert.AreEqual(mode, outcome.Mode, outcome.Reason);
        Assert.AreEqual("reload", outcome.Engine);
    }

    [TestMethod]
    public void What_fails_only_when_the_fault_is_gone_is_latent_and_what_fails_only_with_it_is_not()
    {
        Assert.IsTrue(Lost("Tidy()").IsLatent);
        Assert.AreEqual(FailureMode.OperationError, Lost("Tidy()").SecondRound);
        Assert.StartsWith("after the fault was taken away: operation xl destroy web1", Lost("Tidy()").Reason);

        // With the fault still there, the second round would fail.
        Assert.IsFalse(Lost("Refresh()").IsLatent);
        Assert.AreEqual(FailureMode.NoImpact, Lost("Refresh()").SecondRound);
        Assert.IsFalse(Lost("WriteNode()").IsLatent);
    }

    [TestMethod]
    public void A_wrong_code_is_told_from_an_error_and_from_the_right_code()
    {
        Assert.IsTrue(Lost("SetCode()").Findings.Any(each => each.IsWrongAnswer));
        Assert.IsFalse(Lost("ReserveMemory()").Findings.Any(each => each.IsWrongAnswer));
        Assert.IsFalse(Lost("SetCodeAgain()").Findings.Any(each => each.IsWrongAnswer));
    }

    [TestMethod]
    public void Damaged_data_are_silent_only_where_nobody_was_told()
    {
        Assert.IsFalse(Lost("Flush()").Detection.IsDetected);
        Assert.IsTrue(Lost("FlushJournal()").Detection.IsDetected);
        Assert.Contains(FailureMode.SilentDataFailure, Lost("FlushJournal()").Flags);
    }

    private static Outcome Lost(string call) =>
        campaign.Mutants.Single(each => each.Mutant.Change == $"drop call {call}" && each.Mutant.Path.EndsWith("Host.cs", StringComparison.Ordinal)).Headline!;
}
