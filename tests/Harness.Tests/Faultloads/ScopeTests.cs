using Harness.Tests.Campaigns;
using Mutators.Campaign;

namespace Harness.Tests.Faultloads;

/// <summary>What a pull request asks: only what changed, and an exit code that says whether it is good enough.</summary>
[TestClass]
public sealed class ScopeTests
{
    private static Tree tree = null!;

    [ClassInitialize]
    public static void Change(TestContext context)
    {
        tree = new Tree("has_sites_of_every_kind");
        tree.Git("tag", "before");
        tree.Git("switch", "-q", "-c", "feature");
        var kinds = File.ReadAllText(Path.Combine(tree.Root, "App", "Kinds.cs"));
        tree.Write("App/Kinds.cs", kinds.Replace("Note(\"many\");", "Note(\"very many\");", StringComparison.Ordinal).Replace("Note(\"simple\");", "Note(\"simple\"); // as before", StringComparison.Ordinal));
        tree.Commit();

        // What happens on the other branch meanwhile is none of this one's business.
        tree.Git("switch", "-q", "main");
        tree.Write("App/Kinds.cs", kinds.Replace("Note(\"simple\");", "Note(\"simpler\");", StringComparison.Ordinal));
        tree.Commit();
        tree.Git("switch", "-q", "feature");
    }

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    // One after the other: they share the private checkout of one repository.
    [TestMethod]
    public void Since_a_commit_takes_the_sites_of_members_that_changed_on_this_side_only()
    {
        foreach (var reference in (string[])["before", "main"])
        {
            var (code, output, error) = ToolProcess.Run(tree.Root, "list", "--since", reference);

            Assert.AreEqual(0, code, error);
            var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.IsNotEmpty(lines);
            Assert.IsTrue(lines.All(line => line.TrimEnd().EndsWith("in Kinds.Forked", StringComparison.Ordinal)), output);
        }

        var orphan = tree.Git("commit-tree", "HEAD^{tree}", "-m", "no parent");
        foreach (var (reference, message) in ((string, string)[])[("nowhere", "There is no commit 'nowhere'"), (orphan, "no commit in common")])
        {
            var (code, _, error) = ToolProcess.Run(tree.Root, "list", "--since", reference);

            Assert.AreEqual((int)ExitCode.SinceMismatch, code, error);
            Assert.Contains(message, error);
        }

        var empty = ToolProcess.Run(tree.Root, "run", "--since", "HEAD", "--fail-under", "80%", "--reporter", "none");

        Assert.AreEqual(0, empty.ExitCode, empty.Error);
        Assert.Contains("None of 0 injected faults was activated", empty.Output);
    }

    [TestMethod]
    public void A_dry_run_says_what_would_be_run_and_leaves_nothing_behind()
    {
        using var untouched = new Tree("has_sites_of_every_kind");
        var (code, output, error) = ToolProcess.Run(untouched.Root, "run", "--dry-run", "--operators", "MFC", "--member", "Kinds.Forked");

        Assert.AreEqual(0, code, error);
        Assert.Contains("nothing was emitted, built or run", error);
        Assert.Contains("drop call Note(\"many\")", output);
        Assert.AreEqual("", untouched.Git("branch", "--list", "mutants/*"));
        Assert.IsFalse(File.Exists(Path.Combine(untouched.Root, ".mutators", "campaign.db")));
    }

    [TestMethod]
    public void Thresholds_decide_the_exit_code_and_reports_go_where_they_are_asked_to()
    {
        using var run = new Tree("has_sites_of_every_kind");
        string[] faults = ["run", "--operators", "MFC", "--member", "Kinds.Forked"];
        var strict = ToolProcess.Run(run.Root, [.. faults, "--fail-under", "100%", "--reporter", "sarif", "--reporter", "junit=out/mutants.xml,csv"]);
        Assert.AreEqual((int)ExitCode.ThresholdViolated, strict.ExitCode, strict.Error);
        var store = Path.Combine(run.Root, ".mutators", "campaign.db");
        File.Copy(store, Path.Combine(run.Root, "old.db"));
        var same = ToolProcess.Run(run.Root, [.. faults, "--against", "old.db"]);

        Assert.Contains("violated: 0/", strict.Error);
        foreach (var file in (string[])[".mutators/mutators.sarif", "out/mutants.xml", ".mutators/outcomes.csv"])
        {
            Assert.IsTrue(File.Exists(Path.Combine(run.Root, file)), file);
        }

        Assert.AreEqual(0, same.ExitCode, same.Error);
        Assert.Contains("0 worse", same.Error);
        Assert.Contains("mutants with the same outcome", ToolProcess.Run(run.Root, "compare", "old.db").Output);
        Assert.Contains("no report format 'sarfi'", ToolProcess.Run(run.Root, "report", "--format", "sarfi").Error);
    }

    [TestMethod]
    public void Config_says_where_each_value_comes_from()
    {
        tree.Write("other.json", """{ "seed": 9, "sample": 4 }""");
        var (code, output, error) = ToolProcess.Run(tree.Root, "config", "--campaign", "other.json", "--margin", "5%");

        Assert.AreEqual(0, code, error);
        foreach (var row in (string[])[@"seed\s+other\.json\s+9", @"margin\s+--margin\s+0\.05", @"sample\s+--margin\s+-", @"timeFactor\s+default\s+10"])
        {
            Assert.MatchesRegex($"(?m)^{row}", output);
        }
    }

    [TestMethod]
    public void Init_finds_the_program_proves_it_repeatable_and_writes_a_file_that_works()
    {
        using var fresh = new Tree("strict_warnings");
        File.Delete(Path.Combine(fresh.Root, "mutators.json"));
        fresh.Commit();

        var made = ToolProcess.Run(fresh.Root, "init");
        var again = ToolProcess.Run(fresh.Root, "init");

        Assert.AreEqual(0, made.ExitCode, made.Error);
        Assert.Contains("repeatable", made.Error);
        Assert.AreEqual((int)ExitCode.Usage, again.ExitCode);
        Assert.Contains("--force", again.Error);
        var config = ToolProcess.Run(fresh.Root, "config");
        Assert.MatchesRegex(@"(?m)^workloads\s+mutators\.json\s+\[", config.Output);
    }
}
