using Mutators.Reliability;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Estimates;
using Mutators.Reliability.Numbers;

namespace Harness.Tests.Reliability;

/// <summary>Common causes, and reliabilities that are not known exactly.</summary>
[TestClass]
public sealed class DependenceTests
{
    [TestMethod]
    public void No_module_becomes_less_reliable_by_a_common_cause()
    {
        var diagram = Diagram.Parse("H & 2of(M1..M3)");
        var values = new Dictionary<string, double> { ["H"] = 0.99, ["M1"] = 0.9, ["M2"] = 0.7, ["M3"] = 0.85 };
        var (_, all) = CommonCause.Apply(diagram, values, [new CommonCause(["M"], 0.3)]);

        foreach (var module in new[] { "M1", "M2", "M3" })
        {
            Assert.AreEqual(values[module], all[module] * all["cause of M"], 1e-15);
        }
    }

    [TestMethod]
    public void The_share_0_is_independence_and_the_share_1_of_equal_modules_is_one_module()
    {
        var diagram = Diagram.Parse("1of(M1..M5)");
        var values = diagram.Modules.ToDictionary(module => module, _ => 0.8);

        Assert.AreEqual(diagram.Reliability(values), With(0), 1e-15);
        Assert.AreEqual(0.8, With(1), 1e-15);

        double With(double beta)
        {
            var (dependent, all) = CommonCause.Apply(diagram, values, [new CommonCause(["M"], beta)]);
            return dependent.Reliability(all);
        }
    }

    [TestMethod]
    public void The_beta_factor_has_its_closed_form_for_two_parallel_modules()
    {
        var diagram = Diagram.Parse("M1 | M2");
        var (dependent, all) = CommonCause.Apply(diagram, diagram.Modules.ToDictionary(module => module, _ => 0.9), [CommonCause.Parse("M=0.1")]);
        var own = Math.Pow(0.9, 0.9);

        Assert.AreEqual(Math.Pow(0.9, 0.1) * (2 * own - own * own), dependent.Reliability(all), 1e-15);
    }

    [TestMethod]
    public void Modules_that_never_work_can_have_a_common_cause()
    {
        var diagram = Diagram.Parse("M1 | M2");
        var (dependent, all) = CommonCause.Apply(diagram, diagram.Modules.ToDictionary(module => module, _ => 0.0), [CommonCause.Parse("M=0.5")]);

        Assert.AreEqual(0, dependent.Reliability(all), 0.0);
    }

    [TestMethod]
    [DataRow("M=1.5", "β = 1.5 is no probability.")]
    [DataRow("M", "'M' is no common cause.")]
    [DataRow("X=0.1", "There is no module 'X' in the diagram.")]
    [DataRow("H=0.1", "A common cause needs two modules at least; H is one.")]
    public void A_common_cause_that_makes_no_sense_is_refused(string text, string message)
    {
        var diagram = Diagram.Parse("H & (M1 | M2)");
        var values = diagram.Modules.ToDictionary(module => module, _ => 0.9);

        Assert.AreEqual(message, Assert.ThrowsExactly<ModelInputException>(() => CommonCause.Apply(diagram, values, [CommonCause.Parse(text)])).Message);
    }

    [TestMethod]
    public void A_module_is_in_one_common_cause_only()
    {
        var diagram = Diagram.Parse("H & (M1 | M2)");
        var values = diagram.Modules.ToDictionary(module => module, _ => 0.9);

        Assert.AreEqual(
            "Module M1 is in two common causes.",
            Assert.ThrowsExactly<ModelInputException>(() => CommonCause.Apply(diagram, values, [CommonCause.Parse("M=0.1"), CommonCause.Parse("H,M1=0.1")])).Message);
    }

    // Values of the regularized incomplete beta function to fifteen digits, from an arbitrary-precision library.
    [TestMethod]
    [DataRow(0.3, 2, 5, 0.579825)]
    [DataRow(0.5, 0.5, 0.5, 0.5)]
    [DataRow(0.99, 36.5, 4.5, 0.999811252467691)]
    [DataRow(0.01, 1, 100, 0.63396765872677)]
    [DataRow(0.9, 400, 40, 0.245373188510188)]
    [DataRow(0.2, 0.5, 300.5, 1.0)]
    public void The_beta_distribution_has_its_known_values(double x, double a, double b, double expected) =>
        Assert.AreEqual(expected, BetaDistribution.Cumulative(x, a, b), 2e-13);

