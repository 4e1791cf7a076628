using Mutators.Reliability;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Repair;

namespace Harness.Tests.Reliability;

/// <summary>Repair: Markov chains against the closed forms of textbooks.</summary>
[TestClass]
public sealed class RepairTests
{
    private const double Failure = 0.01;
    private const double Repair = 0.5;

    [TestMethod]
    public void One_module_has_its_closed_forms()
    {
        var result = Solve("M", null);

        Assert.AreEqual(Repair / (Failure + Repair), result.Availability, 1e-15);
        Assert.AreEqual(1 / Failure, result.MeanTimeToFailure!.Value, 1e-10);
        Assert.AreEqual(1 / Repair, result.MeanDownTime!.Value, 1e-12);
        Assert.AreEqual(Failure * Repair / (Failure + Repair), result.FailureFrequency, 1e-15);
    }

    [TestMethod]
    public void Two_parallel_modules_have_their_closed_forms_with_one_crew_and_with_two()
    {
        var two = Solve("M1 | M2", null);
        var one = Solve("M1 | M2", 1);

        Assert.AreEqual((3 * Failure + Repair) / (2 * Failure * Failure), two.MeanTimeToFailure!.Value, 1e-8);
        Assert.AreEqual(two.MeanTimeToFailure.Value, one.MeanTimeToFailure!.Value, 1e-8);
        Assert.AreEqual(1 - Math.Pow(Failure / (Failure + Repair), 2), two.Availability, 1e-15);
        var total = Repair * Repair + 2 * Failure * Repair + 2 * Failure * Failure;
        Assert.AreEqual(1 - 2 * Failure * Failure / total, one.Availability, 1e-15);
        Assert.AreEqual(1 / Repair, one.MeanDownTime!.Value, 1e-10);
        Assert.AreEqual(1 / (2 * Repair), two.MeanDownTime!.Value, 1e-10);
    }

    [TestMethod]
    public void Two_of_three_has_its_closed_form() =>
        Assert.AreEqual((5 * Failure + Repair) / (6 * Failure * Failure), Solve("2of(M1..M3)", null).MeanTimeToFailure!.Value, 1e-8);

    [TestMethod]
    public void Without_repair_the_mean_time_to_failure_is_the_sum_over_the_survivors()
    {
        var result = RepairableSystem.Solve(Diagram.Parse("1of(M1..M4)"), new Dictionary<string, FailureAndRepair> { ["M"] = new(Failure, 0) });

        Assert.AreEqual((1.0 / 4 + 1.0 / 3 + 1.0 / 2 + 1) / Failure, result.MeanTimeToFailure!.Value, 1e-9);
        Assert.AreEqual(0, result.Availability, 0.0);
        Assert.IsNull(result.MeanDownTime);
    }

    [TestMethod]
    public void With_a_crew_for_each_module_the_chain_agrees_with_the_diagram_of_availabilities()
    {
        var diagram = Diagram.Parse("H & V & (A & S | B & S | 2of(M1..M3))");
        var rates = new Dictionary<string, FailureAndRepair> { ["H"] = new(1e-6, 0.1), ["V"] = new(1e-4, 1), ["A"] = new(0.02, 0.3), ["B"] = new(0.03, 0.2), ["S"] = new(0.001, 0.5), ["M"] = new(0.05, 1) };
        var values = diagram.Modules.ToDictionary(module => module, module => rates[ModuleNames.Family(module)].Availability);

        Assert.AreEqual(diagram.Reliability(values), RepairableSystem.Solve(diagram, rates).Availability, 1e-13);
    }

    [TestMethod]
    public void Many_modules_are_solved_by_the_diagram_and_agree_with_the_chain()
    {
        // Ten modules go by the chain, eleven by their availabilities; an eleventh that never fails must change nothing.
        var rates = new Dictionary<string, FailureAndRepair> { ["H"] = new(1e-4, 0.1), ["M"] = new(0.05, 0.2), ["X"] = new(0, 1) };
        var chain = RepairableSystem.Solve(Diagram.Parse("H & 5of(M1..M8)"), new Dictionary<string, FailureAndRepair>(rates.Where(each => each.Key != "X")));
        var modules = RepairableSystem.Solve(Diagram.Parse("H & 5of(M1..M8) & X1 & X2"), rates);

        Assert.IsNotNull(chain.MeanTimeToFailure);
        Assert.IsNull(modules.MeanTimeToFailure);
        Assert.AreEqual(chain.Availability, modules.Availability, 1e-13);
        Assert.AreEqual(chain.FailureFrequency, modules.FailureFrequency, 1e-13);
        Assert.AreEqual(chain.MeanDownTime!.Value, modules.MeanDownTime!.Value, 1e-9);
    }

