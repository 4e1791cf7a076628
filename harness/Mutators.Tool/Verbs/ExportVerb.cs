using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Store;
using Mutators.Reporting;

namespace Mutators.Tool.Verbs;

/// <summary><c>export</c>: writes what the last campaign found out for the analyzers, which show it where people edit.</summary>
internal static class ExportVerb
{
    private const string FileName = "outcomes.json";

    internal static Command Create(CommonOptions options)
    {
        var command = new Command("export", "Writes the last campaign's outcomes and the reviewers' decisions to .mutators/outcomes.json, where the analyzer package reads them.")
        {
            options.Repository,
        };
        command.SetAction((line, _) =>
        {
            using var repository = MutantRepository.Open(options.Start(line));
            Console.Out.WriteLine(Write(repository, CampaignStore.Read(repository.OwnFolder)));
            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    /// <summary>Writes the file again where it was asked for once: what an IDE shows is then never older than what is known.</summary>
    internal static void Refresh(MutantRepository repository)
    {
        if (File.Exists(Path.Combine(repository.OwnFolder, FileName)) && CampaignStore.Exists(repository.OwnFolder))
        {
            Write(repository, CampaignStore.Read(repository.OwnFolder));
        }
    }

    private static string Write(MutantRepository repository, CampaignSnapshot snapshot)
    {
        var path = Path.Combine(repository.EnsureOwnFolder(), FileName);
        var day = DateOnly.FromDateTime(CampaignStore.LastWritten(repository.OwnFolder));
        var text = AnalyzerOutcomes.Render(snapshot, new DecisionNotes(repository, TimeProvider.System).All(), day);

        // In one step: a compiler may be reading it.
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }
}
