using Xen.Mechanisms.Load;

namespace Samples.Tests.Mechanisms;

[TestClass]
public sealed class LoadTests
{
    [TestMethod]
    public void Migration_and_provisioning_relieve_an_overloaded_host_at_equal_hardware()
    {
        var without = LoadExperiment.Run(1, balanced: false);
        var with = LoadExperiment.Run(1, balanced: true);
        Assert.IsLessThan(without.Missed / 2, with.Missed);
        Assert.AreEqual((0, 0, 1), (with.Wrong, with.Unanswered, with.MostCopies));
        Assert.IsNotEmpty(with.Migrations);
        Assert.AreEqual(1, with.Provisioned);
    }

    [TestMethod]
    public void With_every_host_overloaded_it_gains_nothing_and_does_no_harm()
    {
        var without = LoadExperiment.Run(1, balanced: false, everywhere: true);
        var with = LoadExperiment.Run(1, balanced: true, everywhere: true);
        Assert.IsTrue(LoadExperiment.IsNoDifference(without, with), $"{without.Missed} and {with.Missed} of {with.Requests}");
        Assert.AreEqual((0, 0), (with.Wrong, with.Unanswered));
    }

    [TestMethod]
    public void A_VM_that_writes_faster_than_the_network_is_stopped_for_the_rest_and_loses_nothing()
    {
        var (calm, _, _) = LoadExperiment.MigrateDirtyVm(1, dirty: false);
        var (dirty, _, wrong) = LoadExperiment.MigrateDirtyVm(1, dirty: true);
        StringAssert.StartsWith(calm, "vm1: 1 rounds");
        StringAssert.StartsWith(dirty, "vm1: 5 rounds");
        Assert.AreEqual(0, wrong);
    }
}
