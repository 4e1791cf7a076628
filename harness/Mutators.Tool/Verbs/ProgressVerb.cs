using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Store;

namespace Mutators.Tool.Verbs;

/// <summary><c>progress</c>: how far the shards of a campaign are, read from their stores while they run.</summary>
internal static class ProgressVerb
{
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
        var all = StorePaths.Of(repository, named).Select(StoreProgress.Read).OfType<StoreProgress>()
            .OrderBy(each => each.Shard?.Count).ThenBy(each => each.Shard?.Number).ThenBy(each => each.File, StringComparer.Ordinal)
            .ToList();
        var count = all.Max(each => each.Shard?.Count) ?? 0;
        var silent = Enumerable.Range(1, count).Except(all.Where(each => each.Shard?.Count == count).Select(each => each.Shard!.Number)).ToList();
        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            Json.Print(new
            {
                Stores = all.Select(each => new { each.File, Shard = each.Shard?.ToString(), State = State(each), each.Mutants, each.Judged, each.Failures, each.Errors }),
                NotBegun = silent,
            });
            return ExitCode.Done;
        }

        Print("shard", "judged", "of", "failures", "errors", "");
        foreach (var each in all)
        {
            Print(each.Shard?.ToString() ?? "all", $"{each.Judged}", $"{each.Mutants}", $"{each.Failures}", each.Errors > 0 ? $"{each.Errors}" : "", State(each));
        }

        Print("sum", $"{all.Sum(each => each.Judged)}", $"{all.Sum(each => each.Mutants)}", $"{all.Sum(each => each.Failures)}", $"{all.Sum(each => each.Errors)}",
            $"{all.Count(each => each.IsDone)} of {Math.Max(count, all.Count)} done");
        if (silent.Count > 0)
        {
            Console.Out.WriteLine($"not begun: {string.Join(", ", silent.Select(number => $"{number}/{count}"))}");
        }

        return ExitCode.Done;
    }

    private static string State(StoreProgress each) => each.IsDone ? "done" : !each.HasBegun ? "beginning" : each.Errors > 0 ? "running, or with errors" : "running, or stopped";

    private static void Print(string shard, string judged, string total, string failures, string errors, string state) =>
        Console.Out.WriteLine($"{shard,-9}{judged,8}{total,8}{failures,10}{errors,8}  {state}".TrimEnd());
}
