using Xen.Mechanisms.Patching;

namespace Samples.Tests.Mechanisms;

[TestClass]
public sealed class PatchTests
{
    [TestMethod]
    public void A_copy_is_patched_without_anybody_noticing_where_a_restart_in_place_is_an_outage()
    {
        var inPlace = PatchExperiment.Run(1, PatchMethod.RestartInPlace);
        var copy = PatchExperiment.Run(1, PatchMethod.CopyWithQuarantine);
        Assert.AreEqual((PatchOutcome.Deployed, 0, 0, 0), (copy.Outcome, copy.Missed, copy.Wrong, copy.Interleaved));
        Assert.IsGreaterThan(1000, inPlace.LongestWaitMs);
        Assert.IsLessThan(20, copy.LongestWaitMs);
        StringAssert.Contains(copy.VersionServed, "by version 1, ");
        StringAssert.Contains(copy.VersionServed, "by version 2");
    }

    [TestMethod]
    [DataRow(PatchDefect.Crashes, "the copy has crashed")]
    [DataRow(PatchDefect.AnswersWrongly, "the copy and the original answer differently")]
    public void A_bad_patch_is_caught_in_quarantine_and_the_original_keeps_serving(PatchDefect defect, string complaint)
    {
        var run = PatchExperiment.Run(1, PatchMethod.CopyWithQuarantine, defect);
        Assert.AreEqual((PatchOutcome.Rejected, 0), (run.Outcome, run.Missed));
        StringAssert.EndsWith(run.Complaint, complaint);
        Assert.AreEqual($"{run.Requests} by version 1", run.VersionServed);
    }

    [TestMethod]
    [DataRow(PatchMethod.Copy, PatchDefect.Crashes)]
    [DataRow(PatchMethod.Copy, PatchDefect.AnswersWrongly)]
    [DataRow(PatchMethod.CopyWithQuarantine, PatchDefect.CrashesLater)]
    public void A_bad_patch_is_not_caught_without_quarantine_nor_when_it_shows_later(PatchMethod method, PatchDefect defect)
    {
        var run = PatchExperiment.Run(1, method, defect);
        Assert.AreEqual(PatchOutcome.Deployed, run.Outcome);
        Assert.IsGreaterThan(100, run.Missed);
    }

    [TestMethod]
    public void As_long_as_the_original_is_there_a_patch_that_fails_in_service_can_be_taken_back()
    {
        var run = PatchExperiment.Run(1, PatchMethod.CopyWithQuarantineAndProbation, PatchDefect.CrashesLater);
        Assert.AreEqual((PatchOutcome.RolledBack, 0), (run.Outcome, run.Wrong));
        Assert.IsLessThan(PatchExperiment.Run(1, PatchMethod.CopyWithQuarantine, PatchDefect.CrashesLater).Missed, run.Missed);
    }
}
