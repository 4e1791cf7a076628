using Mutators.Reliability;
using Mutators.Reliability.Bounds;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Nodes;

namespace Harness.Tests.Reliability;

/// <summary>The four inequalities: reference values, each solved for each variable, edges, words.</summary>
[TestClass]
public sealed class BoundTests
{
    private static readonly double[] grid = [0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.97];

    [TestMethod]
    [DataRow(0.1, .5263157895, .3690036900, .2907822041, .1755825156, .1227448727, .1035557780)]
    [DataRow(0.5, .6666666667, .5714285714, .5333333333, .5019607843, .5000076295, .5000000001)]
    [DataRow(0.9, .9090909091, .9009009009, .9000900090, .9000000090, .9000000000, .9000000000)]
    public void Bound_1_has_the_reference_values_of_figure_3(double vm, double n2, double n3, double n4, double n8, double n16, double n32)
    {
        foreach (var (count, expected) in new[] { (2, n2), (3, n3), (4, n4), (8, n8), (16, n16), (32, n32) })
        {
            Assert.AreEqual(expected, VirtualizationBound.Hypervisor(vm, count), 1e-10, $"n = {count}");
        }

        Assert.AreEqual(1 / (2 - vm), VirtualizationBound.Hypervisor(vm, 2), 1e-15);
    }

    [TestMethod]
    [DataRow(0.1, 0.98, 37.60721723, 38)]
    [DataRow(0.1, 0.998, 65.55354001, 66)]
    [DataRow(0.5, 0.98, 5.71641335, 6)]
    [DataRow(0.5, 0.998, 9.96434087, 10)]
    [DataRow(0.9, 0.98, 1.72081189, 2)]
    [DataRow(0.9, 0.998, 2.99956549, 3)]
    public void Bound_2_has_the_reference_values_of_figure_4(double vm, double node, double real, int count)
    {
        var answer = Ask(2, $"R={node}", $"RM={vm}", "RV=0.999");

        Assert.AreEqual(real, ReplicationBound.Count(node, vm, 0.999), 5e-9);
        Assert.AreEqual(real, answer.RealBound!.Value, 5e-9);
        Assert.AreEqual(count, answer.Solution!.Low);
    }

    [TestMethod]
    [DataRow(3, .75, .21185714, .76785714)]
    [DataRow(3, .90, .24667568, .83445946)]
    [DataRow(3, .95, .25881473, .85540380)]
    [DataRow(3, .99, .26856757, .87121325)]
    [DataRow(6, .75, .37369318, .94062500)]
    [DataRow(9, .75, .50423723, .98545184)]
    public void Bound_3_has_the_reference_values_of_figure_6(int count, double rest, double atTenth, double atHalf)
    {
        Assert.AreEqual(atTenth, PlacementBound.Function(.1, rest, count), 5e-9);
        Assert.AreEqual(atHalf, PlacementBound.Function(.5, rest, count), 5e-9);
        Assert.AreEqual(1, PlacementBound.Function(1, rest, count), 1e-15);
    }

    [TestMethod]
    [DataRow(1, 3, 4)]
    [DataRow(3, 417, 448)]
    [DataRow(6, 1851063, 1863680)]
    [DataRow(9, 133877433, 133955584)]
    public void Bound_3_is_the_known_fraction_where_both_are_three_quarters(int count, int numerator, int denominator) =>
        Assert.AreEqual((double)numerator / denominator, PlacementBound.Function(.75, .75, count), 1e-14);

    [TestMethod]
    [DataRow(.5, 1)]
    [DataRow(.6, .9259259259)]
    [DataRow(.75, .8888888889)]
    [DataRow(.9, .9259259259)]
    [DataRow(1, 1)]
    public void Bound_4_has_the_reference_values_of_figure_7(double vm, double expected) =>
        Assert.AreEqual(expected, VotingBound.Hypervisor(vm), 1e-10);

    [TestMethod]
    public void Bound_4_is_symmetric_about_three_quarters_and_smallest_there()
    {
        for (var x = 0.5; x <= 1; x += 1.0 / 64)
        {
            Assert.AreEqual(VotingBound.Hypervisor(x), VotingBound.Hypervisor(1.5 - x), 1e-14);
            Assert.IsGreaterThanOrEqualTo(8.0 / 9 - 1e-15, VotingBound.Hypervisor(x));
        }
    }

