using Xen.Mechanisms.Diversity;

namespace Samples.Tests.Mechanisms;

[TestClass]
public sealed class DiversityTests
{
    private const int Missions = 600;

    [TestMethod]
    public void A_fault_of_a_kind_of_hypervisor_fails_exactly_the_replicas_on_it()
    {
        Assert.AreSequenceEqual([2, 3], DiversityExperiment.AfterHypervisorFault(1, Placement.Mixed, "xen"));
        Assert.AreSequenceEqual([1, 3], DiversityExperiment.AfterHypervisorFault(1, Placement.Mixed, "kvm"));
        Assert.IsEmpty(DiversityExperiment.AfterHypervisorFault(1, Placement.SameHypervisor, "xen"));
    }

    [TestMethod]
    public void Different_systems_on_one_hypervisor_help_against_faults_of_systems_and_not_of_hypervisors()
    {
        var hypervisor = new LayerFaults(0.2, 0, 0);
        var os = new LayerFaults(0, 0.2, 0);
        Assert.IsGreaterThan(Of(Placement.SameHypervisor, hypervisor).High, Of(Placement.Mixed, hypervisor).Low);
        Assert.AreEqual(Of(Placement.AllEqual, hypervisor), Of(Placement.SameHypervisor, hypervisor));
        Assert.IsGreaterThan(Of(Placement.AllEqual, os).High, Of(Placement.SameHypervisor, os).Low);
    }

    [TestMethod]
    public void Without_a_common_cause_the_formula_holds_and_with_one_it_promises_too_much()
    {
        const double fault = 0.4;
        var formula = 1 - (fault * fault * fault);
        var independent = DiversityExperiment.Run(1, Placement.AllEqual, new LayerFaults(0, 0, fault), quorum: 1, Missions);
        var common = DiversityExperiment.Run(1, Placement.AllEqual, new LayerFaults(0.2, 0, fault), quorum: 1, Missions);
        Assert.IsTrue(independent.Contains(formula), $"{independent}");
        Assert.IsLessThan(formula, common.High);
    }

    private static Xen.Mechanisms.Replicas.Count Of(IReadOnlyList<Placement> placements, LayerFaults faults) => DiversityExperiment.Run(1, placements, faults, quorum: 2, Missions);
}
