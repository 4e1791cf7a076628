using System.Text;
using Microsoft.CodeAnalysis.Text;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Harness.Tests.Branches;

[TestClass]
public sealed class EmissionTests
{
    [TestMethod]
    public void A_branch_is_one_commit_on_golden_whose_message_explains_the_fault()
    {
        using var scratch = new ScratchRepository();

        var branch = scratch.Emit("Open();")[0];

        Assert.AreEqual($"mutants/MFC/{branch.Id.Hash}", branch.Name);
        Assert.AreEqual($$"""
            tree {{scratch.Git("rev-parse", branch.Name + "^{tree}")}}
            parent {{scratch.Git("rev-parse", "HEAD")}}
            author Mutators <mutators@mutators.invalid> 1772595367 +0130
            committer Mutators <mutators@mutators.invalid> 1772595367 +0130

            MFC: drop call Open() in C.M

            A call made only for its effect can be forgotten without a compile
            error, because nobody reads its value.

            In golden at src/C.cs:5.

            Mutant-Id: {{branch.Id}}
            Fault-Operator: MFC
            Fault-Class: Algorithm
            Injection-Site: src/C.cs:5:9
            Golden-Commit: {{scratch.Git("rev-parse", "HEAD")}}
            Faultload-Seed: 42
            """, scratch.Git("cat-file", "commit", branch.Name));
        Assert.AreEqual("src/C.cs", scratch.Git("diff", "--name-only", "HEAD", branch.Name));
        Assert.AreEqual(branch.Id.ToString(), scratch.Git("log", "-1", "--format=%(trailers:key=Mutant-Id,valueonly,separator=)", branch.Name));
    }

    [TestMethod]
    public void Equal_input_gives_the_same_commit_on_every_machine()
    {
        using var scratch = new ScratchRepository();

        Assert.AreEqual("f3a79783f21e5b1fc8c8621b61943ebf2d913a22", scratch.Emit("Open();")[0].CommitSha);
    }

    [TestMethod]
    public void Emitting_again_changes_nothing()
    {
        using var scratch = new ScratchRepository();
        scratch.Emit("Open();", "Read();");
        var before = (scratch.Git("for-each-ref"), scratch.Git("count-objects", "-v"));

        scratch.Emit("Open();", "Read();");

        Assert.AreEqual(before, (scratch.Git("for-each-ref"), scratch.Git("count-objects", "-v")));
    }

    [TestMethod]
    public void What_is_written_is_a_sound_repository()
    {
        using var scratch = new ScratchRepository();
        scratch.Write("src/deep/er/D.cs", ScratchRepository.Source);
        scratch.Write("src/deep.txt", "sorted between a folder and its files\n");
        scratch.Write("ümlaut.txt", "a name that is not ASCII\n");
        scratch.Commit("more");
        using var repository = scratch.Open();
        var text = scratch.SourceOf("src/deep/er/D.cs");

        var branches = repository.Emit([ScratchRepository.Drop("src/deep/er/D.cs", text, "Read();")], _ => text, new EmissionOptions(1));

        scratch.Git("fsck", "--strict", "--no-dangling");
        Assert.AreEqual("src/deep/er/D.cs", scratch.Git("diff", "--name-only", "HEAD", branches[0].Name));
    }

    [TestMethod]
    [DataRow("utf-8", true, "\r\n", DisplayName = "UTF-8 with a byte order mark and CRLF")]
    [DataRow("utf-8", false, "\n", DisplayName = "UTF-8 without a byte order mark")]
    [DataRow("utf-16", true, "\r\n", DisplayName = "UTF-16")]
    [DataRow("iso-8859-1", false, "\r\n", DisplayName = "a legacy code page")]
    public void The_files_other_bytes_are_kept(string encodingName, bool hasMark, string lineEnd)
    {
        var encoding = Encoding.GetEncoding(encodingName);
        var source = ScratchRepository.Source.Replace("Read();", "Read(); // Größe").ReplaceLineEndings(lineEnd);
        byte[] BytesOf(string text) => [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];
        using var scratch = new ScratchRepository();
        scratch.Write(".gitattributes", "* -text\n");
        scratch.Write("src/C.cs", BytesOf(source));
        scratch.Commit("another encoding");
        var text = SourceText.From(BytesOf(source), BytesOf(source).Length, hasMark || encodingName != "utf-8" ? encoding : new UTF8Encoding(false));
        using var repository = scratch.Open();

        var branch = repository.Emit([ScratchRepository.Drop("src/C.cs", text, "Open();")], _ => text, new EmissionOptions(1))[0];

        var changed = repository.ChangedFiles(branch)[0];
        Assert.AreSequenceEqual(BytesOf(source.Replace("Open();", "")), changed.Content!.Value.ToArray());
    }

