using Harness.Tests.Campaigns;

namespace Harness.Tests.Analyzers;

/// <summary>The analyzers in a real build of the case study against the command line: every operator, every project, site for site.</summary>
[TestClass]
[TestCategory("Slow")]
public sealed class SampleSitesTests
{
    /// <summary>Programs that between them build every project of the sample.</summary>
    private static readonly string[] programs = ["samples/XenWorkloads", "samples/XenHost", "samples/Mechanisms"];

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
        foreach (var program in programs)
        {
            folder.Run("dotnet", "build", Path.Combine(clone, program), "-v", "quiet");
        }

        Assert.IsGreaterThan(1000, listed.Count);
        Assert.AreSequenceEqual(projects.Select(Path.GetFileName), Directory.GetFiles(logs).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));
        CollectionAssert.AreEquivalent(listed, Directory.GetFiles(logs).SelectMany(log => SiteLog.Sites(log, clone)).ToList());
    }

    /// <summary>What the package brings into a project, from the built assemblies; and a log for each project.</summary>
    private static void AddAnalyzers(string clone, string logs)
    {
        var targets = Path.Combine(clone, "samples", "Directory.Build.targets");
        File.WriteAllText(targets, File.ReadAllText(targets).Replace("</Project>", $"""
              <PropertyGroup>
                <MutatorsShowSites>true</MutatorsShowSites>
                <ErrorLog>{logs}/$(MSBuildProjectName).sarif,version=2.1</ErrorLog>
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
