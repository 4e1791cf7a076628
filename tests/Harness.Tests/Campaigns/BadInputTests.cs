using Mutators.Campaign;
using Mutators.Campaign.Configuration;

namespace Harness.Tests.Campaigns;

/// <summary>What goes wrong outside of us costs two lines and an exit code that says which kind of thing it was.</summary>
[TestClass]
public sealed class BadInputTests
{
    private const string Configuration = """{ "targets": ["App"], "workloads": [{ "name": "app", "project": "App" }], "operators": ["MFC"] }""";

    [TestMethod]
    public void A_folder_that_is_no_repository()
    {
        using var folder = new ScratchFolder();

        Fails(folder.Path, ExitCode.RepositoryNotUsable, "is in no git repository", "list");
    }

    [TestMethod]
    public void A_repository_without_a_commit()
    {
        using var folder = new ScratchFolder();
        folder.Run("git", "init", "-q");

        Fails(folder.Path, ExitCode.RepositoryNotUsable, "has no commit", "list");
    }

    [TestMethod]
    public void A_repository_without_a_project()
    {
        using var folder = new ScratchFolder();
        folder.Run("git", "init", "-q");
        folder.Write("mutators.json", Configuration);
        folder.Write("App/readme.txt", "no project here");
        folder.Run("git", "add", "-A");
        folder.Run("git", "commit", "-q", "-m", "golden");

        Fails(folder.Path, ExitCode.RepositoryNotUsable, "There is no .NET project", "run");
    }

    [TestMethod]
    public void A_golden_tree_that_does_not_compile()
    {
        using var tree = new Tree("does_not_compile");

        Fails(tree.Root, ExitCode.RepositoryNotUsable, "CS0103", "run");
        Assert.AreEqual("", tree.Git("for-each-ref", "refs/heads/mutants"));
    }

    [TestMethod]
    public void A_golden_run_that_fails()
    {
        using var tree = new Tree("already_failing_golden");

        Fails(tree.Root, ExitCode.GoldenNotUsable, "InvalidOperationException", "run");
        Assert.AreEqual("", tree.Git("for-each-ref", "refs/heads/mutants"));
    }

    [TestMethod]
    public void A_golden_run_that_is_not_repeatable()
    {
        using var tree = new Tree("not_repeatable");

        Fails(tree.Root, ExitCode.GoldenNotUsable, "is not repeatable", "run");
        Assert.AreEqual("", tree.Git("for-each-ref", "refs/heads/mutants"));
    }

    [TestMethod]
    public void Mutants_of_a_code_base_that_treats_warnings_as_errors_are_built_all_the_same()
    {
        using var tree = new Tree("strict_warnings");

        var campaign = tree.Run();

        Assert.IsNotEmpty(campaign.Mutants);
        Assert.IsTrue(campaign.Mutants.All(each => each.Headline!.Mode is Mutators.Campaign.Outcomes.FailureMode.SilentDataFailure), string.Join('\n', campaign.Mutants.Select(each => each.Headline)));
    }

    [TestMethod]
    [DataRow(CampaignEngine.Rebuild)]
    [DataRow(CampaignEngine.Reload)]
    public void A_run_finds_nothing_that_an_earlier_one_has_written(CampaignEngine engine)
    {
        using var tree = new Tree("leaves_files_behind");

        var campaign = tree.Run(Tree.Configuration with { Engine = engine });

        Assert.DoesNotContain("somebody was here", string.Join('\n', campaign.Golden[0].Run.Output));
        Assert.DoesNotContain("somebody was here", string.Join('\n', campaign.Mutants.SelectMany(each => each.Headline!.Differences).Select(each => each.Mutant)));
        Assert.HasCount(5, campaign.Mutants);
    }

    [TestMethod]
    public void A_library_that_nothing_exercises()
    {
        using var folder = Repository(("Core/Core.csproj", Project()), ("Core/Shape.cs", "public static class Shape { public static int Area(int a) => a + 1; }"));

        Fails(folder.Path, ExitCode.Usage, "no test project refers to Core/Core.csproj", "run");
    }

    [TestMethod]
    public void Several_solutions_of_which_none_is_named()
    {
        using var folder = Repository(("A.slnx", "<Solution />"), ("B.slnx", "<Solution><Project Path=\"Core/Core.csproj\" /></Solution>"), ("Core/Core.csproj", Project()));

        Fails(folder.Path, ExitCode.Usage, "--solution A.slnx", "list");
        Assert.AreEqual(0, ToolProcess.Run(folder.Path, "list", "--solution", "B.slnx").ExitCode);
    }

