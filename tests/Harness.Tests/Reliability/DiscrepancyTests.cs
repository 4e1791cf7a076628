using Mutators.Reliability.Bounds;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Figures;
using Mutators.Reliability.Missions;
using Mutators.Reliability.Nodes;
using Mutators.Reliability.Numbers;

namespace Harness.Tests.Reliability;

/// <summary>What the paper's text says, held against its own formulas: where it is right, and where not.</summary>
[TestClass]
public sealed class DiscrepancyTests
{
    [TestMethod]
    public void One_VM_never_beats_no_virtualization()
    {
        foreach (var vm in new[] { 0.01, 0.5, 0.99 })
        {
            Assert.IsFalse(Ask(1, $"RM={vm}", "n=1").IsPossible);
        }
    }

    [TestMethod]
    public void A_hypervisor_no_better_than_a_VM_never_beats_no_virtualization()
    {
        foreach (var vm in new[] { 0.01, 0.5, 0.99 })
        {
            Assert.IsFalse(Ask(1, $"RM={vm}", $"RV={vm}").IsPossible);
        }
    }

    [TestMethod]
    public void With_R_M_01_and_R_V_03_fewer_than_four_VMs_lower_the_reliability()
    {
        Assert.AreEqual(.0813, Node.Replicated(1, .3, .1, 3), 1e-12);
        Assert.AreEqual(.10317, Node.Replicated(1, .3, .1, 4), 1e-12);
        Assert.AreEqual(3.8484, VirtualizationBound.Count(.1, .3), 5e-5);
        Assert.AreEqual(4, Ask(1, "RM=0.1", "RV=0.3").Solution!.Low);
    }

    [TestMethod]
    public void Printed_from_0_to_n_the_product_would_have_one_VM_too_many()
    {
        // Taken literally, "fewer than 4" would read "fewer than 3".
        Assert.IsLessThan(.1, Node.Replicated(1, .3, Enumerable.Repeat(.1, 3)));
        Assert.IsGreaterThan(.1, Node.Replicated(1, .3, Enumerable.Repeat(.1, 3 + 1)));
        Assert.AreEqual(Node.Replicated(1, .3, .1, 3), Node.Replicated(1, .3, Enumerable.Repeat(.1, 3)), 1e-15);
    }

    [TestMethod]
    [DataRow(6, .993230060955, "0.9932", "0.99324")]
    [DataRow(9, .999416590204, "0.9994", "0.99942")]
    public void The_papers_thresholds_for_F_are_rounded_down_and_do_not_satisfy_3(int count, double threshold, string printed, string enough)
    {
        Assert.AreEqual(threshold, PlacementBound.Function(.75, .75, count), 5e-13);
        Assert.IsFalse(Ask(3, $"RF={printed}", "Rf=0.75", "RM=0.75", $"n={count}").IsPossible);
        Assert.IsTrue(Ask(3, $"RF={enough}", "Rf=0.75", "RM=0.75", $"n={count}").IsPossible);
    }

    [TestMethod]
    public void Dependence_is_no_upper_bound_for_a_series_and_one_for_a_parallel_group()
    {
        var values = new Dictionary<string, double> { ["H"] = 0.95, ["M"] = 0.9, ["M1"] = 0.9, ["M2"] = 0.9 };
        foreach (var (text, isHigher, complete) in new[] { ("H & M", true, 0.9), ("M1 | M2", false, 0.9) })
        {
            var diagram = Diagram.Parse(text);
            var independent = diagram.Reliability(values);
            var previous = independent;
            foreach (var beta in new[] { 0.2, 0.5, 0.8, 1 })
            {
                var (dependent, all) = CommonCause.Apply(diagram, values, [new CommonCause([.. diagram.Modules], beta)]);
                var reliability = dependent.Reliability(all);
                Assert.IsTrue(isHigher ? reliability > previous : reliability < previous, $"{text}, β = {beta}");
                previous = reliability;

                // And an experiment that knows nothing of the formula sees the same, well away from independence.
                var missions = MissionSimulation.Run(dependent, all, 20_000, new RandomDraws(7)).Wilson;
                Assert.IsTrue(missions.Contains(reliability), $"{text}, β = {beta}");
                Assert.IsTrue(beta < 0.5 || (isHigher ? missions.Low > independent : missions.High < independent), $"{text}, β = {beta}");
            }

            Assert.AreEqual(complete, previous, 1e-12);
        }
    }

