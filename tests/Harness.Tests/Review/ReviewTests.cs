using Harness.Tests.Branches;
using Harness.Tests.Campaigns;
using Mutators;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Reviews;
using Mutators.Campaign.Store;
using Mutators.Reporting;

namespace Harness.Tests.Review;

/// <summary>A reviewer at a terminal, and the decisions that stay.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class ReviewTests : IDisposable
{
    private const string Equivalent = "equivalent: nobody reads it";

    private readonly ScratchRepository repository = new();

    [TestInitialize]
    public void WriteCampaign()
    {
        using var opened = repository.Open();
        using var store = CampaignStore.Open(opened.EnsureOwnFolder());
        var fixture = CampaignFixture.Snapshot;
        store.Begin(fixture.Identity, [.. fixture.Golden.Select(golden => golden.Workload)]);
        store.AddMutants([.. fixture.Mutants.Select(each => each.Mutant)], fixture.Sources);
        fixture.Golden.ToList().ForEach(store.AddGoldenRun);
        store.AddActivations([.. fixture.Mutants.SelectMany(each => each.Activations)]);
        store.Record([.. fixture.Mutants.SelectMany(each => each.Outcomes).Select(each => each.Outcome)]);
    }

    public void Dispose() => repository.Dispose();

    [TestMethod]
    public void Keys_walk_through_undetected_failures_the_gravest_first()
    {
        using var terminal = new Terminal(repository.Path, 100, 40, "review");
        var first = terminal.Until("1 of 2");
        Assert.Contains("inconsistent state", first[0]);
        terminal.Send("n");
        Assert.Contains("silent data failure", terminal.Until("2 of 2")[0]);
        terminal.Send("n");
        terminal.Until("This is the last one");
        terminal.Send("p");
        terminal.Until("1 of 2");
        terminal.Send("q");
        Assert.AreEqual(0, terminal.End());
        Assert.Contains("Nothing was decided.", terminal.Everything);
    }

    [TestMethod]
    [DataRow("TERM")]
    [DataRow("INT")]
    public void A_review_that_is_told_to_end_does_so_without_one_more_key_and_leaves_the_terminal_as_it_was(string signal)
    {
        using var terminal = new Terminal(repository.Path, 100, 40, "review");
        terminal.Until("q quit");
        SpinWait.SpinUntil(() => terminal.Settings.Contains("-echo"));
        terminal.Signal(signal);
        Assert.AreEqual(130, terminal.End());
        CollectionAssert.IsSubsetOf(new[] { "echo", "icanon" }, terminal.Settings.ToList());
        Assert.Contains("\e[?1049l", terminal.Everything);
    }

    [TestMethod]
    public void Control_C_ends_a_review()
    {
        using var terminal = new Terminal(repository.Path, 100, 40, "review");
        terminal.Until("q quit");
        terminal.Send("\x03");
        Assert.AreEqual(130, terminal.End());
    }

    [TestMethod]
    public void A_window_that_is_closed_ends_a_review()
    {
        using var terminal = new Terminal(repository.Path, 100, 40, "review");
        terminal.Until("q quit");
        terminal.Close();

        // By itself, or by the hang-up that comes a second time while it ends: nobody is left to tell the difference.
        Assert.Contains(terminal.End(), [129, 130]);
    }

    [TestMethod]
    public void A_page_shows_diff_outcome_and_what_differs_in_colours()
    {
        using var terminal = new Terminal(repository.Path, 100, 60, "review");
        var page = string.Join('\n', terminal.Until("q quit"));
        Assert.Contains("@@ -", page);
        Assert.Contains("-        store.Remove(", page);
        Assert.Contains("lifecycle: inconsistent state", page);
        Assert.Contains("noticed by nobody", page);
        Assert.Contains("1 observation differs", page);
        Assert.Contains("\e[91m-        store.Remove(", terminal.Everything);
        terminal.Send("q");
        terminal.End();
    }

    [TestMethod]
    public void A_decision_needs_a_reason_and_is_a_git_note()
    {
        using (var terminal = new Terminal(repository.Path, 100, 40, "review"))
        {
            terminal.Until("1 of 2");
            terminal.Send("e\r");
            terminal.Until("a decision needs a reason");
            terminal.Send("enobody reads itxy\x7f\x7f\r");
            terminal.Until("2 of 2");
            terminal.Send("q");
            terminal.End();
        }

        using var opened = repository.Open();
        var decision = new DecisionNotes(opened, TimeProvider.System).All().Values.Single();
        Assert.AreEqual(Dismissal.Equivalent, decision.Dismissal);
        Assert.StartsWith("nobody reads it", decision.Reason);
        Assert.Contains("decision: equivalent", repository.Git("show", "refs/notes/mutators-review"));
        Assert.AreEqual("", repository.Git("status", "--porcelain"));
        Assert.HasCount(1, Listed());
        Assert.HasCount(2, Listed("--all"));
    }

    [TestMethod]
    public void A_decision_can_be_taken_back()
    {
        Dismiss(0);
        using (var terminal = new Terminal(repository.Path, 100, 40, "review", "--all"))
        {
            terminal.Until(Equivalent);
            terminal.Send("u");
            terminal.Until("The decision is taken back.");
            terminal.Send("q");
            terminal.End();
        }

        Assert.HasCount(2, Listed());
    }

    [TestMethod]
    [DataRow(200, 50)]
    [DataRow(80, 24)]
    [DataRow(40, 12)]
    [DataRow(20, 6)]
    [DataRow(13, 3)]
    public void A_page_fits_the_terminal_whatever_its_size(int columns, int rows)
    {
        using var terminal = new Terminal(repository.Path, columns, rows, "review");
        Fits(terminal.Until("1 of 2"), columns, rows);
        terminal.Send("jjjj");
        Fits(terminal.Until("1 of 2"), columns, rows);
        terminal.Send("q");
        Assert.AreEqual(0, terminal.End());
    }

    [TestMethod]
    public void Keys_typed_before_the_first_is_read_do_not_stand_in_the_page()
    {
        using var terminal = new Terminal(repository.Path, 80, 24, "review");
        terminal.Until("1 of 2");
        Assert.Contains("-echo", terminal.Settings);
        terminal.Send("q");
        Assert.AreEqual(0, terminal.End());
    }

    [TestMethod]
    public void A_resized_terminal_is_drawn_again()
    {
        using var terminal = new Terminal(repository.Path, 120, 40, "review");
        terminal.Until("1 of 2");
        terminal.Resize(50, 15);
        var page = terminal.Until(screen => screen.Count <= 15 && screen.Any(line => line.Contains("1 of 2", StringComparison.Ordinal)) && screen.All(line => line.Length <= 50), "50 columns, 15 lines");
        Fits(page, 50, 15);
        terminal.Send("n");
        Fits(terminal.Until("2 of 2"), 50, 15);
        terminal.Send("q");
        Assert.AreEqual(0, terminal.End());
    }

    [TestMethod]
    public void Without_a_terminal_it_prints_a_list_and_ends()
    {
        var (code, output, error) = ToolProcess.Run(repository.Path, "review");
        Assert.AreEqual(0, code, error);
        Assert.HasCount(2, output.TrimEnd().Split('\n'));
        Assert.DoesNotContain("\e", output);
        Assert.StartsWith("inconsistent state", output);
    }

    [TestMethod]
    public void What_the_analyzers_read_holds_outcomes_and_decisions()
    {
        Dismiss(0);
        var (code, output, error) = ToolProcess.Run(repository.Path, "export");
        Assert.AreEqual(0, code, error);
        var text = File.ReadAllText(output.Trim());
        Assert.Contains("\"decision\": \"equivalent\"", text);
        Assert.Contains("\"failureMode\": \"silent data failure\"", text);
        Assert.Contains("\"noticed\": \"no monitor noticed", text);
    }

    private string[] Listed(params string[] options) => ToolProcess.Run(repository.Path, ["review", .. options]).Output.TrimEnd().Split('\n');

    private void Dismiss(int index)
    {
        using var opened = repository.Open();
        var item = Mutators.Reporting.Review.ReviewItem.Of(CampaignStore.Read(opened.OwnFolder), new Dictionary<MutantId, ReviewDecision>(), withoutImpact: false, decided: true)[index];
        new DecisionNotes(opened, TimeProvider.System).Dismiss(item.Result.Mutant.Id, item.Result.Mutant.Commit, Dismissal.Equivalent, "nobody reads it");
    }

    private static void Fits(IReadOnlyList<string> screen, int columns, int rows)
    {
        Assert.IsLessThanOrEqualTo(rows, screen.Count, string.Join('\n', screen));
        Assert.IsTrue(screen.All(line => line.Length <= columns), string.Join('\n', screen));
    }
}
