using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Store;
using Mutators.Reporting.Results;

namespace Mutators.Tool.Verbs;

/// <summary><c>results</c>: the tables and plots of a study, from the stores of one or more campaigns.</summary>
internal static class ResultsVerb
{
    private const string Hypertext = "results.html";

    internal static Command Create(CommonOptions options)
    {
        var stores = new Argument<FileInfo[]>("STORE") { Description = "Campaign stores to take together. Default: the last campaign, .mutators/campaign.db.", Arity = ArgumentArity.ZeroOrMore };
        var output = new Option<DirectoryInfo?>("--output", "-o") { Description = "The folder to write results.html, results.md and the plots to. Default: .mutators/results.", HelpName = "DIR" };
        var without = new Option<string[]>("--without-monitor")
        {
            Description = "Take a monitor for absent, by the last word of its name (canary, ping, read-back): what only it noticed was noticed by nobody. May be given several times.",
            HelpName = "NAME",
        };
        var command = new Command("results", "Writes the results of campaigns as a study would: failure modes, detection, latency, two rounds, estimates. Each number leads to its mutants. Runs nothing.")
        {
            stores, options.Repository, output, without,
        };
        command.SetAction((line, _) => Task.FromResult((int)Run(options.Start(line), line.GetValue(stores) ?? [], line.GetValue(output), line.GetValue(without) ?? [])));
        return command;
    }

    private static ExitCode Run(string start, FileInfo[] stores, DirectoryInfo? output, string[] without)
    {
        using var repository = MutantRepository.Open(start);
        var campaigns = stores.Length == 0 ? [CampaignStore.Read(repository.OwnFolder)] : stores.Select(Read).ToList();
        if (campaigns.Select(each => each.Identity.GoldenTree).Distinct().Count() > 1)
        {
            throw new UsageException("The campaigns are of different golden commits, so they cannot be counted together.", "Give stores of one commit, or run the older campaign again.");
        }

        var page = new Study(campaigns, without.ToHashSet(StringComparer.Ordinal)).Page();
        var folder = output?.FullName ?? Path.Combine(repository.OwnFolder, "results");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, Hypertext), ResultsHtml.Render(page));
            File.WriteAllText(Path.Combine(folder, "results.md"), ResultsMarkdown.Render(page, Hypertext));
            foreach (var plot in page.Sections.SelectMany(section => section.Blocks).OfType<Plot>())
            {
                File.WriteAllText(Path.Combine(folder, plot.Name + ".svg"), plot.Svg);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{folder} cannot be written: {problem.Message}", "Name another folder with --output DIR.");
        }

        Console.Out.WriteLine(Path.Combine(folder, Hypertext));
        return ExitCode.Done;
    }

    private static CampaignSnapshot Read(FileInfo store) => CampaignStore.ReadFile(store.FullName)
        ?? throw new UsageException($"{store.FullName} holds no campaign.", "Give the path of a campaign.db.");
}
