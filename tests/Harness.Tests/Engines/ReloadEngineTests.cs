using Harness.Tests.Campaigns;
using Microsoft.Extensions.Logging.Abstractions;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Harness.Tests.Engines;

/// <summary>
/// One campaign by the reload engine over a program that each dropped call brings to an unusual end, or lets leave something behind: each mutant
/// ends as it would alone in a process of its own, whatever ran before it in the same worker.
/// </summary>
[TestClass]
public sealed class ReloadEngineTests
{
    private static readonly CampaignConfiguration configuration = Tree.Configuration with { Engine = CampaignEngine.Reload };

    private static Tree tree = null!;
    private static CampaignSnapshot campaign = null!;

    [ClassInitialize]
    public static void Run(TestContext context)
    {
        tree = new Tree("leaves_and_dies_in_unusual_ways");
        campaign = tree.Run(configuration);
    }

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    [TestMethod]
    [DataRow("FailFast", "Allow()", FailureMode.ControlCrash, "not allowed")]
    [DataRow("Exit", "Allow()", FailureMode.OperationError, "exit code 7")]
    [DataRow("Thread", "Prepare(prepared)", FailureMode.ControlCrash, "on a thread")]
    [DataRow("Deadlock", "gate.Set()", FailureMode.ControlHang, "time")]
    [DataRow("Swallow", "Step(steps)", FailureMode.ControlHang, "time")]
    [DataRow("Escape", "list.Add(5)", FailureMode.ControlCrash, "ArgumentOutOfRangeException")]
    [DataRow("Counted", "Reset()", FailureMode.NoImpact, "")]
    [DataRow("Remembered", "kept.Clear()", FailureMode.NoImpact, "")]
    [DataRow("Forgotten", "table.Remove(\"two\")", FailureMode.NoImpact, "")]
    [DataRow("Built constructor", "parts.Add(count)", FailureMode.SilentDataFailure, "'2'")]
    [DataRow("Iterated", "seen.Add(i)", FailureMode.SilentDataFailure, "'0,0,0'")]
    [DataRow("Awaited", "seen.Add(i)", FailureMode.SilentDataFailure, "'0'")]
    [DataRow("Captured", "see(number + 1)", FailureMode.SilentDataFailure, "'12'")]
    [DataRow(".Of", "items.Add(item)", FailureMode.SilentDataFailure, "'0 2'")]
    [DataRow("Named", "names.Add(\"end\")", FailureMode.SilentDataFailure, "'Named'")]
    [DataRow("Area.get", "sides.Add(Side)", FailureMode.SilentDataFailure, "'3'")]
    [DataRow("Where", "Touch()", FailureMode.NoImpact, "")]
    [DataRow("Timed", "timer.Dispose()", FailureMode.NoImpact, "")]
    [DataRow("Opened", "file.Dispose()", FailureMode.NoImpact, "")]
    [DataRow("Opened", "File.Delete(\"opened.txt\")", FailureMode.NoImpact, "")]
    [DataRow("Cultured", "Restore()", FailureMode.NoImpact, "")]
    [DataRow("Started", "thread.Join()", FailureMode.NoImpact, "")]
    [DataRow("Started", "gate.Wait()", FailureMode.NoImpact, "")]
    [DataRow("Started", "gate.Set()", FailureMode.ControlHang, "time")]
    [DataRow("Started", "thread.Start()", FailureMode.ControlCrash, "ThreadStateException")]
    public void A_dropped_call_ends_as_it_would_alone(string member, string call, FailureMode mode, string reason)
    {
        var outcome = campaign.Mutants
            .Single(each => each.Mutant.Change == $"drop call {call}" && each.Mutant.Member.Contains(member, StringComparison.Ordinal))
            .Headline!;

        Assert.AreEqual(mode, outcome.Mode, outcome.Reason);
        Assert.Contains(reason, outcome.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("reload", outcome.Engine);
    }

    [TestMethod]
    [TestCategory("Slow")]
    [DoNotParallelize]
    public void The_rebuild_engine_says_the_same_of_every_mutant()
    {
        using var repository = MutantRepository.Open(tree.Root);
        var runner = new CampaignRunner(repository, configuration, NullLogger.Instance);
        runner.Run(fresh: false, CancellationToken.None, crossCheck: 100);
        var check = runner.CrossChecked!;

        Assert.AreEqual(campaign.Mutants.Count(each => each.Outcomes.Any(outcome => outcome.Outcome.Engine.StartsWith("reload", StringComparison.Ordinal))), check.Compared);
        Assert.AreEqual("", string.Join("\n", check.Disagreements.Select(each => each.InWords())));
    }

    [TestMethod]
    [DoNotParallelize]
    public void A_branch_that_a_reviewer_edited_runs_as_a_delta_too()
    {
        var outcome = Repeat(text => text.Replace("return \"stepped\";", "return \"by hand\";", StringComparison.Ordinal).Replace("return \"through\";", "return \"both\";", StringComparison.Ordinal));

        Assert.AreEqual(FailureMode.SilentDataFailure, outcome.Mode, outcome.Reason);
        Assert.AreEqual("reload", outcome.Engine);
        Assert.HasCount(2, outcome.Differences);
    }

    [TestMethod]
    [DoNotParallelize]
    [DataRow("runs = 40;\n    private", "runs = 39;\n    private", "the initialiser of a field changes", FailureMode.NoImpact)]
    [DataRow("private static int runs", "internal static int runs", "a declaration changes, not only a body", FailureMode.NoImpact)]
    [DataRow("return \"stepped\";", "return 5;", "CS0029", FailureMode.BuildReject)]
    public void What_no_delta_expresses_is_emitted_whole(string before, string after, string why, FailureMode mode)
    {
        var outcome = Repeat(text => text.Replace(before, after, StringComparison.Ordinal));

        Assert.AreEqual(mode, outcome.Mode, outcome.Reason);
        Assert.Contains(why, mode == FailureMode.BuildReject ? outcome.Reason : outcome.Engine);
    }

    [TestMethod]
    [DoNotParallelize]
    public void What_changes_the_project_is_rebuilt()
    {
        var outcome = Repeat(text => text, "App/App.csproj", project => project.Replace("<ImplicitUsings>", "<Optimize>true</Optimize><ImplicitUsings>", StringComparison.Ordinal));

        Assert.StartsWith("rebuild (", outcome.Engine);
    }

    private static Outcome Repeat(Func<string, string> edit, string path = "App/Ways.cs", Func<string, string>? otherEdit = null)
    {
        using var repository = MutantRepository.Open(tree.Root);
        var branch = repository.List()[0];
        using var elsewhere = new global::Harness.Tests.ScratchFolder();
        tree.Git("worktree", "add", "-q", "--detach", elsewhere["w"], repository.Golden.CommitSha);
        var file = elsewhere["w/" + path];
        File.WriteAllText(file, (otherEdit ?? edit)(File.ReadAllText(file)));
        tree.Git("-C", elsewhere["w"], "commit", "-q", "-a", "-m", "by hand");
        var sha = tree.Git("-C", elsewhere["w"], "rev-parse", "HEAD");
        tree.Git("worktree", "remove", "--force", elsewhere["w"]);
        return new CampaignRunner(repository, configuration, NullLogger.Instance).Repeat(branch with { CommitSha = sha }, CancellationToken.None).Single();
    }
}
