using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Store;

namespace Mutators.Tool.Verbs;

/// <summary><c>progress</c>: how far the shards of a campaign are, of each campaign by itself, read from their stores while they run.</summary>
internal static class ProgressVerb
{
    /// <summary>Of a commit's id: as many as git shows in a large repository.</summary>
    private const int ShownDigits = 12;

    internal static Command Create(CommonOptions options)
    {
        var stores = MergeVerb.StoresArgument();
        var command = new Command("progress", "Shows how far the shards of a campaign are, from their stores; also while they run, and on another machine.")
        {
            stores, options.Repository, options.Format,
        };
        command.SetAction((line, _) => Task.FromResult((int)Run(line, options, line.GetValue(stores)!)));
        return command;
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, string[] named)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var files = StorePaths.Of(repository, named);
        var all = files.Select(StoreProgress.Read).OfType<StoreProgress>()
            .OrderBy(each => each.Shard?.Count).ThenBy(each => each.Shard?.Number).ThenBy(each => each.File, StringComparer.Ordinal)
            .ToList();
        var campaigns = new List<List<StoreProgress>>();
        foreach (var each in all)
        {
            if (campaigns.Find(stores => stores[0].IsPartOfOneWith(each)) is { } others)
            {
                others.Add(each);
            }
            else
            {
                campaigns.Add([each]);
            }
        }

        var empty = files.Except(all.Select(each => each.File), StringComparer.Ordinal).ToList();
        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            Json.Print(new
            {
                Campaigns = campaigns.Select(stores => new
                {
                    stores[0].Identity.GoldenCommit,
                    Faultload = stores[0].Identity.Faultload.Rule,
                    Shards = stores[0].Shard?.Count,
                    Stores = stores.Select(each => new { each.File, Shard = each.Shard?.ToString(), State = State(each), each.Mutants, each.Judged, each.Failures, each.Errors }),
                    NotBegun = Silent(stores),
                }),
                Empty = empty,
            });
            return ExitCode.Done;
        }

        foreach (var stores in campaigns)
        {
            Print(stores, isFirst: stores == campaigns[0]);
        }

        foreach (var file in empty)
        {
            Console.Out.WriteLine($"nothing in it yet: {file}");
        }

        return ExitCode.Done;
    }

    private static void Print(List<StoreProgress> stores, bool isFirst)
    {
        var (identity, count) = (stores[0].Identity, stores[0].Shard?.Count ?? 0);
        Console.Out.WriteLine($"{(isFirst ? "" : "\n")}golden {identity.GoldenCommit[..Math.Min(ShownDigits, identity.GoldenCommit.Length)]}, {identity.Faultload.Rule}");
        Print("shard", "judged", "of", "failures", "errors", "");
        foreach (var each in stores)
        {
            Print(each.Shard?.ToString() ?? "all", $"{each.Judged}", $"{each.Mutants}", $"{each.Failures}", each.Errors > 0 ? $"{each.Errors}" : "", State(each));
        }

        Print("sum", $"{stores.Sum(each => each.Judged)}", $"{stores.Sum(each => each.Mutants)}", $"{stores.Sum(each => each.Failures)}", $"{stores.Sum(each => each.Errors)}",
            $"{stores.Count(each => each.IsDone)} of {Math.Max(count, stores.Count)} done");
        var silent = Silent(stores);
        if (silent.Count > 0)
        {
            Console.Out.WriteLine($"not begun: {string.Join(", ", silent.Select(number => $"{number}/{count}"))}");
        }
    }

    /// <summary>The shards of a campaign that have no store.</summary>
    private static List<int> Silent(List<StoreProgress> stores) => [.. Enumerable.Range(1, stores[0].Shard?.Count ?? 0).Except(stores.Select(each => each.Shard?.Number ?? 0))];

    private static string State(StoreProgress each) => each.IsDone ? "done" : !each.HasBegun ? "beginning" : each.Errors > 0 ? "running, or with errors" : "running, or stopped";

    private static void Print(string shard, string judged, string total, string failures, string errors, string state) =>
        Console.Out.WriteLine($"{shard,-9}{judged,8}{total,8}{failures,10}{errors,8}  {state}".TrimEnd());
}