    [TestMethod]
    public void Line_ends_that_the_work_tree_converted_do_not_reach_the_branch()
    {
        using var scratch = new ScratchRepository();
        scratch.Git("config", "core.autocrlf", "true");
        File.Delete(scratch["src/C.cs"]);
        scratch.Git("checkout", "-q", "--", "src/C.cs");
        Assert.Contains("\r\n", File.ReadAllText(scratch["src/C.cs"]));
        var parsed = SourceText.From(ScratchRepository.Source, new UTF8Encoding(false));
        using var repository = scratch.Open();

        var branch = repository.Emit([ScratchRepository.Drop("src/C.cs", parsed, "Open();")], _ => parsed, new EmissionOptions(1))[0];

        Assert.AreEqual(ScratchRepository.Source.Replace("Open();", ""), Encoding.UTF8.GetString(repository.ChangedFiles(branch)[0].Content!.Value.Span));
    }

    [TestMethod]
    public void Sites_found_in_another_text_than_goldens_are_refused()
    {
        using var scratch = new ScratchRepository();
        var mutants = scratch.Mutants("Open();");
        scratch.Write("src/C.cs", "// edited\n" + ScratchRepository.Source);
        using var repository = scratch.Open();

        Assert.Contains("not the file", Assert.ThrowsExactly<UsageException>(() => repository.Emit(mutants, scratch.SourceOf, new EmissionOptions(1))).Message);
        Assert.AreEqual("", scratch.Git("for-each-ref", "refs/heads/mutants"));
    }

    [TestMethod]
    public void Work_tree_index_head_and_configuration_stay_as_they_are()
    {
        using var scratch = new ScratchRepository();
        var mutants = scratch.Mutants("Open();", "Read();");
        scratch.Write("staged.txt", "staged\n");
        scratch.Git("add", "staged.txt");
        scratch.Write("readme.txt", "Edited.\n");
        scratch.Write("untracked.txt", "untracked\n");
        var before = Fingerprint(scratch);
        using (var repository = scratch.Open())
        {
            Assert.IsTrue(repository.IsDirty);
            var branches = repository.Emit(mutants, scratch.SourceOf, new EmissionOptions(7));
            repository.WriteNote(branches[0].CommitSha, "failure-mode: no impact");
            Assert.HasCount(2, repository.List());
            using var checkout = Checkout.Create(repository, Path.Combine(repository.OwnFolder, "checkouts", "1"));
            checkout.SwitchTo(branches[0].CommitSha);
            repository.Clean(dryRun: false);
        }

        Assert.AreEqual(before, Fingerprint(scratch));
        Assert.DoesNotContain(".mutators", scratch.Git("status", "--porcelain", "--untracked-files=all"));
    }

    [TestMethod]
    public void A_branch_of_an_older_golden_commit_moves()
    {
        using var scratch = new ScratchRepository();
        var old = scratch.Emit("Open();")[0];
        scratch.Write("readme.txt", "Golden moved on.\n");
        var golden = scratch.Commit("newer");

        var moved = scratch.Emit("Open();")[0];

        Assert.AreEqual(old.RefName, moved.RefName);
        Assert.AreEqual(golden, scratch.Git("rev-parse", moved.Name + "^"));
    }

    [TestMethod]
    public void A_branch_without_our_trailers_is_never_touched_and_nothing_else_is_written()
    {
        using var scratch = new ScratchRepository();
        var taken = scratch.Mutants("Read();")[0];
        scratch.Git("branch", $"mutants/MFC/{taken.Id.Hash}");
        var before = scratch.Git("for-each-ref");

        var problem = Assert.ThrowsExactly<UsageException>(() => scratch.Emit("Open();", "Read();"));

        Assert.Contains(taken.Id.Hash, problem.Message);
        Assert.AreEqual(before, scratch.Git("for-each-ref"));
    }

    [TestMethod]
    [DataRow("--amend", DisplayName = "amended")]
    [DataRow("--allow-empty", DisplayName = "with a commit on top")]
    public void A_branch_that_a_reviewer_edited_is_never_touched(string how)
    {
        using var scratch = new ScratchRepository();
        var branch = scratch.Emit("Open();")[0];
        scratch.Git("switch", "-q", branch.Name);
        scratch.Git("commit", "-q", how, "--reuse-message=HEAD");
        scratch.Git("switch", "-q", "main");
        var before = scratch.Git("for-each-ref");

        Assert.Contains("by hand", Assert.ThrowsExactly<UsageException>(() => scratch.Emit("Open();")).Message);
        using var repository = scratch.Open();
        Assert.IsTrue(repository.Find(branch.Id.ToString()).IsHandEdited);
        Assert.HasCount(1, repository.Clean(dryRun: false).Kept);
        Assert.AreEqual(before, scratch.Git("for-each-ref"));
    }

