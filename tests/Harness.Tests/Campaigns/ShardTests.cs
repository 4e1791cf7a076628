using Mutators.Campaign;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Store;

namespace Harness.Tests.Campaigns;

/// <summary>A campaign that several machines share is the campaign of one.</summary>
[TestClass]
public sealed class ShardTests
{
    private const string Configuration =
        """{ "targets": ["App"], "workloads": [{ "name": "app", "project": "App" }], "operators": ["MVIV", "MVAV", "MFC", "C-STMT", "C-BLOCK"], "members": ["Kinds.Unread", "Kinds.Forked"] }""";

    [TestMethod]
    public void Two_shards_merged_are_the_campaign_of_one_machine_with_its_duplicates_branches_and_notes()
    {
        using var shared = new Tree("has_sites_of_every_kind");
        using var alone = new Tree("has_sites_of_every_kind");
        shared.Write("mutators.json", Configuration);
        alone.Write("mutators.json", Configuration);

        Succeeds(shared, "run", "--shard", "2/2");
        var early = ToolProcess.Run(shared.Root, "progress");
        Succeeds(shared, "run", "--shard", "1/2");
        var late = ToolProcess.Run(shared.Root, "progress");
        Succeeds(shared, "merge");
        Succeeds(alone, "run");

        Assert.Contains("not begun: 1/2", early.Output);
        Assert.Contains("2 of 2 done", late.Output);
        Assert.AreEqual(Outcomes(alone), Outcomes(shared));
        Assert.Contains(" Duplicate ", Outcomes(alone), "the tree must have duplicates for this test to say something");
        Assert.AreEqual(Branches(alone), Branches(shared));
        Assert.AreEqual(Notes(alone), Notes(shared));
        Assert.AreEqual("", shared.Git("status", "--porcelain", "--", ".mutators"));
    }

    [TestMethod]
    [TestCategory("Slow")]
    public void Two_shards_of_a_campaign_on_tests_merged_are_that_of_one_machine_and_go_on()
    {
        using var shared = new Tree("a_shape", "a_shape_under_xunit", "its_tests_are_xunit_3");
        using var alone = new Tree("a_shape", "a_shape_under_xunit", "its_tests_are_xunit_3");
        const string Members = "Shape.Name";

        Succeeds(shared, "run", "--profile", "classic", "--member", Members, "--shard", "1/2");
        Succeeds(shared, "run", "--profile", "classic", "--member", Members, "--shard", "2/2");
        Succeeds(shared, "merge");
        Succeeds(alone, "run", "--profile", "classic", "--member", Members);

        Assert.AreEqual(Outcomes(alone), Outcomes(shared));
        var golden = CampaignStore.Read(Path.Combine(shared.Root, ".mutators")).Golden.Single();
        foreach (var mutant in CampaignStore.Read(Path.Combine(alone.Root, ".mutators")).Mutants)
        {
            Assert.IsLessThan(golden.Tests!.Tests.Length, golden.Tests.Of(mutant.Mutant.Id).Tests.Length);
        }
    }

    [TestMethod]
    [DataRow("0/8")]
    [DataRow("9/8")]
    [DataRow("1")]
    [DataRow("1/0")]
    [DataRow("-1/8")]
    [DataRow("1/8/2")]
    [DataRow("1/1000001")]
    public void What_is_no_shard_is_refused(string text) =>
        Assert.Contains($"'{text}' is no shard", Assert.ThrowsExactly<UsageException>(() => FaultloadShard.Parse(text)).Message);

    private static void Succeeds(Tree tree, params string[] arguments)
    {
        var (code, _, error) = ToolProcess.Run(tree.Root, arguments);
        Assert.AreEqual(0, code, error);
    }

    private static string Branches(Tree tree) => tree.Git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads");

    private static string Notes(Tree tree) => tree.Git("log", "--notes=mutators", "--format=%H%n%N", "--branches=mutants/*");

    private static string Outcomes(Tree tree)
    {
        var campaign = CampaignStore.Read(Path.Combine(tree.Root, ".mutators"));
        Assert.AreEqual(0, campaign.Pending);
        return string.Join('\n', campaign.Mutants.SelectMany(each => each.Outcomes).Select(each =>
            $"{each.Outcome.Mutant} {each.Outcome.Mode} {each.Outcome.Detection} {each.Outcome.Reason} {string.Join(" | ", each.Outcome.Differences)}"));
    }
}
