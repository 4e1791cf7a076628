using Mutators.Campaign.Branches;

namespace Harness.Tests.Branches;

/// <summary>
/// The git library is made for one version of its native half and may run on another, where a call can fail by itself. This is
/// the walk through every call that the product makes; a native library that passes it can be used.
/// </summary>
[TestClass]
public sealed class NativeLibraryTests
{
    [TestMethod]
    public void Every_call_that_we_make_works_with_the_native_library_at_hand()
    {
        using var scratch = new ScratchRepository();
        scratch.Git("remote", "add", "origin", "https://example.org/code.git");
        scratch.Git("tag", "-a", "v1", "-m", "annotated");
        scratch.Write("untracked.txt", "makes the repository dirty\n");

        // Discover, open, Info, Head, Lookup of commit and tree, status.
        using var repository = MutantRepository.Open(scratch["src"]);
        Assert.IsTrue(repository.IsDirty);
        Assert.AreEqual(scratch.Git("rev-parse", "HEAD^{tree}"), repository.Golden.TreeSha);

        // Tree entries by path and by enumeration, blob streams, references by glob, by name, added and moved.
        var branches = scratch.Emit("Open();", "Read();");
        var moved = repository.Emit(scratch.Mutants("Open();"), scratch.SourceOf, new EmissionOptions(43))[0];
        Assert.AreNotEqual(branches[0].CommitSha, moved.CommitSha);
        Assert.AreEqual(moved.CommitSha, scratch.Git("rev-parse", moved.Name));

        // Messages, signatures and parents of commits; patches and changes between trees.
        var found = repository.Find(moved.Name);
        Assert.AreEqual(moved, found);
        Assert.Contains("@@ -2,7 +2,7 @@", repository.Diff(found));
        Assert.HasCount(1, repository.ChangedFiles(found));
        Assert.IsNotNull(repository.GoldenFile("readme.txt"));

        // Loose blobs, trees and commits; text of blobs.
        repository.WriteNote(found.CommitSha, "activated: true");
        Assert.AreEqual("activated: true\n", repository.ReadNote(found.CommitSha));

        // Symbolic HEAD, remotes, borrowed objects, index.
        using (var checkout = Checkout.Create(repository, Path.Combine(repository.OwnFolder, "checkouts", "1")))
        {
            checkout.SwitchTo(found.CommitSha);
            Assert.AreEqual(ScratchRepository.Source.Replace("Open();", ""), File.ReadAllText(Path.Combine(checkout.Directory, "src", "C.cs")));
        }

        // References removed.
        Assert.HasCount(2, repository.Clean(dryRun: false).Deleted);
        Assert.AreEqual("", scratch.Git("for-each-ref", "refs/heads/mutants"));
        scratch.Git("fsck", "--strict", "--full", "--no-dangling");
    }
}
