using System.Text;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Harness.Tests.Branches;

[TestClass]
public sealed class MutantRepositoryTests
{
    [TestMethod]
    public void A_folder_outside_any_repository_is_not_usable()
    {
        using var folder = new ScratchFolder();

        AssertNotUsable(folder.Path, "no git repository");
    }

    [TestMethod]
    public void A_bare_repository_is_not_usable()
    {
        using var folder = new ScratchFolder();
        folder.Run("git", "init", "-q", "--bare");

        AssertNotUsable(folder.Path, "bare");
    }

    [TestMethod]
    public void A_repository_without_a_commit_is_not_usable()
    {
        using var folder = new ScratchFolder();
        folder.Run("git", "init", "-q");

        AssertNotUsable(folder.Path, "no commit");
    }

    [TestMethod]
    public void A_sha256_repository_is_not_usable_and_is_called_so()
    {
        using var folder = new ScratchFolder();
        folder.Run("git", "init", "-q", "--object-format=sha256");
        folder.Run("git", "commit", "-q", "--allow-empty", "-m", "golden");

        AssertNotUsable(folder.Path, "SHA-256");
    }

    [TestMethod]
    public void Golden_is_head_with_its_tree_and_author_date()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();

        Assert.AreEqual(
            new GoldenTree(scratch.Git("rev-parse", "HEAD"), scratch.Git("rev-parse", "HEAD^{tree}"), DateTimeOffset.Parse("2026-03-04T05:06:07+01:30")),
            repository.Golden);
        Assert.IsFalse(repository.IsDirty);
    }

    [TestMethod]
    public void A_folder_below_opens_the_whole_repository()
    {
        using var scratch = new ScratchRepository();
        using var repository = MutantRepository.Open(scratch["src"]);

        Assert.AreEqual(scratch.Path, repository.Root);
    }

    [TestMethod]
    public void A_detached_head_is_golden()
    {
        using var scratch = new ScratchRepository();
        scratch.Git("switch", "-q", "--detach");

        Assert.HasCount(1, scratch.Emit("Open();"));
    }

    [TestMethod]
    public void A_worktree_shares_the_branches_of_its_repository()
    {
        using var scratch = new ScratchRepository();
        using var other = new ScratchFolder();
        scratch.Git("worktree", "add", "-q", "--detach", other["tree"]);
        using (var repository = MutantRepository.Open(other["tree"]))
        {
            Assert.AreEqual(other["tree"], repository.Root);
            repository.Emit(scratch.Mutants("Open();"), scratch.SourceOf, new EmissionOptions(1));
            using var checkout = Checkout.Create(repository, Path.Combine(repository.OwnFolder, "checkouts", "1"));
            Assert.IsTrue(File.Exists(Path.Combine(checkout.Directory, "src", "C.cs")));
        }

        using var main = scratch.Open();
        Assert.HasCount(1, main.List());
    }

    [TestMethod]
    public void Branches_are_listed_with_the_facts_of_their_trailers_after_git_packed_them()
    {
        using var scratch = new ScratchRepository();
        var emitted = scratch.Emit("Open();", "Read();");
        scratch.Git("gc", "-q");
        using var repository = scratch.Open();

        Assert.AreSequenceEqual(emitted.OrderBy(each => each.Id), repository.List());
        Assert.AreEqual("src/C.cs:5:9", repository.Find(emitted[0].Id.ToString()).Trailers.InjectionSite);
    }

    [TestMethod]
    public void Other_branches_below_mutants_are_not_listed()
    {
        using var scratch = new ScratchRepository();
        scratch.Git("branch", "mutants/my-own");
        scratch.Git("branch", "mutants/MFC/0123456789");
        using var repository = scratch.Open();

        Assert.IsEmpty(repository.List());
        Assert.IsEmpty(repository.Clean(dryRun: false).Deleted);
        Assert.Contains("mutants/MFC/0123456789", scratch.Git("branch"));
    }

    [TestMethod]
    public void A_mutant_is_found_by_every_name_it_has()
    {
        using var scratch = new ScratchRepository();
        var wanted = scratch.Emit("Open();", "Read();")[0];
        using var repository = scratch.Open();

        foreach (var name in new[] { wanted.Id.ToString(), wanted.Id.ToString()[..8], wanted.Id.Hash[..4], wanted.Name, wanted.RefName })
        {
            Assert.AreEqual(wanted, repository.Find(name), name);
        }
    }

    [TestMethod]
    [DataRow("MFC-", "can be", DisplayName = "a prefix of several")]
    [DataRow("MIFS-123", "no mutant", DisplayName = "a prefix of none")]
    public void A_name_of_none_or_several_is_a_users_problem(string name, string message)
    {
        using var scratch = new ScratchRepository();
        scratch.Emit("Open();", "Read();");
        using var repository = scratch.Open();

        Assert.Contains(message, Assert.ThrowsExactly<UsageException>(() => repository.Find(name)).Message);
    }

    [TestMethod]
    public void A_diff_is_the_patch_that_git_shows()
    {
        using var scratch = new ScratchRepository();
        var branch = scratch.Emit("Open();")[0];
        using var repository = scratch.Open();

        var diff = repository.Diff(branch);

        Assert.AreEqual(scratch.Git("diff", "HEAD", branch.Name), diff.TrimEnd('\n'));
        Assert.Contains("\n-        Open();\n", diff);
    }

    [TestMethod]
    public void Changed_files_hold_what_a_reviewer_added_and_deleted()
    {
        using var scratch = new ScratchRepository();
        var branch = scratch.Emit("Open();")[0];
        scratch.Git("switch", "-q", branch.Name);
        scratch.Write("added.txt", "added\n");
        File.Delete(scratch["readme.txt"]);
        scratch.Commit("by hand");
        scratch.Git("switch", "-q", "main");
        using var repository = scratch.Open();

        var changed = repository.ChangedFiles(repository.Find(branch.Name));

        Assert.AreSequenceEqual(["added.txt", "readme.txt", "src/C.cs"], changed.Select(each => each.Path));
        Assert.AreEqual("added\n", Encoding.UTF8.GetString(changed[0].Content!.Value.Span));
        Assert.IsNull(changed[1].Content);
    }

    [TestMethod]
    public void A_golden_file_is_read_from_the_commit_and_not_from_the_work_tree()
    {
        using var scratch = new ScratchRepository();
        scratch.Write("readme.txt", "Edited.\n");
        using var repository = scratch.Open();

        Assert.AreEqual("Read me.\n", Encoding.UTF8.GetString(repository.GoldenFile("readme.txt")!.Value.Span));
        Assert.IsNull(repository.GoldenFile("absent.txt"));
    }

    [TestMethod]
    public void Cleaning_deletes_our_branches_with_their_notes_and_nothing_else()
    {
        using var scratch = new ScratchRepository();
        var golden = scratch.Git("rev-parse", "HEAD");
        scratch.Git("branch", "mine");
        var branches = scratch.Emit("Open();", "Read();");
        using var repository = scratch.Open();
        repository.WriteNotes([new(branches[0].CommitSha, "one"), new(golden, "a note of the user's own commit")]);
        var before = scratch.Git("for-each-ref");

        var wouldGo = repository.Clean(dryRun: true);
        Assert.AreEqual(before, scratch.Git("for-each-ref"));
        var gone = repository.Clean(dryRun: false);

        Assert.AreSequenceEqual(wouldGo.Deleted, gone.Deleted);
        Assert.HasCount(2, gone.Deleted);
        Assert.AreEqual("refs/heads/main\nrefs/heads/mine\nrefs/notes/mutators", scratch.Git("for-each-ref", "--format=%(refname)"));
        Assert.IsNull(repository.ReadNote(branches[0].CommitSha));
        Assert.IsNotNull(repository.ReadNote(golden));
    }

    [TestMethod]
    public void Cleaning_many_branches_goes_through_git_and_leaves_what_a_reviewer_changed()
    {
        var calls = Enumerable.Range(0, 60).Select(i => $"Call{i}();").ToArray();
        using var scratch = new ScratchRepository($"class C\n{{\n    void M()\n    {{\n{string.Concat(calls.Select(call => $"        {call}\n"))}    }}\n}}\n");
        var branches = scratch.Emit(calls);
        scratch.Git("pack-refs", "--all");
        scratch.Git("update-ref", branches[0].RefName, scratch.Git("commit-tree", "-p", branches[0].CommitSha, "-m", "by hand", "HEAD^{tree}"));
        using var repository = scratch.Open();

        var cleaned = repository.Clean(dryRun: false);

        Assert.HasCount(59, cleaned.Deleted);
        Assert.AreEqual($"refs/heads/main\n{branches[0].RefName}", scratch.Git("for-each-ref", "--format=%(refname)"));
    }

    private static void AssertNotUsable(string path, string message)
    {
        var problem = Assert.ThrowsExactly<UsageException>(() => MutantRepository.Open(path));
        Assert.Contains(message, problem.Message);
        Assert.AreEqual(ExitCode.RepositoryNotUsable, problem.ExitCode);
    }
}
