using System.Text.Json;
using Harness.Tests.Campaigns;

namespace Harness.Tests.Analyzers;

/// <summary>The package as a user gets it: from a feed, in a project that knows nothing else of us.</summary>
[TestClass]
[TestCategory("Slow")]
[DoNotParallelize] // They build one project, one after the other.
public sealed class PackageTests
{
    private const string Wiring = """
          <ItemGroup>
            <PackageReference Include="Mutators.Analyzers" Version="*" PrivateAssets="all" />
          </ItemGroup>
        </Project>
        """;

    private static readonly Tree tree = Consumer();

    [ClassCleanup]
    public static void CleanUp() => tree.Dispose();

    [TestMethod]
    public void The_log_of_a_build_holds_exactly_the_sites_that_the_command_line_lists()
    {
        var listed = SiteLog.Listed(tree.Root);
        Assert.IsNotEmpty(listed);
        CollectionAssert.AreEquivalent(listed, Build(log => SiteLog.Sites(log, tree.Root).ToList()));
    }

    [TestMethod]
    public void A_build_shows_no_site_unless_it_is_asked_to()
    {
        Assert.IsEmpty(Build(log => SiteLog.Sites(log, tree.Root).ToList(), show: false));
    }

    [TestMethod]
    public void A_known_fault_that_nobody_noticed_is_a_warning_and_breaks_no_build()
    {
        var site = JsonDocument.Parse(ToolProcess.Run(tree.Root, "list", "--format", "json").Output).RootElement[0];
        tree.Write(".mutators/outcomes.json", $$"""
            { "version": 1, "mutants": [ { "id": "{{site.GetProperty("id")}}", "path": "{{site.GetProperty("path")}}", "injected": "2026-11-21", "failureMode": "silent data failure", "noticed": "no monitor noticed", "undetected": true } ] }
            """);
        try
        {
            var warning = Build(log => SiteLog.Results(log).Single(result => result.GetProperty("ruleId").GetString() == "MUT2001"), show: false);
            Assert.AreEqual("warning", warning.GetProperty("level").GetString());
            Assert.Contains("here was injected on 2026-11-21: silent data failure, no monitor noticed", warning.GetProperty("message").GetProperty("text").GetString()!);
        }
        finally
        {
            File.Delete(Path.Combine(tree.Root, ".mutators", "outcomes.json"));
        }
    }

    private static Tree Consumer()
    {
        var made = new Tree("has_sites_of_every_kind");
        var feed = Path.Combine(made.Root, "bin", "feed");
        using var pack = new ScratchFolder();
        pack.Run("dotnet", "pack", Path.Combine(Repository.Root, "analyzers", "Mutators.Analyzers.Package"), "--no-build", "-c", "Debug", "-o", feed, "-v", "quiet");
        made.Write("NuGet.config", $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{feed}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(made.Root, "bin", "packages")}" /></config>
            </configuration>
            """);
        made.Write("App/App.csproj", File.ReadAllText(Path.Combine(made.Root, "App", "App.csproj")).Replace("</Project>", Wiring, StringComparison.Ordinal));
        made.Commit();
        return made;
    }

    private static T Build<T>(Func<string, T> read, bool show = true)
    {
        using var folder = new ScratchFolder();
        var log = folder["sites.sarif"];
        folder.Run("dotnet", "build", Path.Combine(tree.Root, "App"), "--no-incremental", "-v", "quiet", "-p:TreatWarningsAsErrors=true", "-p:NoWarn=CS0219", $"-p:MutatorsShowSites={(show ? "true" : "false")}", $"-p:ErrorLog={log}%2Cversion=2.1");
        return read(log);
    }
}
