using System.Collections.Immutable;
using System.Diagnostics;
using Mutators;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Benchmarks;

/// <summary>What it costs to make one campaign of many stores: generated outcomes of the size that the case study's have, two differing observations each.</summary>
internal static class Merging
{
    private const string Path = "src/File.cs";

    internal static void Run(int stores, int outcomes)
    {
        var folder = Directory.CreateTempSubdirectory("merge-").FullName;
        try
        {
            var identity = new CampaignIdentity("commit", "tree", "reload", "{}", new FaultloadRecord(1, "all", [new Stratum("MFC", null, stores * outcomes, null, stores * outcomes, null)]));
            var began = Stopwatch.GetTimestamp();
            string[] files = [.. Enumerable.Range(0, stores).Select(number => Write(System.IO.Path.Combine(folder, $"{number}"), identity, new FaultloadShard(number + 1, stores), outcomes))];
            var bytes = files.Sum(file => new FileInfo(file).Length);
            Console.WriteLine($"{stores} stores of {outcomes} outcomes written in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, {bytes >> 20} MiB, {(double)bytes / stores / outcomes:0} bytes per outcome");
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            var (cpu, managed) = (process.TotalProcessorTime, GC.GetTotalMemory(forceFullCollection: true));
            process.Refresh();
            var before = process.WorkingSet64;
            began = Stopwatch.GetTimestamp();
            var merged = StoreMerge.Merge(files, System.IO.Path.Combine(folder, "merged"), CancellationToken.None);
            process.Refresh();
            Console.WriteLine($"merged {merged.Stores} stores, {merged.Mutants} mutants in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s wall, {(process.TotalProcessorTime - cpu).TotalSeconds:0.0} s CPU");
            Console.WriteLine($"memory: working set {before >> 20} MiB before, {process.WorkingSet64 >> 20} MiB after, peak {process.PeakWorkingSet64 >> 20} MiB; managed {managed >> 20} MiB before, {GC.GetTotalMemory(forceFullCollection: true) >> 20} MiB after");
            Console.WriteLine($"merged store: {new FileInfo(System.IO.Path.Combine(folder, "merged", CampaignStore.FileName)).Length >> 20} MiB");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Write(string directory, CampaignIdentity identity, FaultloadShard shard, int outcomes)
    {
        using var store = CampaignStore.Open(directory);
        var workload = new Workload("lifecycle", "samples/XenWorkloads", []);
        store.Begin(identity, [workload], shard);
        var first = (shard.Number - 1) * outcomes;
        var ids = Enumerable.Range(first, outcomes).Select(number => MutantId.Of("MFC", Path, "M:C.M", "F();", number)).ToList();
        store.AddMutants(
            [.. ids.Select((id, index) => new MutantRecord(
                id, "missing function call", FaultClass.Algorithm, Path, "C.M", 100 + index, 9, "drop call F(a, b)", "MFC: drop call F(a, b) in C.M", $"refs/heads/mutants/MFC/{id.Hash}",
                "0123456789abcdef0123456789abcdef01234567", new TextEdit(100 + index, 1, 101 + index, 1, ""), $"--- a/{Path}\n+++ b/{Path}\n@@ -97,7 +97,6 @@\n a\n b\n c\n-        F(a, b);\n d\n e\n f") { Ordinal = first + index + 1 })],
            new Dictionary<string, string> { [Path] = "class C { }" });
        store.AddActivations([.. ids.Select(id => new ActivationRecord(id, workload.Name, 3))]);
        ImmutableArray<Difference> differences =
        [
            new("""{"observe":"operation","name":"create web1","code":0,"at":1000}""", """{"observe":"operation","name":"create web1","code":3,"at":1000}"""),
            new("""{"observe":"state","name":"store","value":"00000000000000aa"}""", """{"observe":"state","name":"store","value":"00000000000000bb"}"""),
        ];
        store.Record([.. ids.Select(id => new Outcome(id, workload.Name, FailureMode.OperationError, [FailureMode.OperationError], Detection.Signalled, ["create web1"], "operation create web1: code 3", "reload", differences))]);
        store.AddGoldenRun(new GoldenRun(workload, new WorkloadRun(ProcessEnd.Exited, 0, ["done"], [], TimeSpan.FromMilliseconds(80 + shard.Number))));
        return System.IO.Path.Combine(directory, CampaignStore.FileName);
    }
}
