using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Mutators.Tool.Verbs;

/// <summary><c>show</c>: all that is known of one mutant, and the commands that repeat its run.</summary>
internal static class ShowVerb
{
    /// <summary>Differing observations printed: the first ones tell the story, the store has the rest.</summary>
    internal const int DifferencesShown = 20;

    internal static Command Create(CommonOptions options)
    {
        var id = new Argument<string>("id") { Description = "The mutant's id, a unique beginning of it or of its hash, or its branch." };
        var command = new Command("show", "Shows one mutant: the fault, the outcome, what differs from the golden run, and how to repeat exactly this run.")
        {
            id, options.Repository, options.Format,
        };
        command.SetAction((line, _) => Task.FromResult((int)Run(line, options, line.GetValue(id)!)));
        return command;
    }

    /// <summary>Prints one difference: what golden observed, what the mutant observed.</summary>
    internal static void Print(Difference difference)
    {
        if (difference.Golden is { } golden)
        {
            Console.Out.WriteLine("  - " + golden);
        }

        if (difference.Mutant is { } mutant)
        {
            Console.Out.WriteLine("  + " + mutant);
        }
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, string id)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var snapshot = CampaignStore.Read(repository.OwnFolder);
        var result = Find(snapshot, id);
        var decision = new DecisionNotes(repository, TimeProvider.System).All().GetValueOrDefault(result.Mutant.Id);
        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            Json.Print(new
            {
                Id = result.Mutant.Id.ToString(),
                result.Mutant.Subject,
                result.Mutant.Path,
                result.Mutant.Line,
                result.Mutant.Column,
                result.Mutant.Branch,
                result.Mutant.Commit,
                Group = result.Mutant.Group.Key,
                result.Mutant.Component,
                result.Mutant.Stratum,
                NewWarnings = result.Mutant.Warnings,
                DuplicateOf = result.Mutant.SameAs?.ToString(),
                UnitTests = result.UnitTests is { } tests ? new { tests.Answer, tests.Reason } : null,
                Decision = decision is null ? null : new { decision.Dismissal, decision.Reason, decision.By, decision.On },
                result.Mutant.Diff,
                Activations = result.Activations.Select(each => new { each.Workload, each.Hits, each.FirstOrder }),
                Outcomes = result.Outcomes.Select(each => new
                {
                    each.Outcome.Workload,
                    FailureMode = each.Outcome.Mode.Key,
                    Also = each.Outcome.Flags.Skip(1).Select(flag => flag.Key),
                    each.Outcome.Detection,
                    each.Outcome.Detectors,
                    each.Outcome.Reason,
                    each.Outcome.Engine,
                    each.Outcome.Differences,
                }),
                Repeat = RepeatCommands(snapshot, result.Mutant),
            });
            return ExitCode.Done;
        }

        var mutant = result.Mutant;
        Console.Out.WriteLine($"{mutant.Id}  {mutant.OperatorName} ({mutant.FaultClass})");
        Console.Out.WriteLine($"{mutant.Change} in {mutant.Member}");
        Console.Out.WriteLine($"{mutant.Place}");
        Console.Out.WriteLine(mutant.Commit.Length == 0 ? "no branch: the compiler refuses it" : $"{mutant.Branch} {mutant.Commit}");
        if (mutant.SameAs is { } same)
        {
            Console.Out.WriteLine($"duplicate of {same}, which is run in its place");
        }

        if (!mutant.Warnings.IsEmpty)
        {
            Console.Out.WriteLine($"new compiler warnings: {string.Join(", ", mutant.Warnings)}");
        }

        if (result.UnitTests is { } unitTests)
        {
            Console.Out.WriteLine($"unit tests: {unitTests.Reason}");
        }

        if (decision is not null)
        {
            Console.Out.WriteLine($"dismissed in review as {decision.InWords}");
        }

        Console.Out.WriteLine();
        Console.Out.WriteLine(mutant.Diff.TrimEnd());
        foreach (var outcome in result.Outcomes.Select(each => each.Outcome))
        {
            Print(outcome, result);
        }

        if (RepeatCommands(snapshot, mutant).Length > 0)
        {
            Console.Out.WriteLine();
            Console.Out.WriteLine("Repeat exactly this run:");
            foreach (var command in RepeatCommands(snapshot, mutant))
            {
                Console.Out.WriteLine("  " + command);
            }
        }

        return ExitCode.Done;
    }

    private static void Print(Outcome outcome, MutantResult result)
    {
        var activation = result.Activations.FirstOrDefault(each => each.Workload == outcome.Workload);
        Console.Out.WriteLine();
        Console.Out.WriteLine($"workload     {outcome.Workload}");
        Console.Out.WriteLine($"activated    {(activation is null ? "unknown" : activation.Hits > 0 ? $"{activation.Hits} times in the golden run" : "never")}");
        Console.Out.WriteLine($"outcome      {outcome.Mode.Words}: {outcome.Reason}");
        if (outcome.Flags.Length > 1)
        {
            Console.Out.WriteLine($"also         {string.Join(", ", outcome.Flags.Skip(1).Select(flag => flag.Words))}");
        }

        if (outcome.Mode.IsActivated)
        {
            Console.Out.WriteLine($"detection    {outcome.Detection.Words}{(outcome.Detectors.IsEmpty ? "" : ": " + string.Join(", ", outcome.Detectors))}");
            Console.Out.WriteLine($"engine       {outcome.Engine}");
        }

        if (!outcome.Differences.IsEmpty)
        {
            Console.Out.WriteLine($"differs      {outcome.Differences.Length} observations (- golden, + mutant){(outcome.Differences.Length > DifferencesShown ? $", the first {DifferencesShown}:" : ":")}");
            foreach (var difference in outcome.Differences.Take(DifferencesShown))
            {
                Print(difference);
            }
        }
    }

    private static string[] RepeatCommands(CampaignSnapshot snapshot, MutantRecord mutant) => mutant.Commit.Length == 0 || snapshot[mutant.Id].Headline?.Mode.IsActivated is not true
        ? []
        :
        [
            $"dotnet mutators run --only {mutant.Id}",
            .. snapshot.Golden.Select(golden =>
                $"git worktree add --detach ../{mutant.Id} {mutant.Commit[..12]} && cd ../{mutant.Id} && {(golden.Tests is null ? Command(golden.Workload) : $"dotnet test {golden.Workload.Project}")}"),
        ];

    private static string Command(Workload workload) =>
        $"dotnet run --project {workload.Project}{string.Concat(workload.Arguments.Select((argument, index) => (index == 0 ? " -- " : " ") + Quoted(argument)))}";

    private static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or ':' or ',')
            ? argument
            : "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static MutantResult Find(CampaignSnapshot snapshot, string id)
    {
        var hash = id.Contains('/', StringComparison.Ordinal) ? id[(id.LastIndexOf('/') + 1)..] : id;
        var found = snapshot.Mutants
            .Where(each => each.Mutant.Id.ToString().StartsWith(hash, StringComparison.OrdinalIgnoreCase)
                || each.Mutant.Id.Hash.StartsWith(hash, StringComparison.OrdinalIgnoreCase))
            .ToArray();
        return found switch
        {
            [var only] => only,
            [] => throw new UsageException($"There is no mutant '{id}' in the last campaign.", "See them all: dotnet mutators report --format csv"),
            _ => throw new UsageException($"'{id}' can be {string.Join(", ", found.Take(5).Select(each => each.Mutant.Id))}.", "Give more of the id."),
        };
    }
}
