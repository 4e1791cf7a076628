using System.Text.Json;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Store;
using Mutators.Reporting.Propagation;

namespace Mutators.Tool.Verbs;

/// <summary><c>trace --sample N</c>: delta executions of many mutants of a campaign, counted in its store.</summary>
internal static class SampledTraces
{
    /// <summary>Traces what is not traced yet of the first <paramref name="count"/> activated mutants.</summary>
    /// <param name="start">A folder of the repository.</param>
    /// <param name="count">How many are to be traced in all.</param>
    /// <param name="cancel">Ends it after what is kept by then.</param>
    internal static ExitCode Run(string start, int count, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(start);
        var campaign = CampaignStore.Read(repository.OwnFolder);
        var configuration = JsonSerializer.Deserialize<CampaignConfiguration>(campaign.Identity.Configuration)!;
        var traced = campaign.Traces.Select(each => each.Mutant).ToHashSet();

        // The hash in an id is as good as a draw, and the smaller sample is part of the larger.
        var sample = campaign.Activated.OrderBy(each => each.Mutant.Id.Hash, StringComparer.Ordinal).Take(count).ToList();
        var open = sample.Where(each => !traced.Contains(each.Mutant.Id)).ToList();
        if (open.Count > 0)
        {
            using var workspace = GoldenWorkspace.Open(repository, configuration, new ToolLog(Verbosity.Normal, hasStatus: false), cancel);
            workspace.BuildGolden(cancel);
            using var store = CampaignStore.Open(repository.OwnFolder);
            var tracer = new DeltaTracer(repository, workspace, configuration);
            foreach (var (index, mutant) in open.Index())
            {
                Console.Out.WriteLine($"{index + 1 + sample.Count - open.Count} of {sample.Count}  {Trace(repository, workspace, tracer, campaign, mutant, store, cancel)}");
            }
        }

        if (sample.Count < count)
        {
            Console.Error.WriteLine($"warning: the campaign has only {sample.Count} activated mutants.");
        }

        Console.Out.WriteLine(PropagationFigures.Of(CampaignStore.Read(repository.OwnFolder))?.Sentence ?? "Nothing was traced.");
        Console.Out.WriteLine("The tables are in the report: dotnet mutators report");
        return ExitCode.Done;
    }

    private static string Trace(
        MutantRepository repository, GoldenWorkspace workspace, DeltaTracer tracer, CampaignSnapshot campaign, MutantResult mutant, CampaignStore store, CancellationToken cancel)
    {
        var id = mutant.Mutant.Id;
        var program = TraceVerb.Choose(workspace, mutant.Headline!.Workload);
        var golden = campaign.Golden.First(each => each.Workload.Name == program.Workload.Name);
        var hits = mutant.Activations.FirstOrDefault(each => each.Workload == program.Workload.Name)?.Hits;
        try
        {
            var branch = repository.Find(id.ToString());
            repository.RequireGolden(branch);
            var delta = tracer.Trace(id, branch.CommitSha, program, golden, PropagationMode.Full, hits, cancel);
            store.Record(TraceRecord.Of(delta));
            return $"{id,-16}  {program.Workload.Name}: {(delta.IsEmpty ? "no difference" : delta.Infections.IsEmpty ? "only late" : $"{delta.Infections.Length} infected, {delta.EscapedMessages} escaped messages")}";
        }
        catch (UsageException refused)
        {
            return $"{id,-16}  not traced: {refused.Message}";
        }
    }
}