    [TestMethod]
    public void An_sdk_that_is_not_installed()
    {
        using var folder = Repository(("global.json", """{ "sdk": { "version": "99.0.100", "rollForward": "disable" } }"""), ("Core/Core.csproj", Project()));

        Fails(folder.Path, ExitCode.RepositoryNotUsable, "No .NET SDK of this machine fits", "list");
    }

    [TestMethod]
    public void Packages_that_cannot_be_restored()
    {
        using var folder = Repository(
            ("NuGet.config", """<configuration><packageSources><clear /><add key="none" value="." /></packageSources></configuration>"""),
            ("Core/Core.csproj", Project("""<ItemGroup><PackageReference Include="No.Such.Package" Version="1.0.0" /></ItemGroup>""")));

        Fails(folder.Path, ExitCode.RepositoryNotUsable, "Golden does not restore: NU1101", "list");
    }

    [TestMethod]
    public void A_verbosity_that_does_not_exist() => Fails(Path.GetTempPath(), ExitCode.Usage, "is no verbosity", "list", "-v", "loud");

    [TestMethod]
    public void A_key_of_the_configuration_that_nobody_knows()
    {
        using var tree = new Tree("strict_warnings");
        tree.Write("mutators.json", """{ "target": ["App"] }""");

        Fails(tree.Root, ExitCode.Usage, "Did you mean 'targets'", "list");
    }

    [TestMethod]
    public void A_configuration_that_is_no_json()
    {
        using var tree = new Tree("strict_warnings");
        tree.Write("mutators.json", "{ \"targets\": [\n}");

        Fails(tree.Root, ExitCode.Usage, "not valid JSON at line 2", "list");
    }

    [TestMethod]
    public void An_operator_that_does_not_exist()
    {
        using var tree = new Tree("strict_warnings");

        Fails(tree.Root, ExitCode.Usage, "Did you mean MFC", "list", "--operators", "MCF");
        Fails(tree.Root, ExitCode.Usage, "There is no fault operator 'XYZ'", "explain", "XYZ");
    }

    [TestMethod]
    public void A_mutant_that_does_not_exist()
    {
        using var tree = new Tree("strict_warnings");

        Fails(tree.Root, ExitCode.Usage, "There is no campaign in this repository yet", "show", "MFC-0");
        Fails(tree.Root, ExitCode.Usage, "There is no mutant branch", "run", "--only", "MFC-0");
    }

    [TestMethod]
    public void An_option_that_does_not_exist() => Fails(Path.GetTempPath(), ExitCode.Usage, "dotnet mutators run --help", "run", "--sampel", "5");

    [TestMethod]
    public void A_sample_of_nothing()
    {
        using var tree = new Tree("strict_warnings");

        Fails(tree.Root, ExitCode.Usage, "--sample 0 draws nothing", "run", "--sample", "0");
    }

    [TestMethod]
    public void Uncommitted_changes_are_allowed_and_said_not_to_be_part_of_golden()
    {
        using var tree = new Tree("strict_warnings");
        tree.Write("App/Program.cs", "this is not even C#");

        var (code, output, error) = ToolProcess.Run(tree.Root, "list");

        Assert.AreEqual(0, code, error);
        Assert.Contains("not committed", error);
        Assert.Contains("drop call", output);
    }

    private static string Project(string more = "") => $"<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>{more}</Project>";

    private static ScratchFolder Repository(params ReadOnlySpan<(string Path, string Text)> files)
    {
        var folder = new ScratchFolder();
        folder.Run("git", "init", "-q");
        foreach (var (path, text) in files)
        {
            folder.Write(path, text);
        }

        folder.Run("git", "add", "-A");
        folder.Run("git", "commit", "-q", "-m", "golden");
        return folder;
    }

    private static void Fails(string directory, ExitCode expected, string part, params ReadOnlySpan<string> arguments)
    {
        var (code, output, error) = ToolProcess.Run(directory, arguments);

        Assert.AreEqual((int)expected, code, error);
        Assert.Contains(part, error);

        // The runtime's own host lists the SDKs that there are, and nobody can keep it from that.
        Assert.AreEqual("", string.Join('\n', output.Split('\n').Where(line => !line.EndsWith("sdk]", StringComparison.Ordinal))).Trim());
        var message = error.Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipWhile(line => !line.StartsWith("error: ", StringComparison.Ordinal)).ToArray();
        Assert.HasCount(2, message, error);
    }
}
