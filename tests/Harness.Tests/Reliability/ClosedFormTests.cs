using Mutators.Reliability;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Nodes;
using Mutators.Reliability.Numbers;

namespace Harness.Tests.Reliability;

/// <summary>The reliability of each kind of node: known values, and agreement with every state counted out.</summary>
[TestClass]
public sealed class ClosedFormTests
{
    [TestMethod]
    [DataRow(1, 0.8991)]
    [DataRow(2, 0.98901)]
    [DataRow(3, 0.998001)]
    public void Replicated_VMs_have_their_reference_values(int count, double expected) =>
        Assert.AreEqual(expected, Node.Replicated(1, 0.999, 0.9, count), 1e-12);

    [TestMethod]
    [DataRow(0.5, 1.0, 0.5)]
    [DataRow(0.9, 1.0, 0.972)]
    [DataRow(0.9, 0.98, 0.95256)]
    [DataRow(0.9, 0.9, 0.8748)]
    public void Two_of_three_has_its_reference_values(double vm, double hypervisor, double expected) =>
        Assert.AreEqual(expected, Node.TwoOfThree(1, hypervisor, vm), 1e-12);

    [TestMethod]
    public void Two_of_three_is_better_than_no_virtualization_at_098_and_worse_at_09()
    {
        Assert.IsGreaterThan(Node.NonVirtualized(1, 0.9), Node.TwoOfThree(1, 0.98, 0.9));
        Assert.IsLessThan(Node.NonVirtualized(1, 0.9), Node.TwoOfThree(1, 0.9, 0.9));
    }

    [TestMethod]
    public void Every_closed_form_equals_the_sum_over_all_states_up_to_six_VMs()
    {
        foreach (var kind in Enum.GetValues<NodeKind>())
        {
            for (var count = 1; count <= 6; count++)
            {
                foreach (var vm in new[] { 0.1, 0.5, 0.75, 0.93 })
                {
                    var of = new NodeParameters { Hardware = 0.97, Hypervisor = 0.95, Vm = vm, FunctionInVm = 0.8, FunctionInHypervisor = 0.9, Count = count };
                    var (diagram, values) = Node.DiagramOf(kind, of);

                    Assert.AreEqual(Enumeration.Reliability(diagram, values), Node.Reliability(kind, of), 1e-13, $"{kind}, {of}");
                }
            }
        }
    }

    [TestMethod]
    public void The_diagram_of_each_kind_evaluates_to_its_closed_form()
    {
        foreach (var kind in Enum.GetValues<NodeKind>())
        {
            var of = new NodeParameters { Hardware = 0.999, Hypervisor = 0.99, Vm = 0.7, FunctionInVm = 0.6, FunctionInHypervisor = 0.95, Count = 17 };
            var (diagram, values) = Node.DiagramOf(kind, of);

            Assert.AreEqual(Node.Reliability(kind, of), diagram.Reliability(values), 1e-13, $"{kind}");
        }
    }

    [TestMethod]
    public void VMs_that_differ_have_the_product_form() =>
        Assert.AreEqual(0.99 * 0.98 * (1 - 0.1 * 0.5 * 0.7), Node.Replicated(0.99, 0.98, [0.9, 0.5, 0.3]), 1e-15);

    [TestMethod]
    public void More_VMs_are_always_more_reliable_and_approach_the_hypervisor()
    {
        foreach (var vm in new[] { 0.05, 0.3, 0.6, 0.9 })
        {
            for (var n = 1; n <= 14; n++)
            {
                Assert.IsGreaterThan(Node.Replicated(0.9999, 0.999, vm, n), Node.Replicated(0.9999, 0.999, vm, n + 1));
            }

            Assert.AreEqual(0.9999 * 0.999, Node.Replicated(0.9999, 0.999, vm, 2000), 1e-15);
        }
    }

    [TestMethod]
    public void Small_reliabilities_keep_their_digits() =>
        Assert.AreEqual(3.2e-14 - 496e-30, Probability.AtLeastOneOf(32, 1e-15), 1e-29);

    [TestMethod]
    [DataRow(-0.1)]
    [DataRow(1.0000001)]
    [DataRow(double.NaN)]
    public void A_reliability_outside_0_to_1_is_refused(double value)
    {
        var mistake = Assert.ThrowsExactly<ModelInputException>(() => new NodeParameters { Hypervisor = value }.Checked());

        StringAssert.Matches(mistake.Message, new("^R_V = .* is no probability\\.$"));
    }

    [TestMethod]
    public void A_node_without_VMs_is_refused() =>
        Assert.AreEqual("n = 0 is no number of VMs.", Assert.ThrowsExactly<ModelInputException>(() => Node.DiagramOf(NodeKind.Replicated, new NodeParameters { Count = 0 })).Message);
}

/// <summary>The definition of reliability: the sum of the probabilities of all states in which the system works.</summary>
internal static class Enumeration
{
    public static double Reliability(Diagram diagram, IReadOnlyDictionary<string, double> values)
    {
        var sum = 0.0;
        for (var state = 0; state < 1 << diagram.Modules.Length; state++)
        {
            var probability = 1.0;
            foreach (var (index, module) in diagram.Modules.Index())
            {
                probability *= (state >> index & 1) == 1 ? values[module] : 1 - values[module];
            }

            sum += diagram.Works(module => (state >> diagram.Modules.IndexOf(module) & 1) == 1) ? probability : 0;
        }

        return sum;
    }
}
