using Harness.Tests.Analyzers;
using Harness.Tests.Campaigns;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Store;

namespace Harness.Tests.Review;

/// <summary>
/// From a campaign over a review to the next campaign and the editor: a silent failure is traced, run again, opened and dismissed with keys, and
/// neither drawn nor warned of from then on.
/// </summary>
[TestClass]
[TestCategory("Slow")]
[OSCondition(OperatingSystems.Linux)]
public sealed class ReviewedCampaignTests
{
    private const string Source = "App/Step.cs";

    [TestMethod]
    public void A_dismissed_mutant_is_neither_drawn_again_nor_warned_of()
    {
        using var tree = new Tree("fails_in_every_way");
        tree.Write("mutators.json", """
            { "targets": ["App"], "workloads": [{ "name": "app", "project": "App" }], "operators": ["MFC"], "members": ["Step.Corrupt", "Step.Harmless"] }
            """);
        tree.Commit();
        Campaign(tree);
        var before = Store(tree);
        var silent = before.Mutants.Single(each => each.Mutant.Member == "Step.Corrupt").Mutant.Id;
        Assert.HasCount(2, before.Mutants);
        Assert.HasCount(1, Warnings(tree));

        Review(tree, silent.ToString());

        var (code, shown, error) = ToolProcess.Run(tree.Root, "show", silent.ToString());
        Assert.AreEqual(0, code, error);
        Assert.Contains("dismissed in review as equivalent: it is doubled elsewhere", shown);
        Assert.IsEmpty(Warnings(tree));
        Assert.Contains("it is doubled elsewhere", ToolProcess.Run(tree.Root, "report", "--format", "markdown").Output);
        Campaign(tree, "--fresh");
        Assert.AreSequenceEqual(before.Mutants.Select(each => each.Mutant.Id).Where(id => id != silent), Store(tree).Mutants.Select(each => each.Mutant.Id));
        Assert.DoesNotContain(silent.ToString(), ToolProcess.Run(tree.Root, "list", "--sample", "10").Output);
        Assert.Contains(silent.ToString(), ToolProcess.Run(tree.Root, "list").Output, "A site stays one.");
    }

    private static void Review(Tree tree, string mutant)
    {
        using var terminal = new Terminal(tree.Root, 100, 40, "review");
        Assert.Contains(mutant, terminal.Until("1 of 1")[0]);
        terminal.Send("t");
        terminal.Until("Any key goes back to the review.");
        Assert.Contains($"{mutant} under app", Text(terminal));
        terminal.Send(" ");
        terminal.Until("1 of 1");
        terminal.Send("r");
        terminal.Until("Any key goes back to the review.");
        Assert.Contains("silent data failure", Text(terminal));
        terminal.Send(" ");
        terminal.Until("1 of 1");
        terminal.Send("o");
        terminal.Until("with git: git switch --detach");
        Assert.AreNotEqual(File.ReadAllText(Path.Combine(tree.Root, Source)), File.ReadAllText(Path.Combine(tree.Root, ".mutators", "review", Source)));
        terminal.Send("eit is doubled elsewhere\r");
        terminal.Until("equivalent: it is doubled elsewhere");
        terminal.Send("q");
        Assert.AreEqual(0, terminal.End());
    }

    private static string Text(Terminal terminal) => string.Join(' ', terminal.Screen);

    private static void Campaign(Tree tree, params string[] options)
    {
        var (_, output, error) = ToolProcess.Run(tree.Root, ["run", .. options]);
        Assert.AreEqual(0, Store(tree).Pending, output + error);
        Assert.AreEqual(0, ToolProcess.Run(tree.Root, "export").ExitCode);
    }

    private static CampaignSnapshot Store(Tree tree)
    {
        using var repository = MutantRepository.Open(tree.Root);
        return CampaignStore.Read(repository.OwnFolder);
    }

    /// <summary>What an editor warns of, from the files as they are.</summary>
    private static List<string> Warnings(Tree tree)
    {
        using var editor = new Editor(
            File.ReadAllText(Path.Combine(tree.Root, Source)), outcomes: File.ReadAllText(Path.Combine(tree.Root, ".mutators", "outcomes.json")), path: $"{Editor.Root}/{Source}");
        return [.. editor.Diagnostics().Where(each => each.Id == "MUT2001").Select(each => each.GetMessage())];
    }
}
