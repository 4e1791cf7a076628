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
            var faultload = Enumerable.Range(0, stores * outcomes).Select(number => (Id: MutantId.Of("MFC", Path, "M:C.M", "F();", number), Ordinal: number + 1)).ToList();
            string[] files =
            [
                .. faultload.OrderBy(mutant => mutant.Id.Hash, StringComparer.Ordinal).Index().GroupBy(mutant => mutant.Index % stores, mutant => mutant.Item).Select(shard =>
                    Write(System.IO.Path.Combine(folder, $"{shard.Key}"), identity, new FaultloadShard(shard.Key + 1, stores), [.. shard.OrderBy(mutant => mutant.Ordinal)])),
            ];
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

    private static string Write(string directory, CampaignIdentity identity, FaultloadShard shard, IReadOnlyList<(MutantId Id, int Ordinal)> mutants)
    {
        using var store = CampaignStore.Open(directory);
        var workload = new Workload("lifecycle", "samples/XenWorkloads", []);
        store.Begin(identity, [workload], shard);
        store.AddMutants(
            [.. mutants.Select(mutant => new MutantRecord(
                mutant.Id, "missing function call", FaultClass.Algorithm, Path, "C.M", 100 + mutant.Ordinal, 9, "drop call F(a, b)", "MFC: drop call F(a, b) in C.M", $"refs/heads/mutants/MFC/{mutant.Id.Hash}",
                "0123456789abcdef0123456789abcdef01234567", new TextEdit(100 + mutant.Ordinal, 1, 101 + mutant.Ordinal, 1, ""), $"--- a/{Path}\n+++ b/{Path}\n@@ -97,7 +97,6 @@\n a\n b\n c\n-        F(a, b);\n d\n e\n f") { Ordinal = mutant.Ordinal })],
            new Dictionary<string, string> { [Path] = "class C { }" });
        store.AddActivations([.. mutants.Select(mutant => new ActivationRecord(mutant.Id, workload.Name, 3))]);
        ImmutableArray<Difference> differences =
        [
            new("""{"observe":"operation","name":"create web1","code":0,"at":1000}""", """{"observe":"operation","name":"create web1","code":3,"at":1000}"""),
            new("""{"observe":"state","name":"store","value":"00000000000000aa"}""", """{"observe":"state","name":"store","value":"00000000000000bb"}"""),
        ];
        store.Record([.. mutants.Select(mutant => new Outcome(mutant.Id, workload.Name, FailureMode.OperationError, [FailureMode.OperationError], Detection.Signalled, ["create web1"], "operation create web1: code 3", "reload", differences))]);
        store.AddGoldenRun(new GoldenRun(workload, new WorkloadRun(ProcessEnd.Exited, 0, ["done"], [], TimeSpan.FromMilliseconds(80 + shard.Number))));
        return System.IO.Path.Combine(directory, CampaignStore.FileName);
    }
}
