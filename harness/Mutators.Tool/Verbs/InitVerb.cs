using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;

namespace Mutators.Tool.Verbs;

/// <summary><c>init</c>: finds what there is to do, proves that golden runs twice the same, and writes it down.</summary>
internal static class InitVerb
{
    internal static Command Create(CommonOptions options)
    {
        var schema = new Option<bool>("--schema") { Description = "Only print the JSON schema of the configuration file, for editors." };
        var force = new Option<bool>("--force") { Description = "Replace a file that is there." };
        var command = new Command("init", $"Finds the solution's projects, runs golden twice to see that it is repeatable, and writes {ConfigurationFile.DefaultName} with every key and a comment. Executes the target's code.")
        {
            schema, force, options.Repository, options.Solution, options.Verbosity,
        };
        command.SetAction((line, cancel) =>
        {
            if (line.GetValue(schema))
            {
                Console.Out.Write(ConfigurationText.Schema());
                return Task.FromResult((int)ExitCode.Done);
            }

            return Task.FromResult((int)Run(line, options, line.GetValue(force), cancel));
        });
        return command;
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, bool force, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var file = Path.Combine(repository.Root, ConfigurationFile.DefaultName);
        if (File.Exists(file) && !force)
        {
            throw new UsageException($"There is a {ConfigurationFile.DefaultName} already.", "See what it gives with 'dotnet mutators config', or replace it: dotnet mutators init --force");
        }

        var asked = new CampaignConfiguration { Solution = line.GetValue(options.Solution) };
        using var log = options.Log(line);
        var (targets, golden) = new CampaignRunner(repository, asked, log).Prove(cancel);
        log.ClearStatus();
        var found = asked with { Targets = targets, Workloads = [.. golden.Select(run => run.Workload)] };
        Reporters.Write(ConfigurationText.Commented(found), file);
        Console.Out.WriteLine(file);
        Console.Error.WriteLine("Next: commit it, then 'dotnet mutators list --summary' and 'dotnet mutators run --sample 50'.");
        return ExitCode.Done;
    }
}