    [TestMethod]
    public void Bound_1_falls_with_every_VM()
    {
        foreach (var vm in grid.Where(vm => vm < 0.9))
        {
            for (var n = 1; n < 14; n++)
            {
                Assert.IsLessThan(VirtualizationBound.Hypervisor(vm, n), VirtualizationBound.Hypervisor(vm, n + 1), $"{vm}, {n}");
            }
        }
    }

    [TestMethod]
    public void Bound_3_grows_with_VMs_with_the_rest_and_with_the_function_and_is_Rf_for_one_VM()
    {
        for (var n = 1; n <= 6; n++)
        {
            foreach (var (function, rest) in from function in grid from rest in grid select (function, rest))
            {
                var here = PlacementBound.Function(function, rest, n);
                Assert.IsGreaterThan(here, PlacementBound.Function(function, rest, n + 1));
                Assert.IsGreaterThan(here, PlacementBound.Function(function + 0.02, rest, n));
                if (n == 1)
                {
                    Assert.AreEqual(function, here, 0.0);
                }
                else
                {
                    Assert.IsGreaterThan(here, PlacementBound.Function(function, rest + 0.02, n));
                    Assert.IsGreaterThan(function, here);
                }
            }
        }
    }

    [TestMethod]
    [DataRow(1, "RM=0.4 RV=0.6 n=5", 2)]
    [DataRow(2, "R=0.7 RM=0.5 RV=0.95 n=4 RH=0.99", 2)]
    [DataRow(3, "RF=0.8 Rf=0.5 RM'=0.7 n=3", 2)]
    [DataRow(4, "RM=0.7 RV=0.95", 2)]
    public void Each_inequality_is_solved_for_each_of_its_variables_and_the_ends_are_where_it_changes(int number, string text, int least)
    {
        var given = text.Split(' ');
        Assert.IsGreaterThanOrEqualTo(least, given.Length);
        foreach (var left in given.Where(each => !each.StartsWith("RH", StringComparison.Ordinal)))
        {
            var name = left.Split('=')[0];
            var others = given.Where(each => each != left).ToArray();
            var answer = Ask(number, others);
            Assert.IsTrue(answer.IsPossible, answer.Words);
            var (low, high) = (answer.Solution!.Low, answer.Solution.High);
            if (name == "n")
            {
                Assert.IsTrue(Holds(low) && (low == 1 || !Holds(low - 1)), answer.Words);
                Assert.IsTrue(double.IsInfinity(high) || (Holds(high) && !Holds(high + 1)), answer.Words);
                continue;
            }

            const double Step = 1e-9;
            Assert.IsTrue(Holds(low + Step) && Holds(high - Step) && Holds((low + high) / 2), answer.Words);
            Assert.IsTrue(low == 0 || !Holds(low - Step), answer.Words);
            Assert.IsTrue(high == 1 || !Holds(high + Step), answer.Words);

            bool Holds(double value) => Ask(number, [.. others, FormattableString.Invariant($"{name}={value:R}")]).IsPossible;
        }
    }

    [TestMethod]
    public void R_M_of_bound_1_has_its_closed_form_for_two_VMs()
    {
        Assert.AreEqual(2 - 1 / 0.8, Ask(1, "RV=0.8", "n=2").Solution!.High, 1e-15);
        Assert.AreEqual(0.9, VirtualizationBound.Hypervisor(Ask(1, "RV=0.9", "n=3").Solution!.High, 3), 1e-12);
    }

