using Harness.Tests.Campaigns;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Harness.Tests.Engines;

/// <summary>Mutants in what types compute while they are initialised, and in what they keep of that, in a library with tests of xUnit.</summary>
[TestClass]
[TestCategory("Slow")]
public sealed class TypeInitialisationTests
{
    private static Tree tree = null!;
    private static CampaignSnapshot campaign = null!;

    [ClassInitialize]
    public static void Run(TestContext context)
    {
        tree = new Tree("its_types_compute_once");
        campaign = tree.Run(new CampaignConfiguration { Operators = ["MFC", "C-ARITH"], TimeFactor = 1 });
    }

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    [TestMethod]
    [DataRow("Square(squares)", FailureMode.FailedAssertion, "Table_is_filled")]
    [DataRow("Enter(names)", FailureMode.UnexpectedException, "System.TypeInitializationException")]
    [DataRow("Add(seen, text)", FailureMode.FailedAssertion, "Length_is_counted")]
    [DataRow("Fill(steps)", FailureMode.FailedAssertion, "Steps_are_counted")]
    public void A_mutant_of_an_initialiser_or_of_what_it_keeps_has_assemblies_loaded_for_it_alone(string call, FailureMode mode, string reason)
    {
        var outcome = campaign.Mutants.Single(each => each.Mutant.Change == $"drop call {call}").Headline!;

        Assert.AreEqual(mode, outcome.Mode, outcome.Reason);
        Assert.Contains(reason, outcome.Reason, StringComparison.Ordinal);
        Assert.StartsWith("reload:load", outcome.Engine);
    }

    [TestMethod]
    [DataRow("Sum", FailureMode.FailedAssertion, "Sum_is_right")]
    [DataRow("Only", FailureMode.UnexpectedException, "System.TypeInitializationException")]
    [DataRow("Unseen", FailureMode.Survived, "")]
    public void A_mutant_of_an_initial_value_is_an_assembly_that_is_loaded_for_it_alone(string property, FailureMode mode, string reason)
    {
        var outcome = campaign.Mutants.Single(each => each.Mutant.Diff.Contains($"-    public static {(property == "Only" ? "char" : "int")} {property} ", StringComparison.Ordinal)).Headline!;

        Assert.AreEqual(mode, outcome.Mode, outcome.Reason);
        Assert.Contains(reason, outcome.Reason, StringComparison.Ordinal);
        Assert.AreEqual("reload:load (the initialiser of a property changes)", outcome.Engine);
    }
}
