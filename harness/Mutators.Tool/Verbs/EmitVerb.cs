using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Mutators.Tool.Verbs;

/// <summary><c>emit</c>: draws a faultload and writes each mutant as a git branch, without building or running anything.</summary>
internal static class EmitVerb
{
    internal static Command Create(CommonOptions options)
    {
        var command = new Command("emit", "Draws a faultload and emits each fault as a git branch, mutants/<OPERATOR>/<hash>.")
        {
            options.Repository, options.Campaign, options.Format,
        };
        options.Faultload.AddTo(command);
        command.SetAction((line, cancel) => Task.FromResult((int)Run(line, options, cancel)));
        return command;
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var runner = new CampaignRunner(repository, options.Configuration(line, repository.Root), ToolLog.Create(), options.Faultload.File(line));
        var branches = runner.Emit(cancel);
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
}
