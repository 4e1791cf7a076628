using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Store;
using Mutators.Reporting;
using Mutators.Reporting.Html;

namespace Mutators.Tool.Verbs;

/// <summary><c>report</c>: renders the last campaign again, in any format, from its store.</summary>
internal static class ReportVerb
{
    /// <summary>Width of tables where standard output is no terminal.</summary>
    private const int PlainWidth = 120;

    internal static Command Create(CommonOptions options)
    {
        var format = new Option<ReportFormat>("--format")
        {
            Description = "text, html, markdown, json (the campaign), or elements (JSON of the mutation testing report schema).",
            HelpName = "text|html|markdown|json|elements",
        };
        var output = new Option<FileInfo?>("--output", "-o") { Description = "The file to write. Default: standard output; for html .mutators/report.html.", HelpName = "FILE" };
        var command = new Command("report", "Renders the last campaign from its store. Html prints the path of the file it wrote.")
        {
            options.Repository, format, output,
        };
        command.SetAction((line, _) => Task.FromResult((int)Run(options.Start(line), line.GetValue(format), line.GetValue(output))));
        return command;
    }

    /// <summary>Prints the summary of a campaign and leaves its HTML report beside the store.</summary>
    internal static void PrintSummary(CampaignSnapshot snapshot, string ownFolder)
    {
        var page = Path.Combine(ownFolder, "report.html");
        File.WriteAllText(page, HtmlReport.Render(snapshot));
        PrintSummary(snapshot, Console.Out, page);
    }

    private static void PrintSummary(CampaignSnapshot snapshot, TextWriter output, string? page)
    {
        var isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        var width = isTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : PlainWidth;
        ConsoleSummary.Write(snapshot, output, width, isTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "", page);
    }

    private static ExitCode Run(string start, ReportFormat format, FileInfo? output)
    {
        using var repository = MutantRepository.Open(start);
        var snapshot = CampaignStore.Read(repository.OwnFolder);
        if (format is ReportFormat.Html && output is null)
        {
            output = new FileInfo(Path.Combine(repository.OwnFolder, "report.html"));
        }

        if (output is null)
        {
            Write(snapshot, format, Console.Out);
            return ExitCode.Done;
        }

        try
        {
            using var file = new StreamWriter(output.FullName);
            Write(snapshot, format, file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{output.FullName} cannot be written: {problem.Message}", "Name another file with --output FILE.");
        }

        Console.Out.WriteLine(output.FullName);
        return ExitCode.Done;
    }

    private static void Write(CampaignSnapshot snapshot, ReportFormat format, TextWriter output)
    {
        switch (format)
        {
            case ReportFormat.Html:
                output.Write(HtmlReport.Render(snapshot));
                break;
            case ReportFormat.Markdown:
                output.Write(MarkdownSummary.Render(snapshot));
                break;
            case ReportFormat.Json:
                output.Write(CampaignJson.Render(snapshot));
                break;
            case ReportFormat.Elements:
                output.Write(MutationTestingJson.Render(snapshot));
                break;
            default:
                PrintSummary(snapshot, output, page: null);
                break;
        }
    }
}

/// <summary>What a campaign is rendered as.</summary>
internal enum ReportFormat
{
    /// <summary>Tables for a terminal.</summary>
    Text,

    /// <summary>One offline page.</summary>
    Html,

    /// <summary>For a pull request.</summary>
    Markdown,

    /// <summary>The campaign, for programs.</summary>
    Json,

    /// <summary>The mutation testing report schema, for its viewers.</summary>
    Elements,
}