    [TestMethod]
    public void A_checked_out_mutant_neither_moves_nor_serves_as_golden()
    {
        using var scratch = new ScratchRepository();
        var branch = scratch.Emit("Open();")[0];
        scratch.Git("worktree", "add", "-q", ".git/elsewhere", branch.Name);
        scratch.Write("readme.txt", "Golden moved on.\n");
        scratch.Commit("newer");

        Assert.Contains("checked out", Assert.ThrowsExactly<UsageException>(() => scratch.Emit("Open();")).Message);
        using var inside = MutantRepository.Open(scratch[".git/elsewhere"]);
        var mutants = scratch.Mutants("Read();");
        Assert.Contains("itself a mutant", Assert.ThrowsExactly<UsageException>(() => inside.Emit(mutants, scratch.SourceOf, new EmissionOptions(1))).Message);
        Assert.AreEqual(branch.CommitSha, scratch.Git("rev-parse", branch.Name));
    }

    [TestMethod]
    public void A_branch_named_mutants_stands_in_the_way()
    {
        using var scratch = new ScratchRepository();
        scratch.Git("branch", "mutants");

        Assert.Contains("refs/heads/mutants", Assert.ThrowsExactly<UsageException>(() => scratch.Emit("Open();")).Message);
    }

    [TestMethod]
    public void Mutants_can_be_kept_out_of_the_list_of_branches()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();

        var branch = repository.Emit(scratch.Mutants("Open();"), scratch.SourceOf, new EmissionOptions(1, MutantRepository.HiddenPrefix))[0];

        Assert.AreEqual("  main", scratch.Git("branch", "--no-color").Replace('*', ' '));
        Assert.AreEqual(branch.CommitSha, scratch.Git("rev-parse", branch.Name));
        Assert.AreEqual(branch, repository.Find(branch.Id.ToString()));
    }

    [TestMethod]
    public void A_place_that_clean_would_not_find_is_refused()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();

        Assert.ThrowsExactly<UsageException>(() => repository.Emit(scratch.Mutants("Open();"), scratch.SourceOf, new EmissionOptions(1, "refs/heads/")));
    }

    [TestMethod]
    public void Git_verifies_the_pack_of_a_large_file_with_many_mutants()
    {
        using var scratch = new ScratchRepository();
        var lines = Enumerable.Range(0, 300).Select(i => $"        Call{i:000}({new string('x', 300)});");
        var source = $"class C\n{{\n    void M()\n    {{\n{string.Join('\n', lines)}\n    }}\n}}\n";
        scratch.Write("src/C.cs", source);
        scratch.Commit("large");
        var text = scratch.SourceOf("src/C.cs");
        var statements = Enumerable.Range(0, 300).Select(i => $"Call{i:000}({new string('x', 300)});").ToList();
        var mutants = statements.Select(each => ScratchRepository.Drop("src/C.cs", text, each)).ToList();
        using var repository = scratch.Open();

        var branches = repository.Emit(mutants, _ => text, new EmissionOptions(1, MutantRepository.HiddenPrefix));

        scratch.Git("fsck", "--strict", "--full", "--no-dangling");
        var packs = Directory.GetFiles(scratch[".git/objects/pack"], "*.idx");
        Assert.HasCount(1, packs);
        scratch.Git("verify-pack", packs[0]);
        Assert.AreEqual(source.Replace(statements[299], "").TrimEnd('\n'), scratch.Git("show", branches[299].Name + ":src/C.cs"));
    }

    [TestMethod]
    public void A_cancelled_emission_leaves_neither_branches_nor_half_a_pack()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();
        using var cancel = new CancellationTokenSource();
        var mutants = scratch.Mutants("Open();", "Read();");

        Assert.ThrowsExactly<OperationCanceledException>(() => repository.Emit(
            mutants,
            path =>
            {
                cancel.Cancel();
                return scratch.SourceOf(path);
            },
            new EmissionOptions(1),
            cancel.Token));

        Assert.IsEmpty(repository.List());
        Assert.IsEmpty(Directory.GetFiles(scratch[".git/objects/pack"]));
    }

    private static string Fingerprint(ScratchRepository scratch)
    {
        var files = Directory.EnumerateFiles(scratch.Path, "*", SearchOption.AllDirectories)
            .Select(each => Path.GetRelativePath(scratch.Path, each).Replace('\\', '/'))
            .Where(each => !each.StartsWith(".mutators/", StringComparison.Ordinal))
            .Where(each => !each.StartsWith(".git/", StringComparison.Ordinal) || each is ".git/config" or ".git/HEAD" or ".git/index" or ".git/logs/HEAD")
            .Order(StringComparer.Ordinal);
        return string.Join('\n', files.Select(each => $"{each} {Convert.ToHexStringLower(File.ReadAllBytes(scratch[each]))}"));
    }
}
