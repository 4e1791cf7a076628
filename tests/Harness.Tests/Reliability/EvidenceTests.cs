using System.Collections.Immutable;
using Mutators.Reliability;
using Mutators.Reliability.Evidence;
using Mutators.Reliability.Nodes;
using Mutators.Reporting;

namespace Harness.Tests.Reliability;

/// <summary>From a campaign's counts to the node.</summary>
[TestClass]
public sealed class EvidenceTests
{
    private static readonly TargetEvidence toolstack = new("Toolstack", 120, 100, HostLost: 2, ServiceLost: 10, ManagementLost: 30);
    private static readonly TargetEvidence drivers = new("Drivers", 60, 50, HostLost: 20, ServiceLost: 5, ManagementLost: 1);
    private static readonly NodeParameters parameters = new() { Hardware = 0.9999, Hypervisor = 0.999, Vm = 0.9, Count = 3 };

    [TestMethod]
    public void A_campaign_is_counted_by_target_and_by_what_its_users_feel() => CollectionAssert.AreEqual(
        new[]
        {
            new TargetFigures("Drivers", 8, 6, HostLost: 1, ServiceLost: 2, ManagementLost: 1),
            new TargetFigures("Toolstack", 9, 5, HostLost: 0, ServiceLost: 0, ManagementLost: 5),
        },
        TargetFigures.Of(CampaignFixture.Snapshot).ToArray());

    [TestMethod]
    [DataRow("""{"Targets":["src/Toolstack/Toolstack.csproj","src/Drivers"]}""", "Drivers,Toolstack")]
    [DataRow("""{"Targets":["src"]}""", "src")]
    [DataRow("""{"Targets":["src/Drivers"]}""", "Drivers,other")]
    [DataRow("""{"Targets":[]}""", "Drivers,Toolstack")]
    public void Targets_are_those_of_the_configuration(string configuration, string names)
    {
        var campaign = CampaignFixture.Snapshot with { Identity = CampaignFixture.Snapshot.Identity with { Configuration = configuration } };

        Assert.AreEqual(names, string.Join(',', TargetFigures.Of(campaign).Select(each => each.Target)));
    }

    [TestMethod]
    public void Dom0_stands_in_series_with_all_VMs()
    {
        var node = Node();
        var dom0 = (1 - 0.05 * 0.12) * (1 - 0.02 * 0.5);

        Assert.AreEqual(dom0, node.Dom0.Value, 1e-14);
        Assert.AreEqual(Mutators.Reliability.Nodes.Node.Replicated(0.9999, 0.999, 0.9, 3) * dom0, node.WithDom0.Value, 1e-14);
        Assert.AreEqual(node.WithoutDom0 - node.WithDom0.Value, node.Cost, 1e-15);
        Assert.AreEqual(0.9999 * 0.999 * dom0, node.Ceiling, 1e-14);
        Assert.AreEqual("H & V & toolstack & drivers & (M1 | M2 | M3)", node.Diagram);
    }

    [TestMethod]
    public void Isolation_that_is_assumed_to_hold_puts_the_target_beside_each_VM()
    {
        var gain = Node().Gains.First(each => each.Target == "Drivers");
        var isolated = 0.9999 * 0.999 * (1 - 0.05 * 0.12) * (1 - Math.Pow(1 - 0.9 * (1 - 0.02 * 0.5), 3));

        Assert.AreEqual(isolated, gain.Isolated.Value, 1e-14);
        Assert.AreEqual(0.02 * 0.4, gain.SurvivingHosts, 1e-15);
        Assert.AreEqual(0, gain.GainIfTheyFailTogether!.Value, 1e-14);
    }

    [TestMethod]
    public void Isolation_that_was_measured_keeps_what_still_takes_the_host()
    {
        var gain = Node(isolated: [new TargetEvidence("Drivers", 60, 50, HostLost: 1, ServiceLost: 30, ManagementLost: 0)]).Gains.First(each => each.Target == "Drivers");
        var isolated = 0.9999 * 0.999 * (1 - 0.05 * 0.12) * (1 - 0.02 * 0.02) * (1 - Math.Pow(1 - 0.9 * (1 - 0.02 * 0.6), 3));

        Assert.AreEqual(isolated, gain.Isolated.Value, 1e-14);
        Assert.AreEqual(0.02 * (0.4 - 0.02), gain.SurvivingHosts, 1e-15);
    }

    [TestMethod]
    public void The_isolation_that_pays_most_comes_first()
    {
        var gains = Node().Gains;
        var others = Node(faults: new() { ["toolstack"] = 0.5, ["drivers"] = 0.01 }).Gains;

        CollectionAssert.AreEqual(new[] { "Drivers", "Toolstack" }, gains.Select(each => each.Target).ToArray());
        CollectionAssert.AreEqual(new[] { "Toolstack", "Drivers" }, others.Select(each => each.Target).ToArray());
    }

