using Xen.Mechanisms;
using Xen.Mechanisms.Missions;

namespace Samples.Tests.Mechanisms;

[TestClass]
public sealed class MissionExperimentTests
{
    [TestMethod]
    public void Missions_on_simulated_machines_agree_with_the_closed_forms()
    {
        var results = MissionExperiment.Agreement(1, sets: MissionExperiment.Sets, missions: 300);
        var inside = results.Count(result => result.IsInside);
        Assert.IsGreaterThanOrEqualTo(90, inside, string.Join('\n', MissionExperiment.Table([.. results.Where(result => !result.IsInside)])));
    }

    [TestMethod]
    public void A_common_cause_makes_the_formula_promise_too_much()
    {
        foreach (var kind in new[] { NodeKind.Replicated, NodeKind.TwoOfThree })
        {
            var node = new MissionNode(kind) { Vm = 0.8, CommonCause = 0.8 };
            var measured = node.Run(1, 1500);
            Assert.IsLessThan(node.Formula, measured.High, $"{kind}: {measured}");
        }
    }

    [TestMethod]
    public void Voting_beats_a_node_without_virtualization_above_the_bound_4_and_loses_below_it()
    {
        var plain = new MissionNode(NodeKind.NonVirtualized) { Vm = 0.9 };
        var above = new MissionNode(NodeKind.TwoOfThree) { Vm = 0.9, Hypervisor = 0.98 }.Run(1, 4000);
        var below = new MissionNode(NodeKind.TwoOfThree) { Vm = 0.9, Hypervisor = 0.87 }.Run(1, 4000);
        Assert.IsGreaterThan(plain.Formula, above.Low);
        Assert.IsLessThan(plain.Formula, below.High);
    }

    [TestMethod]
    public void Modules_that_never_fail_never_fail_and_a_dead_one_in_series_always_does()
    {
        foreach (var kind in Enum.GetValues<NodeKind>())
        {
            Assert.AreEqual(50, new MissionNode(kind) { Vm = 1 }.Run(1, 50).K, $"{kind}");
            Assert.AreEqual(0, new MissionNode(kind) { Vm = 1, Hardware = 0 }.Run(1, 50).K, $"{kind}");
        }
    }

    [TestMethod]
    public void The_same_seed_prints_the_same_lines()
    {
        Assert.AreEqual(Output("missions", "--missions", "50", "--csv"), Output("missions", "--missions", "50", "--csv"));
        Assert.AreNotEqual(Output("missions", "--missions", "50", "--csv"), Output("missions", "--missions", "50", "--csv", "--seed", "2"));
        StringAssert.StartsWith(Output("missions", "--missions", "50", "--csv"), "diagram,modules,common cause,missions,succeeded\nH & M,H=0.99 M=0.9,,50,");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("nonsense")]
    [DataRow("table --missions 5")]
    [DataRow("missions --missions 0")]
    [DataRow("missions --seed")]
    [DataRow("voting --csv")]
    public void A_command_line_that_means_nothing_is_refused(string line) =>
        Assert.IsNull(MechanismOptions.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private static string Output(params string[] arguments)
    {
        var output = new StringWriter { NewLine = "\n" };
        Assert.AreEqual(0, MechanismRun.Execute(MechanismOptions.Parse(arguments)!, output));
        return output.ToString();
    }
}
