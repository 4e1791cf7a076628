using Harness.Tests.Campaigns;

namespace Harness.Tests.Analyzers;

/// <summary>The analyzers in a real build of the case study against the command line: every operator, every project, site for site.</summary>
[TestClass]
[TestCategory("Slow")]
public sealed class SampleSitesTests
{
    [TestMethod]
    public void A_build_of_the_sample_logs_exactly_the_sites_that_the_command_line_lists()
    {
        using var folder = new ScratchFolder();
        folder.Run("git", "clone", "-q", "--shared", Repository.Root, "clone");
        var (clone, logs) = (folder["clone"], folder["logs"]);
        Directory.CreateDirectory(logs);
        var projects = Directory.GetFiles(Path.Combine(clone, "samples"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(clone, Path.GetDirectoryName(file)!).Replace('\\', '/')).Order(StringComparer.Ordinal).ToList();
        folder.Write("all.json", $$"""{ "targets": ["{{string.Join("\", \"", projects)}}"], "workloads": [{ "name": "lifecycle", "project": "samples/XenWorkloads" }] }""");
        var listed = SiteLog.Listed(clone, "--campaign", folder["all.json"], "--profile", "all");

        AddAnalyzers(clone, logs);
        var all = folder.Write("clone/all.slnx", $"<Solution>{string.Concat(projects.Select(project => $"<Project Path=\"{project}/{Path.GetFileName(project)}.csproj\" />"))}</Solution>");
        folder.Run("dotnet", "build", all, "-v", "quiet");

        Assert.IsGreaterThan(1000, listed.Count);
        Assert.AreSequenceEqual(projects.Select(Path.GetFileName), Directory.GetFiles(logs).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));
        CollectionAssert.AreEquivalent(listed, Directory.GetFiles(logs).SelectMany(log => SiteLog.Sites(log, clone)).ToList());
    }

    /// <summary>
    /// What the package brings into a project, from the built assemblies, where a package's properties come: before the project's own, since the compiler's
    /// targets read the list of global configurations while they are imported. And a log for each project; other analyzers only cost time here.
    /// </summary>
    private static void AddAnalyzers(string clone, string logs)
    {
        var properties = Path.Combine(clone, "samples", "Directory.Build.props");
        File.WriteAllText(properties, File.ReadAllText(properties).Replace("</Project>", $"""
              <PropertyGroup>
                <MutatorsShowSites>true</MutatorsShowSites>
                <ErrorLog>{logs}/$(MSBuildProjectName).sarif,version=2.1</ErrorLog>
                <EnableNETAnalyzers>false</EnableNETAnalyzers>
                <EnforceCodeStyleInBuild>false</EnforceCodeStyleInBuild>
              </PropertyGroup>
              <Import Project="{Repository.Root}/analyzers/Mutators.Analyzers.Package/buildTransitive/Mutators.Analyzers.props" />
              <ItemGroup>
                <Analyzer Include="{AppContext.BaseDirectory}/Mutators.Analyzers.dll;{AppContext.BaseDirectory}/Mutators.dll" />
              </ItemGroup>
            </Project>
            """, StringComparison.Ordinal));
        File.AppendAllText(Path.Combine(clone, ".editorconfig"), "\n[samples/**.cs]\nmutators.profile = all\n");
    }
}
