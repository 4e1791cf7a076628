using System.Globalization;

namespace Harness.Tests.Branches;

[TestClass]
public sealed class MutantNotesTests
{
    [TestMethod]
    public void A_note_is_what_git_shows()
    {
        using var scratch = new ScratchRepository();
        var branch = scratch.Emit("Open();")[0];
        using var repository = scratch.Open();

        repository.WriteNote(branch.CommitSha, "failure-mode: silent-data-failure\nactivated: true");

        Assert.AreEqual("failure-mode: silent-data-failure\nactivated: true", scratch.Git("notes", "--ref=mutators", "show", branch.Name));
        Assert.AreEqual("failure-mode: silent-data-failure\nactivated: true\n", repository.ReadNote(branch.CommitSha));
        scratch.Git("fsck", "--strict", "--no-dangling");
    }

    [TestMethod]
    public void Writing_a_note_again_changes_nothing_and_another_text_replaces_it()
    {
        using var scratch = new ScratchRepository();
        var branch = scratch.Emit("Open();")[0];
        using var repository = scratch.Open();
        repository.WriteNote(branch.CommitSha, "first");
        var first = scratch.Git("rev-parse", "refs/notes/mutators");

        repository.WriteNote(branch.CommitSha, "first");
        Assert.AreEqual(first, scratch.Git("rev-parse", "refs/notes/mutators"));
        repository.WriteNote(branch.CommitSha, "second");

        Assert.AreEqual("second", scratch.Git("notes", "--ref=mutators", "show", branch.Name));
        Assert.AreEqual(first, scratch.Git("rev-parse", "refs/notes/mutators^"));
    }

    [TestMethod]
    public void Notes_that_git_wrote_stay_readable_beside_ours()
    {
        using var scratch = new ScratchRepository();
        var branches = scratch.Emit("Open();", "Read();");
        scratch.Git("notes", "--ref=mutators", "add", "-m", "by git", branches[0].Name);
        scratch.Git("notes", "--ref=mutators", "add", "-m", "of main", "main");
        using var repository = scratch.Open();

        repository.WriteNote(branches[1].CommitSha, "by us");

        Assert.AreEqual("by git\n", repository.ReadNote(branches[0].CommitSha));
        Assert.AreEqual("by git", scratch.Git("notes", "--ref=mutators", "show", branches[0].Name));
        Assert.AreEqual("by us", scratch.Git("notes", "--ref=mutators", "show", branches[1].Name));
        scratch.Git("notes", "--ref=mutators", "append", "-m", "appended by git", branches[1].Name);
        Assert.Contains("appended by git", repository.ReadNote(branches[1].CommitSha)!);
    }

    [TestMethod]
    public void Hundreds_of_notes_are_packed_and_can_be_changed_one_by_one()
    {
        using var scratch = new ScratchRepository();
        var text = scratch.SourceOf("src/C.cs");
        var mutants = Enumerable.Range(0, 300).Select(i => ScratchRepository.Insert("src/C.cs", text, $"/* {i} */")).ToList();
        using var repository = scratch.Open();
        var branches = repository.Emit(mutants, _ => text, new Mutators.Campaign.Branches.EmissionOptions(1, "refs/mutants/"));

        repository.WriteNotes(branches.Select(each => KeyValuePair.Create(each.CommitSha, $"note of {each.Id}")));
        repository.WriteNote(branches[150].CommitSha, "another");

        scratch.Git("fsck", "--strict", "--full", "--no-dangling");
        Assert.HasCount(300, scratch.Git("notes", "--ref=mutators", "list").Split('\n'));
        Assert.AreEqual("another", scratch.Git("notes", "--ref=mutators", "show", branches[150].CommitSha));
        Assert.AreEqual($"note of {branches[7].Id}\n", repository.ReadNote(branches[7].CommitSha));
    }

    [TestMethod]
    public void Many_notes_are_one_commit_of_the_notes()
    {
        using var scratch = new ScratchRepository();
        for (var i = 0; i < 40; i++)
        {
            scratch.Git("commit", "-q", "--allow-empty", "-m", i.ToString(CultureInfo.InvariantCulture));
        }

        var commits = scratch.Git("rev-list", "HEAD").Split('\n');
        using var repository = scratch.Open();

        repository.WriteNotes(commits.Select(each => KeyValuePair.Create(each, $"note of {each}")));

        Assert.AreEqual("1", scratch.Git("rev-list", "--count", "refs/notes/mutators"));
        Assert.HasCount(commits.Length, scratch.Git("notes", "--ref=mutators", "list").Split('\n'));
        Assert.AreEqual($"note of {commits[7]}\n", repository.ReadNote(commits[7]));
    }
}
