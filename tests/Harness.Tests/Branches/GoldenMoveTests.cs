using Harness.Tests.Campaigns;
using Microsoft.Extensions.Logging.Abstractions;
using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Reviews;

namespace Harness.Tests.Branches;

/// <summary>Golden goes on, and the mutants go with it.</summary>
[TestClass]
public sealed class GoldenMoveTests
{
    private const string Before = """
        static class Work
        {
            public static void Stays()
            {
                Open();
                Read(1);
            }

            public static void Changes()
            {
                Open();
                Read(2);
            }

            public static void Goes()
            {
                Open();
                Read(3);
            }

            public static void Decided()
            {
                Open();
                Read(4);
            }

            static void Open() { }
            static void Read(int n) { }
        }

        """;

    private static readonly CampaignConfiguration configuration = new() { Targets = ["App"], Operators = ["MFC"], In = ["App/Work.cs"] };

    [TestMethod]
    public void Undecided_mutants_move_and_each_change_is_said()
    {
        using var tree = new Tree("not_repeatable");
        tree.Write("App/Work.cs", Before);
        tree.Commit();
        var old = tree.Git("rev-parse", "HEAD");
        var decided = Emit(tree);
        tree.Write("App/Work.cs", "// A line more on top.\n" + Before
            .Replace("Read(2);", "Read(20);", StringComparison.Ordinal)
            .Replace("Goes()", "Went()", StringComparison.Ordinal));
        tree.Commit();
        var onto = tree.Git("rev-parse", "HEAD");
        tree.Git("switch", "-q", "--detach", old);

        var moved = new GoldenMove(tree.Root, configuration, NullLogger.Instance).Run(onto, [decided], CancellationToken.None);

        CollectionAssert.AreEquivalent(
            new[]
            {
                "Moved MFC: drop call Open() in Work.Stays", "Moved MFC: drop call Read(1) in Work.Stays", "Moved MFC: drop call Open() in Work.Changes",
                "Changed MFC: drop call Read(20) in Work.Changes", "Moved MFC: drop call Open() in Work.Decided", "Kept a reviewer has decided about it",
                "Vanished no such site any more; it was at App/Work.cs:17:9", "Vanished no such site any more; it was at App/Work.cs:18:9",
                "Appeared App/Work.cs:18 MFC: drop call Open() in Work.Went", "Appeared App/Work.cs:19 MFC: drop call Read(3) in Work.Went",
            },
            moved.Select(each => $"{each.Outcome} {each.InWords}").ToList());
        var same = moved.Where(each => each.Outcome is MoveOutcome.Moved).ToList();
        Assert.IsTrue(same.All(each => tree.Git("rev-parse", $"{each.New!.Name}~") == onto));
        Assert.DoesNotContain("@@ App/", tree.Git("range-diff", $"{old}..{same[0].Old!.CommitSha}", $"{onto}..{same[0].New!.CommitSha}"), "Only the messages differ.");
        Assert.AreEqual(8, tree.Git("branch", "--list", "mutants/*").Split('\n').Length);
        Assert.AreEqual(old, tree.Git("rev-parse", "HEAD"));
    }

    /// <summary>Emits a branch for each site, and names one about which a reviewer has decided.</summary>
    private static MutantId Emit(Tree tree)
    {
        using var repository = MutantRepository.Open(tree.Root);
        new CampaignRunner(repository, configuration, NullLogger.Instance).Emit(CancellationToken.None);
        var branch = repository.List().Single(each => each.Trailers.InjectionSite == "App/Work.cs:24:9");
        return new DecisionNotes(repository, TimeProvider.System).Dismiss(branch.Id, branch.CommitSha, Dismissal.Accepted, "it is known").Mutant;
    }
}
