using System.Diagnostics;
using System.IO.Compression;

namespace Harness.Tests.Campaigns;

/// <summary>What users get: the package, installed from a folder, on a repository outside of this one.</summary>
[TestClass]
public sealed class PackageTests
{
    [TestMethod]
    [TestCategory("Slow")]
    public void The_packed_tool_installs_from_a_folder_and_runs_a_campaign_elsewhere()
    {
        using var folder = new ScratchFolder();
        using var tree = new Tree("strict_warnings");
        var feed = Path.Combine(folder.Path, "feed");
        Dotnet(folder.Path, "pack", Path.Combine(Repository.Root, "harness", "Mutators.Tool"), "--output", feed, "-v", "quiet", "-m:1", "-nodeReuse:false");
        var package = Directory.EnumerateFiles(feed, "*.nupkg").Single();
        var version = Path.GetFileNameWithoutExtension(package)["Mutators.Tool.".Length..];
        using (var archive = ZipFile.OpenRead(package))
        {
            var entries = archive.Entries.Select(entry => entry.FullName).ToList();
            foreach (var file in (string[])["README.md", "icon.png", "LICENSE", "tools/net10.0/any/DotnetToolSettings.xml"])
            {
                Assert.Contains(file, entries, string.Join('\n', entries));
            }

            Assert.Contains(entry => entry.Contains("git2-", StringComparison.Ordinal), entries, "the native git library");
            Assert.Contains(entry => entry.Contains("Mutators.Agent.dll", StringComparison.Ordinal), entries, "what goes into the target's process");
        }

        var tools = Path.Combine(folder.Path, "tools");
        Dotnet(folder.Path, "tool", "install", "Mutators.Tool", "--tool-path", tools, "--add-source", feed, "--version", version);
        var tool = Path.Combine(tools, OperatingSystem.IsWindows() ? "dotnet-mutators.exe" : "dotnet-mutators");
        Assert.StartsWith(version, Run(tool, tree.Root, "--version").Trim());
        Assert.Contains("MFC", Run(tool, tree.Root, "list", "--summary"));
        Run(tool, tree.Root, "run");
        Assert.Contains("\"formatVersion\"", Run(tool, tree.Root, "report", "--format", "json"));
        Assert.Contains("MFC", Dotnet(tree.Root, "tool", "exec", "Mutators.Tool", "--yes", "--add-source", feed, "--version", version, "--", "list", "--summary"));
    }

    private static string Dotnet(string directory, params string[] arguments) => Run("dotnet", directory, arguments);

    private static string Run(string command, string directory, params string[] arguments)
    {
        var info = new ProcessStartInfo(command, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(info)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"{command} {string.Join(' ', arguments)}\n{output}\n{error.Result}");
        return output;
    }
}