    [TestMethod]
    [DataRow(1, "RM=0 RV=0.5", "no number of VMs is enough")]
    [DataRow(1, "RM=0.5 RV=0.5", "no number of VMs is enough")]
    [DataRow(1, "RM=0.9 RV=0.3", "no number of VMs is enough")]
    [DataRow(1, "RM=1 RV=1", "no number of VMs is enough")]
    [DataRow(1, "RM=0.5 n=1", "no hypervisor is reliable enough")]
    [DataRow(1, "RM=1 n=3", "no hypervisor is reliable enough")]
    [DataRow(1, "RV=0.2 n=5", "no R_M will do")]
    [DataRow(1, "RV=1 n=1", "no R_M will do")]
    [DataRow(2, "R=0.999 RV=0.999 RM=0.9", "no number of VMs is enough")]
    [DataRow(2, "R=0.5 RV=0.999 RM=0", "no number of VMs is enough")]
    [DataRow(2, "R=0.95 RV=0.95 RM=0.9 RH=0.99", "no number of VMs is enough")]
    [DataRow(2, "R=0.9 RM=0.5 n=2", "no hypervisor is reliable enough")]
    [DataRow(2, "R=0.9 RV=0.9 n=4", "no VM is reliable enough")]
    [DataRow(2, "R=0.95 RM=0.9 RV=0.95 n=9 RH=1", "does not hold")]
    [DataRow(3, "RF=0.4 Rf=0.5 RM=0.9", "no number of VMs is right")]
    [DataRow(4, "RM=0.5", "no hypervisor is reliable enough")]
    [DataRow(4, "RM=0.2", "no hypervisor is reliable enough")]
    [DataRow(4, "RM=1", "no hypervisor is reliable enough")]
    [DataRow(4, "RV=0.88", "no R_M will do for 2-of-3 voting to be more reliable than the non-virtualized node: that needs R_V > 8/9")]
    public void What_cannot_be_is_said_in_one_line(int number, string given, string words)
    {
        var answer = Ask(number, given.Split(' '));

        Assert.IsFalse(answer.IsPossible);
        Assert.IsNull(answer.Solution);
        Assert.Contains(words, answer.Words);
        Assert.DoesNotContain("\n", answer.Words);
    }

    [TestMethod]
    [DataRow(1, "RM=0.5 RV=1", 2)]
    [DataRow(2, "R=0.9 RM=1 RV=0.95", 1)]
    [DataRow(2, "R=0 RM=0.1 RV=0.95", 1)]
    [DataRow(2, "R=0.5 RM=0.5 RV=1", 2)]
    [DataRow(2, "R=0.75 RM=0.5 RV=1", 3)]
    [DataRow(2, "R=0.999 RM=0.9 RV=1", 4)]
    [DataRow(2, "R=0.98901 RM=0.9 RV=0.999", 3)]
    [DataRow(2, "R=0.989009999999 RM=0.9 RV=0.999", 2)]
    public void The_smallest_number_of_VMs_is_exact_also_where_the_bound_is_an_integer(int number, string given, int count) =>
        Assert.AreEqual(count, Ask(number, given.Split(' ')).Solution!.Low);

    [TestMethod]
    public void The_smallest_number_of_VMs_is_the_smallest_on_a_grid_of_decimals()
    {
        foreach (var (vm, hypervisor, tenth) in from vm in Enumerable.Range(1, 9) from hypervisor in new[] { 0.9, 0.99, 1 } from tenth in Enumerable.Range(1, 8) select (vm / 10.0, hypervisor, tenth))
        {
            var count = (int)Ask(2, FormattableString.Invariant($"R={tenth / 10.0}"), FormattableString.Invariant($"RM={vm}"), FormattableString.Invariant($"RV={hypervisor}")).Solution!.Low;

            Assert.IsTrue(Exceeds(count) && !Exceeds(count - 1), $"{vm}, {hypervisor}, {tenth}: {count}");

            // The powers of small decimals fit into a decimal, which calculates them without rounding.
            bool Exceeds(int n) => (decimal)hypervisor * (1 - Enumerable.Repeat(1 - (decimal)vm, n).Aggregate(1m, (product, each) => product * each)) > tenth / 10m;
        }
    }

    [TestMethod]
    public void A_number_of_VMs_beyond_exact_powers_is_still_the_bound()
    {
        var answer = Ask(2, "R=0.5", "RM=0.000001", "RV=0.999");

        Assert.AreEqual(Math.Log(1 - 0.5 / 0.999) / Math.Log(1 - 0.000001), answer.RealBound!.Value, 1e-3);
        Assert.AreEqual(Math.Floor(answer.RealBound.Value) + 1, answer.Solution!.Low);
    }

