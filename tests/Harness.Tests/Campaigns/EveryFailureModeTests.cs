using Harness.Tests.Branches;
using Microsoft.Extensions.Logging.Abstractions;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Harness.Tests.Campaigns;

/// <summary>One campaign over a program that each dropped call breaks in a way of its own; nothing but the workload's process dies of it.</summary>
[TestClass]
public sealed class EveryFailureModeTests
{
    private static Tree tree = null!;
    private static CampaignSnapshot campaign = null!;
    private static string before = "";

    [ClassInitialize]
    public static void Run(TestContext context)
    {
        tree = new Tree("fails_in_every_way");
        before = UserState();
        campaign = tree.Run();
    }

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    [TestMethod]
    [DataRow("Advance()", FailureMode.ControlHang, "time")]
    [DataRow("Fill()", FailureMode.ControlCrash, "KeyNotFoundException")]
    [DataRow("Descend()", FailureMode.ControlCrash, "tack overflow")]
    [DataRow("Trim()", FailureMode.ControlCrash, "memory")]
    [DataRow("Close()", FailureMode.ControlHang, "output")]
    [DataRow("Double(ref sum)", FailureMode.SilentDataFailure, "")]
    [DataRow("Commit()", FailureMode.OperationError, "exit code 3")]
    public void A_dropped_call_ends_as(string call, FailureMode mode, string reason)
    {
        var outcome = Outcome(call, "Step.");

        Assert.AreEqual(mode, outcome.Mode, outcome.Reason);
        Assert.Contains(reason, outcome.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [TestMethod]
    public void A_call_whose_loss_changes_nothing_has_no_impact() =>
        Assert.AreEqual(FailureMode.NoImpact, Outcome("Touch()", "Step.Harmless").Mode);

    [TestMethod]
    public void A_call_that_no_execution_reaches_is_not_activated_and_not_run()
    {
        var result = campaign.Mutants.Single(each => each.Mutant.Member == "Step.Never");

        Assert.AreEqual(FailureMode.NotActivated, result.Headline!.Mode);
        Assert.AreEqual(0, result.Outcomes.Single().TimesRun);
    }

    [TestMethod]
    public void Work_tree_index_head_and_configuration_are_byte_for_byte_as_before() => Assert.AreEqual(before, UserState());

    [TestMethod]
    public void The_branch_alone_is_a_complete_review()
    {
        var mutant = campaign.Mutants.Single(each => each.Mutant.Change.Contains("Fill()", StringComparison.Ordinal)).Mutant;

        var review = tree.Git("log", "-1", "-p", "--notes=mutators", mutant.Branch);

        foreach (var part in (string[])["MFC: drop call Fill() in Step.Crash", $"Mutant-Id: {mutant.Id}", "failure-mode: crash", "-        Fill();", "App/Step.cs"])
        {
            Assert.Contains(part, review);
        }
    }

    [TestMethod]
    public void A_branch_that_a_reviewer_broke_is_a_build_reject_when_run_again()
    {
        using var repository = MutantRepository.Open(tree.Root);
        var branch = repository.List()[0];
        var broken = BreakByHand(branch);

        var outcomes = new CampaignRunner(repository, Tree.Configuration, NullLogger.Instance).Repeat(branch with { CommitSha = broken }, CancellationToken.None);

        Assert.AreEqual(FailureMode.BuildReject, outcomes.Single().Mode, outcomes.Single().Reason);
        Assert.Contains("CS", outcomes.Single().Reason);
    }

    /// <summary>A commit on the branch whose Step.cs does not compile, made without a checkout.</summary>
    private static string BreakByHand(MutantBranch branch)
    {
        using var elsewhere = new ScratchFolder();
        tree.Git("worktree", "add", "-q", "--detach", elsewhere["w"], branch.CommitSha);
        File.AppendAllText(elsewhere["w/App/Step.cs"], "internal class Broken { int x = missing; }\n");
        tree.Git("-C", elsewhere["w"], "commit", "-q", "-a", "-m", "by hand");
        var sha = tree.Git("-C", elsewhere["w"], "rev-parse", "HEAD");
        tree.Git("worktree", "remove", "--force", elsewhere["w"]);
        return sha;
    }

    private static Outcome Outcome(string call, string member) => campaign.Mutants
        .Single(each => each.Mutant.Change == $"drop call {call}" && each.Mutant.Member.StartsWith(member, StringComparison.Ordinal) && each.Mutant.Member != "Step.Never")
        .Headline!;

    /// <summary>Everything of the repository that belongs to the user.</summary>
    private static string UserState()
    {
        var files = Directory.EnumerateFiles(tree.Root, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(tree.Root, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith(".mutators/", StringComparison.Ordinal))
            .Where(file => !file.StartsWith(".git/", StringComparison.Ordinal) || file is ".git/config" or ".git/HEAD" or ".git/index" or ".git/refs/heads/main")
            .Order(StringComparer.Ordinal);
        return string.Join('\n', files.Select(file => file + " " + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(tree.Root, file))))));
    }
}
