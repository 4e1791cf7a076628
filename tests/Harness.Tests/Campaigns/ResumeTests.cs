using Mutators.Campaign;
using Mutators.Campaign.Store;

namespace Harness.Tests.Campaigns;

/// <summary>A campaign that is killed at any moment loses nothing and repeats nothing.</summary>
[TestClass]
public sealed class ResumeTests
{
    private const int Kills = 10;

    private const string Configuration =
        """{ "targets": ["App"], "workloads": [{ "name": "app", "project": "App" }], "operators": ["MFC"], "sample": 5, "sampling": "uniform", "seed": 11, "timeFactor": 1, "memoryMebibytes": 128 }""";

    [TestMethod]
    public void Killed_ten_times_and_resumed_gives_the_outcomes_of_an_undisturbed_campaign()
    {
        using var disturbed = new Tree("fails_in_every_way");
        using var undisturbed = new Tree("fails_in_every_way");
        disturbed.Write("mutators.json", Configuration);
        undisturbed.Write("mutators.json", Configuration);
        const int seed = 20261121;
        var moments = new Random(seed);
        for (var kill = 0; kill < Kills; kill++)
        {
            ToolProcess.RunAndKill(disturbed.Root, moments.Next(100, 9_000), "run");
        }

        var last = ToolProcess.Run(disturbed.Root, "run");
        var reference = ToolProcess.Run(undisturbed.Root, "run");

        Assert.AreEqual(0, last.ExitCode, $"seed {seed}\n{last.Error}");
        Assert.AreEqual(0, reference.ExitCode, reference.Error);
        Assert.AreEqual(Outcomes(undisturbed), Outcomes(disturbed), $"seed {seed}");
        Assert.AreEqual("", disturbed.Git("fsck", "--no-dangling"));
        Assert.AreEqual(
            undisturbed.Git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads"),
            disturbed.Git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads"));
        Assert.AreEqual(Notes(undisturbed), Notes(disturbed));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Interrupted_by_the_user_says_so_and_can_be_resumed()
    {
        // Some of its mutants wait until their time is over, so no campaign is through before the signal comes.
        using var tree = new Tree("leaves_and_dies_in_unusual_ways");

        var (code, error) = ToolProcess.RunAndInterrupt(tree.Root, "activated", "run");

        Assert.AreEqual((int)ExitCode.Interrupted, code, error);
        Assert.Contains("the same command resumes", error);
        Assert.AreEqual("", tree.Git("status", "--porcelain"));
        Assert.AreNotEqual(0, CampaignStore.Read(Path.Combine(tree.Root, ".mutators")).Pending);
    }

    private static string Notes(Tree tree) => tree.Git("log", "--notes=mutators", "--format=%H%n%N", "--branches=mutants/*");

    private static string Outcomes(Tree tree)
    {
        var campaign = CampaignStore.Read(Path.Combine(tree.Root, ".mutators"));
        Assert.AreEqual(0, campaign.Pending);
        return string.Join('\n', campaign.Mutants.SelectMany(each => each.Outcomes).Select(each =>
            $"{each.Outcome.Mutant} {each.Outcome.Mode} {each.Outcome.Detection} {each.Outcome.Reason} run {each.TimesRun} times, {string.Join(" | ", each.Outcome.Differences)}"));
    }
}
