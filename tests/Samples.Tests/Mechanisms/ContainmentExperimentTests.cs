using Xen.Mechanisms.Containing;

namespace Samples.Tests.Mechanisms;

[TestClass]
public sealed class ContainmentExperimentTests
{
    private const int Missions = 1500;

    [TestMethod]
    public void A_fault_spreads_most_between_processes_less_between_VMs_least_between_machines()
    {
        var runs = Enum.GetValues<Deployment>().Select(deployment => ContainmentExperiment.Run(1, deployment, LayerLeaks.Assumed, Missions)).ToList();
        foreach (var (weaker, stronger) in runs.Zip(runs.Skip(1)))
        {
            Assert.IsGreaterThan(stronger.Spread.High, weaker.Spread.Low);
            Assert.IsGreaterThan(stronger.BlastRadius, weaker.BlastRadius);
        }
    }

    [TestMethod]
    public void With_equal_layers_nothing_is_left_of_the_order()
    {
        var runs = Enum.GetValues<Deployment>().Select(deployment => ContainmentExperiment.Run(1, deployment, LayerLeaks.Equal, Missions)).ToList();
        foreach (var run in runs) Assert.IsTrue(run.Spread.Contains(LayerLeaks.Equal.Os), $"{run.Spread}");
    }

    [TestMethod]
    public void A_hungry_neighbour_is_felt_on_one_machine_and_not_on_two()
    {
        Assert.IsGreaterThan(1.5, ContainmentExperiment.Interference(1, Deployment.Processes));
        Assert.IsGreaterThan(1.5, ContainmentExperiment.Interference(1, Deployment.Vms));
        Assert.AreEqual(1.0, ContainmentExperiment.Interference(1, Deployment.Machines), 0.01);
    }
}