    [TestMethod]
    [DataRow("RF=1 Rf=0.5 RM=0.9", double.PositiveInfinity)]
    [DataRow("RF=0.5 Rf=0.5 RM=0.9", 1)]
    [DataRow("RF=0.9932 Rf=0.75 RM=0.75", 5)]
    [DataRow("RF=0.99324 Rf=0.75 RM=0.75", 6)]
    public void A_function_in_the_hypervisor_suits_so_many_VMs_at_most(string given, double most) =>
        Assert.AreEqual(most, Ask(3, given.Split(' ')).Solution!.High);

    [TestMethod]
    [DataRow(1, "RM=0.1 RV=0.3", "with R_M = 0.1 and R_V = 0.3, at least 4 VMs are needed for the virtualized node to be more reliable than the non-virtualized one (n > 3.84835918)")]
    [DataRow(2, "R=0.989009999999 RM=0.9 RV=0.999", "with R = 0.989009999999, R_M = 0.9 and R_V = 0.999, at least 2 VMs are needed for the node to be more reliable than R (n > 1.99999999)")]
    [DataRow(2, "R=0.75 RM=0.5 RV=1", "with R = 0.75, R_M = 0.5 and R_V = 1, at least 3 VMs are needed for the node to be more reliable than R (n > 2)")]
    [DataRow(3, "Rf=0.75 RM=0.75 n=6", "with R_f = 0.75, R_M′ = 0.75 and n = 6, R_F must be at least 0.993230061 for the function to be as reliable in the hypervisor as inside the VMs")]
    [DataRow(4, "RV=0.98", "with R_V = 0.98, R_M must be greater than 0.5213169916 and less than 0.9786830084 for 2-of-3 voting to be more reliable than the non-virtualized node")]
    [DataRow(4, "RM=0.9 RV=0.9", "with R_M = 0.9 and R_V = 0.9, the condition for 2-of-3 voting to be more reliable than the non-virtualized node does not hold")]
    public void Answers_are_sentences_and_no_printed_bound_is_rounded_to_the_wrong_side(int number, string given, string words) =>
        Assert.AreEqual(words, Ask(number, given.Split(' ')).Words);

    [TestMethod]
    [DataRow(1, "RM=1.2 RV=0.3", "R_M = 1.2 is no probability.")]
    [DataRow(1, "RM=-0.1 RV=0.3", "R_M = -0.1 is no probability.")]
    [DataRow(1, "RM=much RV=0.3", "RM = much is no number.")]
    [DataRow(1, "RM=0.1 n=0", "n = 0 is no number of VMs.")]
    [DataRow(1, "RM=0.1 n=-3", "n = -3 is no number of VMs.")]
    [DataRow(1, "RM=0.1 n=2.5", "n = 2.5 is no number of VMs.")]
    [DataRow(1, "RM=0.1", "Inequality (1) cannot be solved for R_V and n at once.")]
    [DataRow(1, "RM=0.1 RM=0.2", "RM has two values.")]
    [DataRow(2, "R=0.5 RF=0.2", "Inequality (2) has no variable RF.")]
    [DataRow(4, "RM", "'RM' gives no value to a name.")]
    public void Bad_input_is_one_line(int number, string given, string message)
    {
        var mistake = Assert.ThrowsExactly<ModelInputException>(() => Ask(number, given.Split(' ')));

        Assert.AreEqual(message, mistake.Message);
        Assert.AreNotEqual("", mistake.Remedy);
    }

    [TestMethod]
    public void A_node_beats_no_virtualization_exactly_where_bound_1_holds()
    {
        foreach (var (vm, hypervisor) in from vm in grid from hypervisor in grid select (vm, hypervisor))
        {
            for (var n = 1; n <= 6; n++)
            {
                var difference = Node.Replicated(0.97, hypervisor, vm, n) - Node.NonVirtualized(0.97, vm);
                if (Math.Abs(difference) > 1e-12)
                {
                    Assert.AreEqual(difference > 0, Ask(1, $"RM={vm}", $"RV={hypervisor}", $"n={n}").IsPossible);
                }
            }
        }
    }

    private static Answer Ask(int number, params string[] given) => Inequality.All[number - 1].Ask(Assignment.ParseAll(given));
}