    [TestMethod]
    public void Fewer_crews_are_never_better()
    {
        var availabilities = new int?[] { 1, 2, 3, null }.Select(crews => Solve("2of(M1..M5)", crews).Availability).ToArray();

        CollectionAssert.AreEqual(availabilities.Order().ToArray(), availabilities);
        Assert.IsLessThan(availabilities[3], availabilities[0]);
    }

    [TestMethod]
    public void Rates_of_very_different_size_lose_no_digits()
    {
        var result = RepairableSystem.Solve(Diagram.Parse("M1 | M2"), new Dictionary<string, FailureAndRepair> { ["M"] = new(1e-9, 1e3) });

        Assert.AreEqual((3e-9 + 1e3) / 2e-18, result.MeanTimeToFailure!.Value, 1e8);
    }

    [TestMethod]
    public void A_chain_is_solved_from_its_transitions()
    {
        var chain = MarkovChain.Parse(["up>degraded=0.02", "degraded>up=0.5", "degraded>down=0.02", "down>up=0.1"]);
        var steady = chain.SteadyState(0);

        // Balance by hand: down : degraded = 0.02 : 0.1, and up · 0.02 = degraded · 0.52.
        Assert.AreEqual(26.0 / 27.2, steady[chain.IndexOf("up")], 1e-12);
        Assert.AreEqual(0.2 / 27.2, steady[chain.IndexOf("down")], 1e-12);
        Assert.AreEqual(1350, chain.MeanTimeTo(state => state == chain.IndexOf("down"), 0), 1e-8);
    }

    [TestMethod]
    public void A_state_that_is_never_reached_takes_for_ever()
    {
        var chain = MarkovChain.Parse(["a>b=1", "b>a=1", "c>a=1"]);

        Assert.AreEqual(double.PositiveInfinity, chain.MeanTimeTo(state => state == chain.IndexOf("c"), 0));
        Assert.AreEqual(0, chain.SteadyState(chain.IndexOf("c"))[chain.IndexOf("c")], 0.0);
    }

    [TestMethod]
    public void A_chain_that_can_be_caught_in_two_places_has_no_steady_state()
    {
        var chain = MarkovChain.Parse(["a>b=1", "a>c=1"]);

        StringAssert.StartsWith(Assert.ThrowsExactly<ModelInputException>(() => chain.SteadyState(0)).Message, "The chain has no steady state");
        Assert.AreEqual(1, chain.SteadyState(chain.IndexOf("b"))[chain.IndexOf("b")], 0.0);
    }

    [TestMethod]
    [DataRow("up>down=-1", "the rate of up>down is -1, which is no rate.")]
    [DataRow("up=1", "'up' is no transition between two states.")]
    [DataRow("up>up=1", "'up>up' is no transition between two states.")]
    public void A_transition_that_makes_no_sense_is_refused(string text, string message) =>
        Assert.AreEqual(message, Assert.ThrowsExactly<ModelInputException>(() => MarkovChain.Parse([text])).Message);

    [TestMethod]
    public void Systems_that_make_no_sense_are_refused()
    {
        var rates = new Dictionary<string, FailureAndRepair> { ["M"] = new(1, 1) };

        Assert.AreEqual("0 repair crews repair nothing.", Message(() => RepairableSystem.Solve(Diagram.Parse("M1 | M2"), rates, 0)));
        Assert.AreEqual("Module H has no rates.", Message(() => RepairableSystem.Solve(Diagram.Parse("H & M"), rates)));
        Assert.AreEqual("There is no module 'M' in the diagram.", Message(() => RepairableSystem.Solve(Diagram.Parse("H"), rates)));
        Assert.AreEqual("11 modules with 1 repair crews are too many states.", Message(() => RepairableSystem.Solve(Diagram.Parse("1of(M1..M11)"), rates, 1)));
        Assert.AreEqual("M = 0.1 gives no rates.", Message(() => FailureAndRepair.Parse(new Assignment("M", "0.1"))));

        static string Message(Action action) => Assert.ThrowsExactly<ModelInputException>(action).Message;
    }

    private static AvailabilityResult Solve(string diagram, int? crews) =>
        RepairableSystem.Solve(Diagram.Parse(diagram), new Dictionary<string, FailureAndRepair> { ["M"] = new(Failure, Repair) }, crews);
}
