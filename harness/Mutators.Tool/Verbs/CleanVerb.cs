using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Mutators.Tool.Verbs;

/// <summary><c>clean</c>: takes away the branches and notes that are the tool's own.</summary>
internal static class CleanVerb
{
    internal static Command Create(CommonOptions options)
    {
        var dryRun = new Option<bool>("--dry-run", "-n") { Description = "Only say what would be deleted." };
        var command = new Command("clean", "Deletes the mutant branches that carry the tool's trailers, and their notes. Branches edited by hand stay; so does the campaign's store.")
        {
            options.Repository, dryRun,
        };
        command.SetAction((line, _) => Task.FromResult((int)Run(options.Start(line), line.GetValue(dryRun))));
        return command;
    }

    private static ExitCode Run(string start, bool dryRun)
    {
        using var repository = MutantRepository.Open(start);
        var cleaned = repository.Clean(dryRun);
        foreach (var branch in cleaned.Deleted)
        {
            Console.Out.WriteLine($"{(dryRun ? "would delete" : "deleted")} {branch.Name}");
        }

        foreach (var branch in cleaned.Kept)
        {
            Console.Error.WriteLine($"kept {branch.Name}: it was edited by hand, or is checked out");
        }

        Console.Error.WriteLine($"{cleaned.Deleted.Length} branches {(dryRun ? "would be deleted" : "deleted")}, {cleaned.Kept.Length} kept");
        return ExitCode.Done;
    }
}
