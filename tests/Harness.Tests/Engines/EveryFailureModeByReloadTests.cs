using Harness.Tests.Campaigns;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Harness.Tests.Engines;

/// <summary>The program that fails in every way, by the reload engine: what the rebuild engine says of it is in <see cref="EveryFailureModeTests"/>.</summary>
[TestClass]
public sealed class EveryFailureModeByReloadTests
{
    private static Tree tree = null!;
    private static CampaignSnapshot campaign = null!;

    [ClassInitialize]
    public static void Run(TestContext context)
    {
        tree = new Tree("fails_in_every_way");
        campaign = tree.Run(Tree.Configuration with { Engine = CampaignEngine.Reload });
    }

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    [TestMethod]
    [DataRow("Advance()", FailureMode.ControlHang, "time")]
    [DataRow("Fill()", FailureMode.ControlCrash, "KeyNotFoundException")]
    [DataRow("Descend()", FailureMode.ControlCrash, "tack overflow")]
    [DataRow("Trim()", FailureMode.ControlCrash, "memory")]
    [DataRow("Close()", FailureMode.ControlHang, "output")]
    [DataRow("Double(ref sum)", FailureMode.SilentDataFailure, "")]
    [DataRow("Commit()", FailureMode.OperationError, "exit code 3")]
    public void A_dropped_call_ends_as(string call, FailureMode mode, string reason)
    {
        var outcome = campaign.Mutants
            .Single(each => each.Mutant.Change == $"drop call {call}" && each.Mutant.Member.StartsWith("Step.", StringComparison.Ordinal) && each.Mutant.Member != "Step.Never")
            .Headline!;

        Assert.AreEqual(mode, outcome.Mode, outcome.Reason);
        Assert.Contains(reason, outcome.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.AreEqual("reload", outcome.Engine);
    }
}
