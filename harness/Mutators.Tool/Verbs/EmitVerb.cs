using System.Collections.Immutable;
using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Mutators.Tool.Verbs;

/// <summary><c>emit</c>: draws a faultload and writes each mutant as a git branch, or moves those that are there; builds and runs nothing.</summary>
internal static class EmitVerb
{
    internal static Command Create(CommonOptions options)
    {
        var onto = new Option<string?>("--onto")
        {
            Description = "Instead of drawing: move the mutants that nobody has decided about from their golden commit to this one, and say which changed, vanished or appeared.",
            HelpName = "COMMIT",
        };
        var command = new Command("emit", "Draws a faultload and emits each fault as a git branch, mutants/<OPERATOR>/<hash>.")
        {
            options.Repository, options.Campaign, options.Solution, options.Verbosity, options.Refs, onto, options.Format,
        };
        options.Faultload.AddTo(command);
        command.SetAction((line, cancel) => Task.FromResult((int)(line.GetValue(onto) is { } commit ? Move(line, options, commit, cancel) : Run(line, options, cancel))));
        return command;
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        using var log = options.Log(line);
        var runner = new CampaignRunner(repository, options.Configuration(line, repository.Root), log, options.Faultload.File(line)) { RefPrefix = options.RefPrefix(line) };
        var branches = runner.Emit(cancel);
        log.ClearStatus();
        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            Json.Print(branches.Select(branch => new { Id = branch.Id.ToString(), branch.Name, Commit = branch.CommitSha }));
        }
        else
        {
            foreach (var branch in branches)
            {
                Console.Out.WriteLine($"{branch.CommitSha} {branch.Name}");
            }
        }

        return ExitCode.Done;
    }

    private static ExitCode Move(ParseResult line, CommonOptions options, string onto, CancellationToken cancel)
    {
        ImmutableArray<MovedMutant> moved;
        using (var repository = MutantRepository.Open(options.Start(line)))
        {
            var decided = new DecisionNotes(repository, TimeProvider.System).All().Keys.ToHashSet();
            moved = new GoldenMove(repository.Root, options.Configuration(line, repository.Root), options.Log(line, hasStatus: false)).Run(onto, decided, cancel);
        }

        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            Json.Print(moved.Select(each => new { each.Outcome, Id = each.Id.ToString(), From = each.Old?.CommitSha, To = each.New?.CommitSha, Branch = (each.New ?? each.Old)?.Name, Change = each.InWords }));
        }
        else
        {
            foreach (var each in moved)
            {
                Console.Out.WriteLine($"{Word(each.Outcome),-9} {each.Id,-16} {each.InWords}{Before(each)}");
            }
        }

        Console.Error.WriteLine(moved.IsEmpty
            ? "There is no mutant on another golden commit."
            : string.Join(", ", moved.CountBy(each => each.Outcome).OrderBy(each => each.Key).Select(each => $"{each.Value} {Word(each.Key)}")));
        return ExitCode.Done;
    }

    /// <summary>What a mutant was before it changed, as its id and as git shows it.</summary>
    private static string Before(MovedMutant moved) => moved is { Outcome: MoveOutcome.Changed, Old: { } old, New: { } now }
        ? $"{(old.Id == now.Id ? "" : $" (was {old.Id})")}: git range-diff {old.CommitSha[..12]}^! {now.CommitSha[..12]}^!"
        : "";

    private static string Word(MoveOutcome outcome) => outcome switch
    {
        MoveOutcome.Moved => "moved",
        MoveOutcome.Changed => "changed",
        MoveOutcome.Vanished => "vanished",
        MoveOutcome.Appeared => "appeared",
        _ => "kept",
    };
}
