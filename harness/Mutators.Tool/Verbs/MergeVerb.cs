using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Tool.Verbs;

/// <summary><c>merge</c>: one campaign of the stores that its shards wrote.</summary>
internal static class MergeVerb
{
    internal static Command Create(CommonOptions options)
    {
        var stores = StoresArgument();
        var command = new Command(
            "merge", "Makes one campaign of the stores of its shards, in any order and as often as you like; report, show and compare then read it. Exit code 3 if two stores disagree about a mutant.")
        {
            stores, options.Repository, options.Reporter,
        };
        var thresholds = new Thresholds();
        thresholds.AddTo(command);
        command.SetAction((line, cancel) => Task.FromResult((int)Run(options.Start(line), line.GetValue(stores)!, Reporters.Parse(line.GetValue(options.Reporter) ?? []), thresholds.Of(line), cancel)));
        return command;
    }

    internal static Argument<string[]> StoresArgument() => new("store")
    {
        Description = "Stores: files, or folders that hold some. Default: those of the shards that ran in this repository.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static ExitCode Run(string start, string[] named, Reporters reporters, Func<CampaignSnapshot, ExitCode> judge, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(start);
        var merged = StoreMerge.Merge(StorePaths.Of(repository, named), repository.EnsureOwnFolder(), cancel);
        if (merged.Archived is { } archived)
        {
            Console.Error.WriteLine($"{"archived",-10} the earlier campaign is kept in .mutators/{archived}");
        }

        var missing = merged.Faultload - merged.Mutants;
        Console.Error.WriteLine($"{"merged",-10} {merged.Stores} stores: {merged.Mutants} of {merged.Faultload} mutants{(missing > 0 ? $"; {missing} are in shards that are missing" : "")}");
        foreach (var variants in merged.Disagreements.GroupBy(each => (each.Mutant, each.Workload)))
        {
            Console.Error.WriteLine($"{"differs",-10} {variants.Key.Mutant} {variants.Key.Workload}: {InWords([.. variants])}");
        }

        var snapshot = CampaignStore.Read(repository.OwnFolder) with { Decisions = new DecisionNotes(repository, TimeProvider.System).All() };
        repository.WriteNotes(snapshot);
        ReportVerb.PrintSummary(snapshot, repository.OwnFolder, reporters);
        var judged = judge(snapshot);
        return merged.Disagreements.IsEmpty ? judged : ExitCode.OutcomesDisagree;
    }

    private static string InWords(Disagreement[] variants) => variants is [var only]
        ? $"{only.Mode.Words} ({only.Reason}) in all stores, with different observations"
        : string.Join("; ", variants.Select(each => $"{each.Mode.Words} ({each.Reason})")) + ". The first is taken";
}
