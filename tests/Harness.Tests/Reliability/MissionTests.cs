using System.Diagnostics;
using Mutators.Reliability;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Missions;
using Mutators.Reliability.Numbers;

namespace Harness.Tests.Reliability;

/// <summary>Simulated missions against the formulas.</summary>
[TestClass]
public sealed class MissionTests
{
    [TestMethod]
    public void At_least_90_of_100_closed_forms_lie_in_the_interval_of_their_missions()
    {
        var comparisons = Agreement.Measure(sets: 100, missions: 10_000, seed: 1);

        Assert.HasCount(100, comparisons);
        Assert.IsGreaterThanOrEqualTo(90, comparisons.Count(each => each.IsInside), string.Join('\n', comparisons.Where(each => !each.IsInside)));
    }

    [TestMethod]
    public void Over_many_sets_nineteen_of_twenty_lie_inside()
    {
        // A biased draw or a formula that errs by a little shows here and not in a hundred sets: 3 % is five standard deviations.
        var comparisons = Agreement.Measure(sets: 2000, missions: 1000, seed: 2);

        Assert.AreEqual(0.95, comparisons.Count(each => each.IsInside) / 2000.0, 0.03);
    }

    [TestMethod]
    public void A_formula_that_errs_is_found_out()
    {
        // The experiment of a common cause, held against the formula for independent modules: nearly all sets must disagree.
        var diagram = Diagram.Parse("H & V & (M1 | M2 | M3)");
        var random = new RandomDraws(4);
        var inside = 0;
        for (var set = 0; set < 40; set++)
        {
            var values = diagram.Modules.ToDictionary(module => module, module => module.StartsWith('M') ? 0.6 + 0.3 * (set / 40.0) : 0.999);
            var (dependent, all) = CommonCause.Apply(diagram, values, [new CommonCause(["M"], 0.3)]);
            var interval = MissionSimulation.Run(dependent, all, 10_000, random).Wilson;
            inside += interval.Contains(diagram.Reliability(values)) ? 1 : 0;
        }

        Assert.AreEqual(0, inside);
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_missions()
    {
        var diagram = Diagram.Parse("H & 2of(M1..M3)");
        var values = diagram.Modules.ToDictionary(module => module, _ => 0.8);

        Assert.AreEqual(Run(1), Run(1));
        Assert.AreNotEqual(Run(1), Run(2));

        Share Run(ulong seed) => MissionSimulation.Run(diagram, values, 10_000, new RandomDraws(seed));
    }

    [TestMethod]
    public void Ten_thousand_missions_of_fifty_modules_take_far_less_than_a_minute()
    {
        var diagram = Diagram.Parse("H & V & 30of(M1..M48)");
        var watch = Stopwatch.StartNew();
        MissionSimulation.Run(diagram, diagram.Modules.ToDictionary(module => module, _ => 0.8), 10_000, new RandomDraws(1));

        Assert.IsLessThan(10, watch.Elapsed.TotalSeconds);
    }

    [TestMethod]
    public void Certain_modules_always_and_never_work()
    {
        var diagram = Diagram.Parse("A | B");

        Assert.AreEqual(new Share(500, 500), MissionSimulation.Run(diagram, new Dictionary<string, double> { ["A"] = 1, ["B"] = 0 }, 500, new RandomDraws(1)));
        Assert.AreEqual(new Share(0, 500), MissionSimulation.Run(diagram, new Dictionary<string, double> { ["A"] = 0, ["B"] = 0 }, 500, new RandomDraws(1)));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-5)]
    [DataRow(int.MaxValue)]
    public void No_missions_or_too_many_are_refused(int missions) =>
        Assert.AreEqual(
            $"{missions} missions cannot be simulated.",
            Assert.ThrowsExactly<ModelInputException>(() => MissionSimulation.Run(Diagram.Parse("M"), new Dictionary<string, double> { ["M"] = 1 }, missions, new RandomDraws(1))).Message);
}
