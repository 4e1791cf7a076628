using Harness.Tests.Campaigns;
using Mutators;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Harness.Tests.Faultloads;

/// <summary>What the compiler says to mutants, in a campaign: those that are the same to it are not run, and are counted apart.</summary>
[TestClass]
public sealed class EquivalenceTests
{
    private static Tree tree = null!;
    private static CampaignSnapshot campaign = null!;

    [ClassInitialize]
    public static void Run(TestContext context)
    {
        tree = new Tree("has_sites_of_every_kind");
        campaign = tree.Run(Tree.Configuration with
        {
            Operators = ["MVIV", "MVAV", "MFC", "C-STMT", "C-BLOCK"],
            Members = ["Kinds.Unread", "Kinds.Forked"],
            Engine = CampaignEngine.Reload,
        });
    }

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    [TestMethod]
    public void A_mutant_that_compiles_to_golden_is_recorded_and_not_run()
    {
        var equivalent = campaign.Mutants.Single(each => each.Mutant.Operator == "MVIV");

        Assert.AreEqual(FailureMode.Equivalent, equivalent.Headline!.Mode);
        Assert.AreEqual(0, equivalent.Outcomes.Single().TimesRun);
        Assert.IsEmpty(equivalent.Activations);
        Assert.Contains("failure-mode: equivalent", tree.Git("log", "-1", "--notes=mutators", equivalent.Mutant.Branch));
    }

    [TestMethod]
    public void A_mutant_that_compiles_to_another_of_its_group_is_its_duplicate()
    {
        var duplicates = campaign.Mutants.Where(each => each.Headline!.Mode is FailureMode.Duplicate).ToList();

        Assert.IsNotEmpty(duplicates);
        foreach (var each in duplicates)
        {
            var same = campaign[each.Mutant.SameAs!.Value];
            Assert.AreEqual(each.Mutant.Group, same.Mutant.Group);
            Assert.IsNull(same.Mutant.SameAs);
            Assert.Contains(same.Mutant.Id.ToString(), each.Headline!.Reason);
            Assert.AreEqual(0, each.Outcomes.Single().TimesRun);
        }
    }

    [TestMethod]
    public void A_classic_mutant_is_no_duplicate_of_a_representative_fault()
    {
        var call = campaign.Mutants.First(each => each.Mutant.Operator == "MFC" && each.Mutant.Change.Contains("Note(\"many\")", StringComparison.Ordinal));
        var statement = campaign.Mutants.First(each => each.Mutant.Operator == "C-STMT" && each.Mutant.Change.Contains("Note(\"many\")", StringComparison.Ordinal));

        Assert.IsNull(call.Mutant.SameAs);
        Assert.AreNotEqual(call.Mutant.Id, statement.Mutant.SameAs);
        Assert.AreEqual((FaultGroup.Representative, FaultGroup.Classic), (call.Mutant.Group, statement.Mutant.Group));
    }

    [TestMethod]
    public void Every_mutant_is_accounted_for() => Assert.AreEqual(0, campaign.Pending);

    [TestMethod]
    public void Show_names_the_mutant_that_is_run_in_the_place_of_a_duplicate()
    {
        var duplicate = campaign.Mutants.First(each => each.Mutant.SameAs is not null).Mutant;

        var (code, output, error) = ToolProcess.Run(tree.Root, "show", duplicate.Id.ToString());

        Assert.AreEqual(0, code, error);
        Assert.Contains($"duplicate of {duplicate.SameAs}", output);
    }
}