    [TestMethod]
    [DataRow(36, 40, 0.763362600124, 0.972074584706)]
    [DataRow(1, 300, 8.43891323178e-5, 0.0184312520481)]
    [DataRow(4, 100, 0.0110044939862, 0.0992571567127)]
    [DataRow(20, 300, 0.0411940162139, 0.101085645211)]
    [DataRow(5, 10, 0.187086028447, 0.812913971553)]
    [DataRow(0, 17, 0, 0.195064322969)]
    [DataRow(17, 17, 0.804935677031, 1)]
    public void Clopper_and_Pearsons_interval_has_its_known_values(int k, int n, double low, double high)
    {
        var interval = new Share(k, n).ClopperPearson;

        Assert.AreEqual(low, interval.Low, 1e-10);
        Assert.AreEqual(high, interval.High, 1e-10);
    }

    [TestMethod]
    public void Wilsons_interval_is_the_one_of_the_reports()
    {
        foreach (var (k, n) in new[] { (20, 300), (0, 300), (10, 10), (0, 0), (36, 480) })
        {
            var (low, high) = new Mutators.Campaign.Outcomes.Proportion(k, n).Wilson;

            Assert.AreEqual(new Interval(low, high), new Share(k, n).Wilson);
        }
    }

    [TestMethod]
    public void Intervals_of_modules_are_propagated_to_their_ends_exactly()
    {
        var modules = ModuleEstimates.Parse(Diagram.Parse("H & (M1 | M2)"), ["H=0.9..0.95", "M1=0.5", "M2=0.6..0.7"]);
        var envelope = modules.Envelope([]);

        Assert.AreEqual(0.9 * (1 - 0.5 * 0.4), envelope.Low, 1e-15);
        Assert.AreEqual(0.95 * (1 - 0.5 * 0.3), envelope.High, 1e-15);
        var drawn = modules.Propagate([], 2000, seed: 3);
        Assert.IsTrue(envelope.Contains(drawn.Middle.Low) && envelope.Contains(drawn.Middle.High) && envelope.Contains(drawn.Mean));
    }

    [TestMethod]
    public void Counts_of_trials_become_their_beta_distribution()
    {
        var one = ModuleEstimates.Parse(Diagram.Parse("M"), ["M=36of40"]).Propagate([], 40_000, seed: 1);

        Assert.AreEqual(36.5 / 41, one.Mean, 0.001);
        Assert.AreEqual(BetaDistribution.Quantile(0.025, 36.5, 4.5), one.Middle.Low, 0.004);
        Assert.AreEqual(BetaDistribution.Quantile(0.975, 36.5, 4.5), one.Middle.High, 0.004);
    }

    [TestMethod]
    public void Copies_of_one_software_are_unknown_together()
    {
        // Two copies of one unknown reliability r fail together with probability E[(1−r)²], which is more than E[1−r]².
        var diagram = Diagram.Parse("M1 | M2");
        var same = ModuleEstimates.Parse(diagram, ["M=2of4"]).Propagate([], 40_000, seed: 1).Mean;
        var apart = ModuleEstimates.Parse(diagram, ["M1=2of4", "M2=2of4"]).Propagate([], 40_000, seed: 1).Mean;

        Assert.AreEqual(1 - (0.25 + 2.5 * 2.5 / (25.0 * 6)), same, 0.004);
        Assert.AreEqual(0.75, apart, 0.004);
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_draws()
    {
        var modules = ModuleEstimates.Parse(Diagram.Parse("H & 2of(M1..M3)"), ["H=0.9..1", "M=36of40"]);

        Assert.AreEqual(modules.Propagate([], 1000, seed: 5), modules.Propagate([], 1000, seed: 5));
        Assert.AreNotEqual(modules.Propagate([], 1000, seed: 5), modules.Propagate([], 1000, seed: 6));
    }

    [TestMethod]
    [DataRow("H=0.9 X=0.5 M=0.9", "There is no module 'X' in the diagram.")]
    [DataRow("H=0.9", "Module M1 has no value.")]
    [DataRow("H=1.1 M=0.9", "H = 1.1 is no probability.")]
    [DataRow("H=0.9..0.8 M=0.9", "0.9..0.8 is no interval.")]
    [DataRow("H=5of4 M=0.9", "5 of 4 are no counts of trials.")]
    [DataRow("H=0of0 M=0.9", "0 of 0 are no counts of trials.")]
    [DataRow("H=good M=0.9", "H = good is no reliability.")]
    [DataRow("H=0.9 H=0.8 M=0.9", "H has two values.")]
    public void Values_that_make_no_sense_are_refused(string given, string message) =>
        Assert.AreEqual(message, Assert.ThrowsExactly<ModelInputException>(() => ModuleEstimates.Parse(Diagram.Parse("H & (M1 | M2)"), given.Split(' '))).Message);

    [TestMethod]
    public void A_modules_own_value_wins_over_its_familys()
    {
        var values = ModuleEstimates.Parse(Diagram.Parse("M1 | M2"), ["M=0.9", "M2=0.5"]).Centre;

        Assert.AreEqual((0.9, 0.5), (values["M1"], values["M2"]));
    }
}
