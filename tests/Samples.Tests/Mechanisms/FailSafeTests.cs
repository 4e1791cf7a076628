using Xen.Mechanisms.Clusters;
using Xen.Mechanisms.FailSafe;

namespace Samples.Tests.Mechanisms;

[TestClass]
public sealed class FailSafeTests
{
    private static readonly FailSafeSetup monitored = new(FailSafePolicy.Monitor);

    [TestMethod]
    public void After_the_first_symptom_and_the_time_of_detection_nothing_unsafe_comes_out()
    {
        var nothing = FailSafeExperiment.Run(1, new FailSafeSetup(FailSafePolicy.None));
        var run = FailSafeExperiment.Run(1, monitored);
        Assert.IsGreaterThan(0, nothing.UnsafeAfterDetection);
        Assert.IsTrue(nothing.CompromisedAtEnd);
        Assert.AreEqual((0, false), (run.UnsafeAfterDetection, run.CompromisedAtEnd));
        Assert.IsGreaterThan(0, run.RolledBack);
    }

    [TestMethod]
    public void Until_the_attack_it_costs_nothing_where_a_suspension_costs_the_service()
    {
        var suspended = FailSafeExperiment.Run(1, new FailSafeSetup(FailSafePolicy.SuspendAtDisclosure));
        var run = FailSafeExperiment.Run(1, monitored);
        Assert.AreEqual(1.0, run.AvailabilityUntilAttack);
        Assert.IsLessThan(0.5, suspended.AvailabilityUntilAttack);
    }

    [TestMethod]
    public void Who_knows_the_signature_keeps_the_attacker_out_and_the_service_in()
    {
        var run = FailSafeExperiment.Run(1, monitored with { Quality = new MonitorQuality { KnowsSignature = true } });
        Assert.AreEqual((0, 1.0), (run.UnsafeOutputs, run.Availability));
    }

    [TestMethod]
    public void False_alarms_cost_availability_and_never_safety()
    {
        var run = FailSafeExperiment.Run(1, monitored with { Quality = new MonitorQuality { FalseAlarmPercent = 5 }, NoAttack = true });
        Assert.AreEqual((0, 1), (run.UnsafeOutputs, run.FalseAlarms));
        Assert.IsLessThan(0.7, run.Availability);
    }

    [TestMethod]
    public void Symptoms_that_are_missed_for_a_while_let_more_out()
    {
        var sharp = FailSafeExperiment.Run(1, monitored);
        var blind = FailSafeExperiment.Run(1, monitored with { Quality = new MonitorQuality { MissPercent = 80 } });
        Assert.IsGreaterThan(sharp.UnsafeOutputs, blind.UnsafeOutputs);
    }

    [TestMethod]
    public void The_last_checkpoint_before_the_attack_is_clean_and_the_last_one_is_not()
    {
        var slow = monitored with { Quality = new MonitorQuality { PeriodNs = 700 * Cluster.MillisecondNs } };
        var before = FailSafeExperiment.Run(1, slow);
        var last = FailSafeExperiment.Run(1, slow with { RestoreLastCheckpoint = true });
        Assert.AreEqual((false, true), (before.CompromisedAtEnd, last.CompromisedAtEnd));
        Assert.IsGreaterThan(last.RolledBack, before.RolledBack);
    }

    [TestMethod]
    public void The_failure_of_the_monitor_is_seen_and_not_silently_unsafe()
    {
        var watched = FailSafeExperiment.Run(1, monitored with { MonitorDies = true });
        var silent = FailSafeExperiment.Run(1, monitored with { MonitorDies = true, Watchdog = false });
        Assert.AreEqual((0, true), (watched.UnsafeOutputs, watched.MonitorFailureSeen));
        Assert.AreEqual((true, false), (silent.CompromisedAtEnd, silent.MonitorFailureSeen));
    }
}
