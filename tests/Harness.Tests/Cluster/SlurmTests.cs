using System.Diagnostics;
using System.Globalization;
using Harness.Tests.Campaigns;
using Mutators.Campaign.Store;

namespace Harness.Tests.Cluster;

/// <summary>The case study's campaign on a real Slurm, with trouble in the middle.</summary>
[TestClass]
public sealed class SlurmTests
{
    private const int Shards = 8;

    private static readonly string Tool = Path.Combine(AppContext.BaseDirectory, "dotnet-mutators.dll");

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [TestCategory("Slow")]
    public void An_array_of_eight_shards_with_a_killed_task_and_a_restarted_node_is_the_campaign_of_one_machine()
    {
        if (SlurmCluster.WhyNot() is { } why)
        {
            Assert.Inconclusive(why);
        }

        using var folder = new ScratchFolder();
        using var cluster = new SlurmCluster();
        var (shared, alone) = (Clone(folder, "shared"), Clone(folder, "alone"));
        var watch = Stopwatch.StartNew();

        var submitted = Submit(cluster, shared);
        Kill(cluster, shared);
        cluster.RestartNode();
        var merge = submitted[(submitted.LastIndexOf(' ') + 1)..].Trim();
        cluster.Run("sbatch", "--wait", $"--dependency=afterany:{merge}", "--output=/dev/null", "--wrap", "true");
        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Shards} shards on Slurm: {watch.Elapsed.TotalSeconds:0} s"));

        watch.Restart();
        Succeeds(cluster.Run("dotnet", "exec", Tool, "run", "-C", alone));
        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"on one machine: {watch.Elapsed.TotalSeconds:0} s"));
        var progress = ToolProcess.Run(shared, "progress");
        Assert.Contains($"{Shards} of {Shards} done", progress.Output, $"{progress.Output}\n{Log(shared)}\n{cluster.Logs()}");
        Assert.IsTrue(CampaignStore.Exists(Path.Combine(shared, ".mutators")), Log(shared) + cluster.Logs());
        Assert.AreEqual(Outcomes(alone), Outcomes(shared));
        Assert.AreEqual(Notes(folder, alone), Notes(folder, shared));
    }

    private static string Submit(SlurmCluster cluster, string clone)
    {
        var (code, output) = cluster.Run(
            "dotnet", "exec", Tool, "cluster", "slurm", "-C", clone, "--shards", $"{Shards}", "--workers", "2", "--tool", $"dotnet exec {Tool}", "--output", Path.Combine(clone, ".mutators", "slurm.sh"), "--submit");
        Assert.AreEqual(0, code, output + cluster.Logs());
        return output;
    }

    /// <summary>Waits until a shard has judged some of its mutants and not all, and kills its process as the kernel does for want of memory.</summary>
    private static void Kill(SlurmCluster cluster, string clone)
    {
        StoreProgress? Busy() => Enumerable.Range(1, Shards)
            .Select(number => StoreProgress.Read(Path.Combine(clone, ".mutators", "shards", $"{number}-of-{Shards}", CampaignStore.FileName)))
            .OfType<StoreProgress>()
            .FirstOrDefault(each => each is { HasBegun: true, IsDone: false });
        StoreProgress? busy = null;
        cluster.Until("a shard has begun", () => (busy = Busy()) is not null);
        var argument = $"--shard\0{busy!.Shard}\0";
        var victims = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(id => int.TryParse(id, out _) && CommandLine(id!) is var line && line.Contains(argument, StringComparison.Ordinal) && line.Contains(clone, StringComparison.Ordinal))
            .Select(id => Process.GetProcessById(int.Parse(id!, CultureInfo.InvariantCulture)))
            .ToList();
        Assert.IsNotEmpty(victims, $"no process of shard {busy.Shard}");
        foreach (var victim in victims)
        {
            victim.Kill();
            victim.Dispose();
        }
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string Clone(ScratchFolder folder, string name)
    {
        folder.Run("git", "clone", "-q", "--shared", Repository.Root, name);
        return Path.Combine(folder.Path, name);
    }

    private static void Succeeds((int ExitCode, string Output) run) => Assert.AreEqual(0, run.ExitCode, run.Output);

    /// <summary>What the jobs printed.</summary>
    private static string Log(string clone) => string.Join('\n', Directory.EnumerateFiles(Path.Combine(clone, ".mutators", "slurm"), "*.log").SelectMany(file => File.ReadLines(file).TakeLast(8).Prepend(file)));

    private static string Notes(ScratchFolder folder, string clone) => folder.Run("git", "-C", clone, "log", "--notes=mutators", "--format=%H%n%N", "--branches=mutants/*");

    private static string Outcomes(string clone)
    {
        var campaign = CampaignStore.Read(Path.Combine(clone, ".mutators"));
        Assert.AreEqual(0, campaign.Pending);
        return string.Join('\n', campaign.Mutants.SelectMany(each => each.Outcomes).Select(each =>
            $"{each.Outcome.Mutant} {each.Outcome.Workload} {each.Outcome.Mode} {each.Outcome.Detection} {string.Join(",", each.Outcome.Flags)} {each.Outcome.Reason} {string.Join(" | ", each.Outcome.Differences.Take(5))}"));
    }
}