    [TestMethod]
    public void If_a_guest_failure_hits_one_VM_only_the_lost_host_is_what_Dom0_costs_all()
    {
        var node = Node(reach: GuestFailureReach.One);
        var perVm = 0.9 * (1 - 0.05 * 0.1) * (1 - 0.02 * 0.1);
        var inSeries = (1 - 0.05 * 0.02) * (1 - 0.02 * 0.4);

        Assert.AreEqual(inSeries, node.Dom0.Value, 1e-14);
        Assert.AreEqual(0.9999 * 0.999 * inSeries * (1 - Math.Pow(1 - perVm, 3)), node.WithDom0.Value, 1e-14);
        Assert.IsLessThan(Node().Cost, node.Cost);
        Assert.IsNull(node.Gains[0].GainIfTheyFailTogether);
    }

    [TestMethod]
    public void Intervals_hold_the_value_and_shrink_with_more_faults()
    {
        var few = Node();
        var many = new NodeEvidence([drivers with { Activated = 5000, HostLost = 2000, ServiceLost = 500 }, toolstack with { Activated = 10_000, HostLost = 200, ServiceLost = 1000 }], [], Faults, parameters, GuestFailureReach.All, 1);

        Assert.AreEqual(few.WithDom0.Value, many.WithDom0.Value, 1e-14);
        foreach (var node in new[] { few, many })
        {
            Assert.IsTrue(node.WithDom0.Envelope.Contains(node.WithDom0.Value));
            Assert.IsTrue(node.WithDom0.Envelope.Contains(node.WithDom0.Middle.Low) && node.WithDom0.Envelope.Contains(node.WithDom0.Middle.High));
        }

        Assert.IsLessThan((few.WithDom0.Middle.High - few.WithDom0.Middle.Low) / 5, many.WithDom0.Middle.High - many.WithDom0.Middle.Low);
    }

    [TestMethod]
    public void Dom0_counts_into_the_hypervisor_where_virtualization_must_pay()
    {
        Assert.AreEqual(2, Node().VmsToBeatNoVirtualization);
        Assert.IsNull(Node(faults: new() { ["drivers"] = 0.5 }).VmsToBeatNoVirtualization);
    }

    [TestMethod]
    public void A_target_without_a_fault_probability_is_left_out()
    {
        var node = Node(faults: new() { ["drivers"] = 0.02 });

        Assert.AreEqual("H & V & drivers & (M1 | M2 | M3)", node.Diagram);
        Assert.HasCount(1, node.Gains);
    }

    [TestMethod]
    public void Fault_probabilities_that_make_no_sense_are_refused()
    {
        Assert.AreEqual("The campaign has no target 'disk'.", Assert.ThrowsExactly<ModelInputException>(() => Node(faults: new() { ["disk"] = 0.1 })).Message);
        Assert.AreEqual("the fault probability of drivers = 3 is no probability.", Assert.ThrowsExactly<ModelInputException>(() => Node(faults: new() { ["drivers"] = 3 })).Message);
    }

    private static Dictionary<string, double> Faults => new() { ["toolstack"] = 0.05, ["Drivers"] = 0.02 };

    private static NodeEvidence Node(ImmutableArray<TargetEvidence>? isolated = null, Dictionary<string, double>? faults = null, GuestFailureReach reach = GuestFailureReach.All) =>
        new([toolstack, drivers], isolated ?? [], faults ?? Faults, parameters, reach, seed: 1);

    [TestMethod]
    [DataRow(6, 0, 0.03125)]
    [DataRow(0, 6, 0.03125)]
    [DataRow(5, 4, 1.0)]
    [DataRow(9, 1, 0.021484375)]
    [DataRow(0, 0, 1.0)]
    public void Faults_that_differ_are_compared_by_McNemars_exact_test(int shared, int isolated, double p) =>
        Assert.AreEqual(p, new PairedEvidence("Drivers", 100, 0, shared, isolated, 0, 0).PValue, 1e-12);

    [TestMethod]
    public void One_workload_of_a_campaign_is_a_campaign()
    {
        var campaign = CampaignFixture.Snapshot;
        var alone = campaign.Under(CampaignFixture.Golden.Workload.Name)!;
        CollectionAssert.AreEqual(TargetFigures.Of(campaign).ToArray(), TargetFigures.Of(alone).ToArray());
        Assert.IsNull(campaign.Under("nothing"));
        Assert.AreEqual(campaign.Activated.Length, TargetFigures.Pairs(campaign, alone).Length);
        Assert.IsTrue(TargetFigures.Pairs(campaign, alone).All(pair => pair.First == pair.Second));
    }
}