    [TestMethod]
    public void Voting_needs_more_than_eight_ninths_and_loses_again_with_very_reliable_VMs()
    {
        Assert.IsNull(VotingBound.Vms(8.0 / 9 - 1e-12));
        Assert.IsNull(VotingBound.Vms(0.5));
        Assert.IsNotNull(VotingBound.Vms(0.88889));
        Assert.IsFalse(Ask(4, "RM=0.999", "RV=0.98").IsPossible);
        Assert.IsTrue(Ask(4, "RM=0.9", "RV=0.98").IsPossible);
    }

    [TestMethod]
    public void Voting_is_worth_nothing_up_to_R_M_one_half()
    {
        Assert.AreEqual(1, VotingBound.Hypervisor(.5), 0.0);
        Assert.IsFalse(Ask(4, "RM=0.5", "RV=1").IsPossible);
        Assert.IsTrue(Ask(4, "RM=0.5001", "RV=1").IsPossible);
    }

    [TestMethod]
    public void A_better_hypervisor_suits_a_greater_range_of_VMs()
    {
        var (low, high) = VotingBound.Vms(.98)!.Value;
        Assert.AreEqual(.5213169915, low, 1e-10);
        Assert.AreEqual(.9786830085, high, 1e-10);
        Assert.AreEqual(.4573660, high - low, 5e-8);
        var (lowest, highest) = VotingBound.Vms(.9)!.Value;
        Assert.AreEqual(2.0 / 3, lowest, 1e-12);
        Assert.AreEqual(5.0 / 6, highest, 1e-12);
    }

    [TestMethod]
    public void Hardware_that_is_not_perfect_needs_R_divided_by_it()
    {
        var withHardware = Ask(2, "R=0.9", "RM=0.6", "RV=0.99", "RH=0.95").RealBound!.Value;

        Assert.AreEqual(ReplicationBound.Count(0.9 / 0.95, 0.6, 0.99), withHardware, 1e-9);
        Assert.IsGreaterThan(ReplicationBound.Count(0.9, 0.6, 0.99), withHardware);
        Assert.IsFalse(Ask(2, "R=0.945", "RM=0.6", "RV=0.99", "RH=0.95").IsPossible);
    }

    [TestMethod]
    public void Two_replicas_that_are_wrong_in_the_same_way_outvote_the_third()
    {
        // The formula's 0.972 assumes at most one wrong replica at a time; a cause that is common to all takes it below one VM alone.
        var diagram = Diagram.Parse("2of(M1..M3)");
        var values = diagram.Modules.ToDictionary(module => module, _ => 0.9);
        var (dependent, all) = CommonCause.Apply(diagram, values, [new CommonCause(["M"], 1)]);

        Assert.AreEqual(0.972, diagram.Reliability(values), 1e-12);
        Assert.AreEqual(0.9, dependent.Reliability(all), 1e-12);
    }

    [TestMethod]
    [DataRow("R=0.5 RM=0.5 RV=1", 1.0, 2)]
    [DataRow("R=0.998 RM=0.9 RV=0.999", 2.99956549, 3)]
    public void Bound_2_is_strict_so_an_integer_bound_needs_one_VM_more(string given, double bound, int count)
    {
        var answer = Ask(2, given.Split(' '));

        Assert.AreEqual(bound, answer.RealBound!.Value, 5e-9);
        Assert.AreEqual(count, answer.Solution!.Low);
    }

    [TestMethod]
    public void Figure_6_plots_the_bound_on_R_F_although_its_caption_prints_a_ratio() =>
        Assert.AreEqual(.76785714, PaperFigure.All.First(figure => figure.Id == "6a").Curves[0].Y[40], 5e-9);

    private static Answer Ask(int number, params string[] given) => Inequality.All[number - 1].Ask(Assignment.ParseAll(given));
}
