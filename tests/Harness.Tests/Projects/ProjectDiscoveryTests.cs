using Mutators.Campaign;
using Mutators.Campaign.Projects;

namespace Harness.Tests.Projects;

[TestClass]
public sealed class ProjectDiscoveryTests
{
    private const string Classic = """
        Microsoft Visual Studio Solution File, Format Version 12.00
        Project("{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}") = "Second", "src\Second\Second.csproj", "{11111111-1111-1111-1111-111111111111}"
        EndProject
        Project("{2150E333-8FDC-42A3-9474-1A3956D46DE8}") = "folder", "folder", "{22222222-2222-2222-2222-222222222222}"
        EndProject
        Project("{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}") = "First", "src\First\First.csproj", "{33333333-3333-3333-3333-333333333333}"
        EndProject
        Project("{F2A71F9B-5D33-465A-A702-920D77279786}") = "Other", "src\Other\Other.fsproj", "{44444444-4444-4444-4444-444444444444}"
        EndProject
        Global
        EndGlobal

        """;

    private const string Project = """<Project Sdk="Microsoft.NET.Sdk" />""";

    [TestMethod]
    public void A_classic_solution_gives_its_csharp_projects_in_its_order()
    {
        using var folder = new ScratchFolder();
        folder.Write("All.sln", Classic);
        folder.Write("src/First/First.csproj", Project);
        folder.Write("src/Second/Second.csproj", Project);
        folder.Write("src/Unnamed/Unnamed.csproj", Project);

        var found = ProjectDiscovery.Find(folder.Path);

        Assert.AreEqual(folder["All.sln"], found.Solution);
        Assert.AreSequenceEqual([folder["src/Second/Second.csproj"], folder["src/First/First.csproj"]], found.Projects);
    }

    [TestMethod]
    public void An_xml_solution_gives_its_csharp_projects()
    {
        using var folder = new ScratchFolder();
        folder.Write("All.slnx", """<Solution><Folder Name="/src/"><Project Path="src/First/First.csproj" /></Folder></Solution>""");
        folder.Write("src/First/First.csproj", Project);

        Assert.AreSequenceEqual([folder["src/First/First.csproj"]], ProjectDiscovery.Find(folder["All.slnx"]).Projects);
    }

    [TestMethod]
    public void Without_a_solution_projects_are_found_below_but_not_in_outputs_or_hidden_folders()
    {
        using var folder = new ScratchFolder();
        folder.Write("b/B.csproj", Project);
        folder.Write("a/deep/A.csproj", Project);
        folder.Write("a/bin/Copied.csproj", Project);
        folder.Write(".mutators/checkouts/1/Checkout.csproj", Project);

        var found = ProjectDiscovery.Find(folder.Path);

        Assert.IsNull(found.Solution);
        Assert.AreSequenceEqual([folder["a/deep/A.csproj"], folder["b/B.csproj"]], found.Projects);
    }

    [TestMethod]
    public void A_directory_without_a_project_is_said_to_have_none()
    {
        using var folder = new ScratchFolder();

        var problem = Assert.ThrowsExactly<UsageException>(() => ProjectDiscovery.Find(folder.Path));

        Assert.Contains("no .NET project", problem.Message);
        Assert.AreEqual(ExitCode.RepositoryNotUsable, problem.ExitCode);
    }

    [TestMethod]
    public void Of_several_solutions_the_user_has_to_name_one()
    {
        using var folder = new ScratchFolder();
        folder.Write("A.slnx", "<Solution />");
        folder.Write("B.slnx", "<Solution />");

        Assert.Contains("A.slnx, B.slnx", Assert.ThrowsExactly<UsageException>(() => ProjectDiscovery.Find(folder.Path)).Message);
    }

    [TestMethod]
    public void A_solution_that_names_a_missing_project_is_not_usable()
    {
        using var folder = new ScratchFolder();
        folder.Write("All.slnx", """<Solution><Project Path="gone/Gone.csproj" /></Solution>""");

        Assert.Contains("Gone.csproj", Assert.ThrowsExactly<UsageException>(() => ProjectDiscovery.Find(folder.Path)).Message);
    }

    [TestMethod]
    public void A_solution_that_cannot_be_read_is_a_users_problem()
    {
        using var folder = new ScratchFolder();
        folder.Write("All.sln", "not a solution");

        Assert.AreEqual(ExitCode.RepositoryNotUsable, Assert.ThrowsExactly<UsageException>(() => ProjectDiscovery.Find(folder.Path)).ExitCode);
    }

    [TestMethod]
    public void A_global_json_that_asks_for_an_absent_sdk_is_reported_with_the_directory()
    {
        using var folder = new ScratchFolder();
        folder.Write("global.json", """{ "sdk": { "version": "99.0.100", "rollForward": "disable" } }""");

        Assert.Contains(folder.Path, Assert.ThrowsExactly<UsageException>(() => MSBuildEnvironment.Register(folder.Path)).Message);
    }
}
