using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Harness.Tests.Branches;

/// <summary>Many mutants at once: their references are packed, and git sees no difference.</summary>
[TestClass]
public sealed class PackedReferencesTests : IDisposable
{
    private static readonly string source = string.Concat(Enumerable.Range(0, 120).Select(number => $"        Step{number}();\n"));

    private readonly ScratchRepository repository = new(source);

    public void Dispose() => repository.Dispose();

    [TestMethod]
    public void Many_branches_are_lines_of_one_file_and_git_finds_nothing_wrong()
    {
        repository.Git("tag", "-a", "-m", "a tag", "v1");
        repository.Git("branch", "topic");
        repository.Git("pack-refs", "--all");
        Emit(120);
        Assert.AreEqual(120, repository.Git("branch", "--list", "mutants/*").Split('\n').Length);
        Assert.IsEmpty(LooseMutants());
        Assert.AreEqual("", repository.Git("fsck", "--full", "--strict", "--no-dangling"));
        Assert.AreEqual(repository.Git("rev-parse", "main"), repository.Git("rev-parse", "v1^{commit}"));
        Assert.AreEqual(repository.Git("rev-parse", "main"), repository.Git("rev-parse", "topic"));
        var lines = File.ReadAllLines(repository[".git/packed-refs"]).Where(line => line[0] is not ('#' or '^')).Select(line => line[41..]).ToList();
        CollectionAssert.AreEqual(lines.Order(StringComparer.Ordinal).ToList(), lines);
    }

    [TestMethod]
    public void Branches_with_a_file_of_their_own_move_too()
    {
        Emit(20);
        Assert.HasCount(20, LooseMutants());
        repository.Write("readme.txt", "Another golden commit.\n");
        var golden = repository.Commit("golden moves");
        Emit(120);
        var parents = repository.Git("for-each-ref", "--format=%(parent)", "refs/heads/mutants").Split('\n');
        Assert.IsTrue(parents.All(parent => parent == golden));
        Assert.HasCount(120, parents);
    }

    [TestMethod]
    public void A_packing_that_is_under_way_is_waited_for()
    {
        repository.Write(".git/packed-refs.lock", "");
        var emission = Task.Run(() => Emit(120, TimeSpan.FromMinutes(5)));

        // Objects come before references, so the pack is there when the lock is met.
        SpinWait.SpinUntil(() => emission.IsCompleted || Directory.GetFiles(repository[".git/objects/pack"], "*.idx").Length > 0);
        Assert.IsFalse(emission.IsCompleted);
        File.Delete(repository[".git/packed-refs.lock"]);
        emission.Wait();
        Assert.AreEqual(120, repository.Git("branch", "--list", "mutants/*").Split('\n').Length);
    }

    [TestMethod]
    public void A_packing_that_does_not_end_is_left_to_the_user()
    {
        repository.Write(".git/packed-refs.lock", "");
        var problem = Assert.ThrowsExactly<UsageException>(() => Emit(120, TimeSpan.Zero));
        Assert.Contains("packing this repository's references", problem.Message);
        Assert.IsTrue(File.Exists(repository[".git/packed-refs.lock"]));
    }

    [TestMethod]
    public void A_branch_that_differs_in_case_only_is_in_the_way()
    {
        repository.Git("branch", "Mutants/mine");
        var problem = Assert.ThrowsExactly<UsageException>(() => Emit(1));
        Assert.Contains("differs from 'refs/heads/mutants/' in upper and lower case only", problem.Message);
    }

    [TestMethod]
    public void Names_of_operators_differ_in_more_than_case() =>
        CollectionAssert.AllItemsAreUnique(FaultOperator.All.Select(each => each.Definition.Id.ToUpperInvariant()).ToList());

    [TestMethod]
    [DataRow(200, MutantRepository.BranchPrefix)]
    [DataRow(201, MutantRepository.HiddenPrefix)]
    public void More_mutants_than_a_menu_bears_are_no_branches(int mutants, string prefix) => Assert.AreEqual(prefix, EmissionOptions.PrefixFor(mutants));

    private void Emit(int count, TimeSpan? patience = null)
    {
        using var opened = repository.Open();
        var options = new EmissionOptions(42);
        opened.Emit(repository.Mutants([.. Enumerable.Range(0, count).Select(number => $"        Step{number}();\n")]), repository.SourceOf, options with { Patience = patience ?? options.Patience });
    }

    private string[] LooseMutants() =>
        Directory.Exists(repository[".git/refs/heads/mutants"]) ? Directory.GetFiles(repository[".git/refs/heads/mutants"], "*", SearchOption.AllDirectories) : [];
}
