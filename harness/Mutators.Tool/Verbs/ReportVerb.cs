using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Store;
using Mutators.Reporting;

namespace Mutators.Tool.Verbs;

/// <summary><c>report</c>: renders the last campaign again, in any format, from its store.</summary>
internal static class ReportVerb
{
    /// <summary>Width of tables where standard output is no terminal.</summary>
    private const int PlainWidth = 120;

    /// <summary>The format that is no file: tables for a terminal.</summary>
    private const string Text = "text";

    internal static Command Create(CommonOptions options)
    {
        var format = new Option<string>("--format")
        {
            Description = $"text (tables; the default), {string.Join(", ", ReportFormat.All.Select(each => $"{each.Name} ({each.Description})"))}.",
            HelpName = "NAME",
            DefaultValueFactory = _ => Text,
        };
        var store = new Option<FileInfo?>("--store") { Description = "The store to read. Default: the repository's last campaign.", HelpName = "FILE" };
        var output = new Option<FileInfo?>("--output", "-o") { Description = "The file to write. Default: standard output; for html .mutators/report.html.", HelpName = "FILE" };
        var command = new Command("report", "Renders the last campaign from its store. Html prints the path of the file it wrote.")
        {
            options.Repository, format, store, output,
        };
        command.SetAction((line, _) => Task.FromResult((int)Run(options.Start(line), line.GetValue(format)!, line.GetValue(store), line.GetValue(output))));
        return command;
    }

    /// <summary>Prints the summary of a campaign and leaves its reports beside the store.</summary>
    internal static void PrintSummary(CampaignSnapshot snapshot, string ownFolder, Reporters? reporters = null) =>
        PrintSummary(snapshot, Console.Out, (reporters ?? Reporters.Parse([])).Write(snapshot, ownFolder));

    private static void PrintSummary(CampaignSnapshot snapshot, TextWriter output, string? page)
    {
        var isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        var width = isTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : PlainWidth;
        ConsoleSummary.Write(snapshot, output, width, isTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "", page);
    }

    private static ExitCode Run(string start, string name, FileInfo? store, FileInfo? output)
    {
        var format = name.Equals(Text, StringComparison.OrdinalIgnoreCase) ? null : Reporters.Format(name, Text);
        using var repository = MutantRepository.Open(start);
        var snapshot = store is null
            ? CampaignStore.Read(repository.OwnFolder)
            : StorePaths.Read(store.FullName);
        snapshot = snapshot with { Decisions = new DecisionNotes(repository, TimeProvider.System).All() };
        if (format == ReportFormat.Html && output is null)
        {
            output = new FileInfo(Path.Combine(repository.OwnFolder, ReportFormat.Html.FileName!));
        }

        if (output is not null)
        {
            Reporters.Write(format is null ? Plain(snapshot) : format.Render(snapshot), output.FullName);
            Console.Out.WriteLine(output.FullName);
        }
        else if (format is null)
        {
            PrintSummary(snapshot, Console.Out, page: null);
        }
        else
        {
            Console.Out.Write(format.Render(snapshot));
        }

        return ExitCode.Done;
    }

    private static string Plain(CampaignSnapshot snapshot)
    {
        var text = new StringWriter();
        PrintSummary(snapshot, text, page: null);
        return text.ToString();
    }
}
