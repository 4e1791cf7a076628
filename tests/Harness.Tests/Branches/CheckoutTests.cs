using System.Text;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Harness.Tests.Branches;

[TestClass]
public sealed class CheckoutTests
{
    [TestMethod]
    public void A_checkout_holds_goldens_files_and_git_finds_them_clean()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();
        using var checkout = CheckoutOf(repository);

        Assert.AreEqual(ScratchRepository.Source, Read(checkout, "src/C.cs"));
        Assert.AreEqual(repository.Golden.CommitSha, checkout.CommitSha);
        Assert.AreEqual("", GitIn(checkout, "status", "--porcelain"));
        Assert.AreEqual(scratch.Git("rev-parse", "HEAD"), GitIn(checkout, "rev-parse", "HEAD"));
        Assert.AreEqual("main", GitIn(checkout, "branch", "--show-current"));
    }

    [TestMethod]
    public void A_build_in_it_sees_the_tags_and_remotes_of_the_repository_but_no_password()
    {
        using var scratch = new ScratchRepository();
        scratch.Git("tag", "v1.2");
        scratch.Git("remote", "add", "origin", "https://name:secret@example.org/code.git");
        scratch.Emit("Open();");
        using var repository = scratch.Open();
        using var checkout = CheckoutOf(repository);

        Assert.AreEqual("v1.2", GitIn(checkout, "describe", "--tags"));
        Assert.AreEqual("https://example.org/code.git", GitIn(checkout, "remote", "get-url", "origin"));
        Assert.AreEqual("", GitIn(checkout, "for-each-ref", "refs/heads/mutants"));
    }

    [TestMethod]
    public void Bytes_are_those_of_the_commit_whatever_attributes_and_configuration_say()
    {
        using var scratch = new ScratchRepository();
        scratch.Write("crlf.txt", "one\r\ntwo\r\n");
        scratch.Write("lf.txt", "one\ntwo\n");
        scratch.Commit("raw");
        scratch.Write(".gitattributes", "*.txt text eol=crlf\n");
        scratch.Git("add", ".gitattributes");
        scratch.Git("commit", "-q", "-m", "attributes");
        scratch.Git("config", "core.autocrlf", "true");
        using var repository = scratch.Open();
        using var checkout = CheckoutOf(repository);

        Assert.AreEqual("one\r\ntwo\r\n", Read(checkout, "crlf.txt"));
        Assert.AreEqual("one\ntwo\n", Read(checkout, "lf.txt"));
        Assert.AreEqual("", GitIn(checkout, "status", "--porcelain"));
    }

    [TestMethod]
    public void Executable_bits_links_and_submodules_are_as_git_would_leave_them()
    {
        using var scratch = new ScratchRepository();
        scratch.Write("run.sh", "#!/bin/sh\n");
        scratch.Git("add", "run.sh");
        scratch.Git("update-index", "--chmod=+x", "run.sh");
        scratch.Git("update-index", "--add", "--cacheinfo", $"160000,{scratch.Git("rev-parse", "HEAD")},module");
        File.CreateSymbolicLink(scratch["link"], "readme.txt");
        scratch.Git("add", "link");
        scratch.Git("commit", "-q", "-m", "modes");
        using var repository = scratch.Open();
        using var checkout = CheckoutOf(repository);

        Assert.AreEqual("readme.txt", new FileInfo(Path.Combine(checkout.Directory, "link")).LinkTarget);
        Assert.IsTrue(Directory.Exists(Path.Combine(checkout.Directory, "module")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.IsTrue(File.GetUnixFileMode(Path.Combine(checkout.Directory, "run.sh")).HasFlag(UnixFileMode.UserExecute));
        }
    }

    [TestMethod]
    public void Switching_writes_only_what_differs_with_a_fresh_time_and_keeps_build_outputs()
    {
        using var scratch = new ScratchRepository();
        var branch = scratch.Emit("Open();")[0];
        using var repository = scratch.Open();
        using var checkout = CheckoutOf(repository);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(PathIn(checkout, "readme.txt"), old);
        File.SetLastWriteTimeUtc(PathIn(checkout, "src/C.cs"), old);
        Write(checkout, "src/obj/C.dll", "built");

        checkout.SwitchTo(branch.CommitSha);

        Assert.AreEqual(ScratchRepository.Source.Replace("Open();", ""), Read(checkout, "src/C.cs"));
        Assert.AreEqual(old, File.GetLastWriteTimeUtc(PathIn(checkout, "readme.txt")));
        Assert.AreNotEqual(old, File.GetLastWriteTimeUtc(PathIn(checkout, "src/C.cs")));
        Assert.AreEqual("built", Read(checkout, "src/obj/C.dll"));
        Assert.AreEqual(repository.Golden.CommitSha, GitIn(checkout, "rev-parse", "HEAD"));
    }

    [TestMethod]
    public void Switching_deletes_what_vanished_and_turns_files_into_folders_and_back()
    {
        using var scratch = new ScratchRepository();
        scratch.Write("thing", "a file\n");
        scratch.Write("gone/deep/x.txt", "x\n");
        var file = scratch.Commit("thing is a file");
        File.Delete(scratch["thing"]);
        Directory.Delete(scratch["gone"], recursive: true);
        scratch.Write("thing/inside.txt", "in a folder\n");
        var folder = scratch.Commit("thing is a folder");
        using var repository = scratch.Open();
        using var checkout = CheckoutOf(repository);

        checkout.SwitchTo(file);
        Assert.AreEqual("a file\n", Read(checkout, "thing"));
        Assert.AreEqual("x\n", Read(checkout, "gone/deep/x.txt"));

        checkout.SwitchTo(folder);
        Assert.AreEqual("in a folder\n", Read(checkout, "thing/inside.txt"));
        Assert.IsFalse(Directory.Exists(PathIn(checkout, "gone")));
    }

    [TestMethod]
    public void An_interrupted_switch_is_repaired_by_the_next_use()
    {
        using var scratch = new ScratchRepository();
        var branches = scratch.Emit("Open();", "Read();");
        using var repository = scratch.Open();
        string directory;
        using (var checkout = CheckoutOf(repository))
        {
            directory = checkout.Directory;
        }

        // As two kills in a row leave it: a switch and the repair that followed were both ended before their last record.
        File.WriteAllText(
            Path.Combine(directory, ".git", "mutators-checkout"),
            $"switching {repository.Golden.CommitSha} {branches[0].CommitSha} {branches[1].CommitSha}\n");
        File.WriteAllText(Path.Combine(directory, "src", "C.cs"), "half writ");

        using var again = Checkout.Create(repository, directory);

        Assert.AreEqual(ScratchRepository.Source, Read(again, "src/C.cs"));
        Assert.Contains("present " + repository.Golden.CommitSha, File.ReadAllText(Path.Combine(directory, ".git", "mutators-checkout")));
    }

    [TestMethod]
    public void A_lock_of_gits_that_a_killed_run_has_left_keeps_nobody_out()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();
        string directory;
        using (var checkout = CheckoutOf(repository))
        {
            directory = checkout.Directory;
        }

        File.WriteAllText(Path.Combine(directory, ".git", "index.lock"), "");
        using var again = CheckoutOf(repository);

        Assert.AreEqual("", GitIn(again, "status", "--porcelain"));
    }

    [TestMethod]
    public void An_interrupted_creation_starts_anew()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();
        var directory = Path.Combine(repository.OwnFolder, "checkouts", "1");
        Directory.CreateDirectory(Path.Combine(directory, ".git"));
        File.WriteAllText(Path.Combine(directory, ".git", "mutators-checkout"), "creating\n");
        File.WriteAllText(Path.Combine(directory, "left-over.txt"), "half");

        using var checkout = Checkout.Create(repository, directory);

        Assert.IsFalse(File.Exists(PathIn(checkout, "left-over.txt")));
        Assert.AreEqual("Read me.\n", Read(checkout, "readme.txt"));
    }

    [TestMethod]
    public void A_checkout_is_taken_up_with_its_build_outputs_when_golden_has_moved_on()
    {
        using var scratch = new ScratchRepository();
        string directory;
        using (var repository = scratch.Open())
        using (var checkout = CheckoutOf(repository))
        {
            directory = checkout.Directory;
            Write(checkout, "bin/App.dll", "built");
        }

        scratch.Write("readme.txt", "Golden moved on.\n");
        var golden = scratch.Commit("newer");
        using var newer = scratch.Open();
        using var again = Checkout.Create(newer, directory);

        Assert.AreEqual("Golden moved on.\n", Read(again, "readme.txt"));
        Assert.AreEqual("built", Read(again, "bin/App.dll"));
        Assert.AreEqual(golden, GitIn(again, "rev-parse", "HEAD"));
    }

    [TestMethod]
    public void A_folder_that_holds_something_else_is_refused()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();
        using var other = new ScratchFolder();
        other.Write("precious.txt", "precious");

        Assert.Contains("not empty", Assert.ThrowsExactly<UsageException>(() => Checkout.Create(repository, other.Path)).Message);
        Assert.AreEqual("precious", File.ReadAllText(other["precious.txt"]));
    }

    [TestMethod]
    public void A_checkout_in_use_is_refused()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();
        using var checkout = CheckoutOf(repository);

        Assert.Contains("in use", Assert.ThrowsExactly<UsageException>(() => Checkout.Create(repository, checkout.Directory)).Message);
    }

    [TestMethod]
    public void Branches_emitted_after_a_checkout_was_made_can_be_switched_to()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();
        using var checkout = CheckoutOf(repository);
        var branches = scratch.Emit("Open();", "Read();");
        scratch.Git("gc", "-q");

        foreach (var branch in branches)
        {
            checkout.SwitchTo(branch.CommitSha);
            Assert.AreEqual(scratch.Git("show", branch.Name + ":src/C.cs"), Read(checkout, "src/C.cs").TrimEnd('\n'));
        }
    }

    [TestMethod]
    public void A_commit_that_does_not_exist_is_a_users_problem()
    {
        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();
        using var checkout = CheckoutOf(repository);

        Assert.Contains("no commit", Assert.ThrowsExactly<UsageException>(() => checkout.SwitchTo(new string('1', 40))).Message);
    }

    [TestMethod]
    public void A_tree_that_names_a_way_out_of_its_folder_is_refused()
    {
        using var scratch = new ScratchRepository();
        var blob = scratch.Git("rev-parse", "HEAD:readme.txt");
        // mktree refuses such names, so the tree's bytes are written as they are.
        byte[] tree = [.. Encoding.ASCII.GetBytes("100644 ..\0"), .. Convert.FromHexString(blob)];
        scratch.Write(".git/evil", tree);
        var id = scratch.Git("hash-object", "-t", "tree", "-w", "--literally", ".git/evil");
        var commit = scratch.Git("commit-tree", id, "-m", "evil");
        scratch.Git("update-ref", "refs/heads/main", commit);
        using var repository = scratch.Open();

        Assert.Contains("may not be written", Assert.ThrowsExactly<UsageException>(() => CheckoutOf(repository)).Message);
    }

    [TestMethod]
    public void A_full_disk_is_said_in_words_with_a_remedy()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Inconclusive("This system has no device that is always full.");
        }

        using var scratch = new ScratchRepository();
        using var repository = scratch.Open();
        var directory = Path.Combine(repository.OwnFolder, "checkouts", "1");
        Directory.CreateDirectory(Path.Combine(directory, ".git"));
        File.CreateSymbolicLink(Path.Combine(directory, ".git", "mutators-checkout.next"), "/dev/full");

        var problem = Assert.ThrowsExactly<UsageException>(() => Checkout.Create(repository, directory));

        Assert.Contains("No space is left", problem.Message);
        Assert.Contains("Free some space", problem.Remedy);
    }

    [TestMethod]
    [DataRow("Run 'dotnet build /r/.mutators/checkouts/0/src/A.csproj' now", "Run 'dotnet build src/A.csproj' now")]
    [DataRow("no project in '/r/.mutators/checkouts/0'", "no project in '.'")]
    [DataRow(@"C:\r\.mutators\checkouts\12\src\A.csproj", @"src\A.csproj")]
    [DataRow("/r/src/A.csproj", "/r/src/A.csproj")]
    public void For_people_paths_in_a_checkout_are_those_of_the_repository(string text, string shown) => Assert.AreEqual(shown, Checkout.PathsInRepository(text));

    private static Checkout CheckoutOf(MutantRepository repository) => Checkout.Create(repository, Path.Combine(repository.OwnFolder, "checkouts", "1"));

    private static string PathIn(Checkout checkout, string path) => Path.Combine(checkout.Directory, path);

    private static string Read(Checkout checkout, string path) => File.ReadAllText(PathIn(checkout, path));

    private static void Write(Checkout checkout, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathIn(checkout, path))!);
        File.WriteAllText(PathIn(checkout, path), text);
    }

    private static string GitIn(Checkout checkout, params string[] arguments)
    {
        using var folder = new ScratchFolder();
        return folder.Run("git", ["-C", checkout.Directory, .. arguments]).TrimEnd('\n');
    }
}
