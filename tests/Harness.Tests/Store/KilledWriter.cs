using System.Collections.Immutable;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Store;

/// <summary>A program that records outcomes without end, each with some differences, and says so after each.</summary>
internal static class KilledWriter
{
    public const int Differences = 25;

    private const string Source = """
        using System;
        using System.Linq;
        using System.Collections.Generic;
        using System.Collections.Immutable;
        using Mutators;
        using Mutators.Campaign.Outcomes;
        using Mutators.Campaign.Store;
        using Mutators.Campaign.Workloads;

        var identity = new CampaignIdentity("commit", "tree", "rebuild", "{}", new FaultloadRecord(1, "all", ImmutableArray<Stratum>.Empty));
        using var store = CampaignStore.Open(args[0]);
        store.Begin(identity, new[] { new Workload("w", "p", ImmutableArray<string>.Empty) });
        var ids = Enumerable.Range(0, 2000).Select(i => MutantId.Of("MFC", "a.cs", "M:A", "x", i)).ToList();
        store.AddMutants(
            ids.Select(id => new MutantRecord(id, "n", FaultClass.Algorithm, "a.cs", "A", 1, 1, "c", "s", "b", "s", new TextEdit(1, 1, 1, 1, ""), "d")).ToList(),
            new Dictionary<string, string> { ["a.cs"] = "" });
        var differences = Enumerable.Range(0, int.Parse(args[1])).Select(i => new Difference("golden " + i, "mutant " + i)).ToImmutableArray();
        foreach (var id in ids)
        {
            store.Record(new Outcome(id, "w", FailureMode.NoImpact, ImmutableArray.Create(FailureMode.NoImpact), Detection.None, ImmutableArray<string>.Empty, "", "rebuild", differences));
            Console.WriteLine("recorded " + id);
        }
        """;

    public static ImmutableArray<string> Command(string directory) => HarnessProgram.Command("KilledWriter", Source, directory, $"{Differences}");
}
