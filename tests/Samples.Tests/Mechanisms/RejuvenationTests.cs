using Xen.Mechanisms.Rejuvenation;

namespace Samples.Tests.Mechanisms;

[TestClass]
public sealed class RejuvenationTests
{
    [TestMethod]
    public void Reincarnations_bound_what_is_lost_and_serve_better_than_reboots_or_nothing()
    {
        var none = RejuvenationExperiment.Run(1, new RejuvenationSetup(RejuvenationMethod.None));
        var reboot = RejuvenationExperiment.Run(1, new RejuvenationSetup(RejuvenationMethod.RebootInPlace));
        var with = RejuvenationExperiment.Run(1, new RejuvenationSetup(RejuvenationMethod.Reincarnation));
        Assert.IsGreaterThan(0, none.Crashes);
        Assert.AreEqual(0, with.Crashes);
        Assert.IsLessThan(none.MostLeakedPages, with.MostLeakedPages);
        Assert.IsGreaterThanOrEqualTo(reboot.Availability, with.Availability);
        Assert.IsGreaterThan(none.Availability, with.Availability);
    }

    [TestMethod]
    public void The_less_CPU_a_boot_gets_the_longer_it_takes_and_the_less_it_disturbs()
    {
        var runs = new[] { 0, 35, 25, 15 }.Select(cap => RejuvenationExperiment.Run(1, new RejuvenationSetup(RejuvenationMethod.Reincarnation) { BootCap = cap })).ToList();
        foreach (var (more, less) in runs.Zip(runs.Skip(1)))
        {
            Assert.IsLessThan(less.BootMs, more.BootMs);
            Assert.IsGreaterThanOrEqualTo(less.MeanLatencyMs, more.MeanLatencyMs);
        }
    }

    [TestMethod]
    public void There_is_a_best_period()
    {
        var missed = RejuvenationExperiment.Sweep(1).Select(each => each.Run.Missed).ToList();
        var best = missed.IndexOf(missed.Min());
        Assert.IsGreaterThan(0, best);
        Assert.IsLessThan(missed.Count - 1, best);
    }

    [TestMethod]
    public void A_state_that_is_corrupt_itself_is_handed_on()
    {
        var rotten = new RejuvenationSetup(RejuvenationMethod.None) { LeakEvery = 0, RotPpm = 5_000 };
        var none = RejuvenationExperiment.Run(1, rotten);
        var with = RejuvenationExperiment.Run(1, rotten with { Method = RejuvenationMethod.Reincarnation });
        Assert.IsGreaterThan(100, none.Wrong);
        Assert.AreEqual(none.Wrong, with.Wrong);
    }
}
