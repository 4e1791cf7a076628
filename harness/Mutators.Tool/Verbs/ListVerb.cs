using System.Collections.Immutable;
using System.CommandLine;
using Microsoft.Extensions.Logging;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Faultloads;

namespace Mutators.Tool.Verbs;

/// <summary><c>list</c>: the injection sites of the targets.</summary>
internal static class ListVerb
{
    /// <summary>The name of the last row and column.</summary>
    private const string All = "all";

    private const int ColumnWidth = 8;

    private const int TerminalWidth = 80;

    internal static Command Create(CommonOptions options)
    {
        var summary = new Option<bool>("--summary") { Description = "Only how many sites each operator has in each project." };
        var save = new Option<string?>("--save") { Description = "Also write the drawn faultload to a file, which --faultload takes, and list what was drawn.", HelpName = "FILE" };
        var command = new Command("list", "Lists the injection sites: where a typical residual bug could have been left. With --sample, --margin or --faultload only the drawn ones.")
        {
            options.Repository, options.Campaign, options.Solution, options.Verbosity, summary, save, options.Format,
        };
        options.Faultload.AddTo(command);
        command.SetAction((line, cancel) => Task.FromResult((int)Run(line, options, line.GetValue(summary), line.GetValue(save), cancel)));
        return command;
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, bool summary, string? save, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var configuration = options.Configuration(line, repository.Root);
        using var log = options.Log(line);
        using var workspace = GoldenWorkspace.Open(repository, configuration, log, cancel, isRead: true);
        var sites = save is null && !options.Faultload.AskForFaultload(line) ? workspace.Sites(cancel) : Drawn();
        log.ClearStatus();
        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            Json.Print(sites.Select(site => new
            {
                Id = site.Id.ToString(),
                Operator = site.Id.Operator,
                FaultClass = site.Operator.Definition.FaultClass,
                site.Path,
                Line = site.Lines.StartLinePosition.Line + 1,
                Column = site.Lines.StartLinePosition.Character + 1,
                Member = site.MemberName,
                site.Site.Change,
            }));
        }
        else if (summary)
        {
            PrintSummary(workspace, sites);
        }
        else
        {
            foreach (var site in sites)
            {
                var start = site.Lines.StartLinePosition;
                Console.Out.WriteLine($"{site.Id,-16} {site.Path}:{start.Line + 1}:{start.Character + 1} {site.Site.Change} in {site.MemberName}");
            }
        }

        if (sites.IsEmpty)
        {
            log.LogWarning("{Step,-10} no site: no fault of these operators is possible in what the targets, filters and comments leave; 'config' shows what is asked for", "warning");
        }

        return ExitCode.Done;

        ImmutableArray<Mutant> Drawn()
        {
            var faultload = new FaultloadChoice(workspace, configuration, options.Faultload.File(line), log, [.. new DecisionNotes(repository, TimeProvider.System).All().Keys]).Choose(cancel);
            if (save is not null)
            {
                FaultloadFile.Of(faultload, repository.Golden.CommitSha, configuration, workspace.Operators).Write(save);
                log.LogInformation("{Step,-10} {File}: the same branches anywhere with --faultload {Same}", "saved", save, save);
            }

            return faultload.Mutants;
        }
    }

    /// <summary>Operators as columns where a terminal holds them, otherwise as rows.</summary>
    private static void PrintSummary(GoldenWorkspace workspace, ImmutableArray<Mutant> sites)
    {
        string[] operators = [.. sites.Select(site => site.Id.Operator).Distinct().Order(StringComparer.Ordinal), All];
        string[] components = [.. workspace.Targets.Select(target => target.Name), All];
        var counts = sites.SelectMany(site => Cells(site.Id.Operator, workspace.ComponentOf(site))).CountBy(cell => cell).ToDictionary();
        var isWide = components.Max(each => each.Length) + (operators.Length * ColumnWidth) > TerminalWidth;
        var (rows, columns) = isWide ? (operators, components) : (components, operators);
        var first = Math.Max("sites".Length, rows.Max(row => row.Length));
        var widths = columns.Select(column => Math.Max(ColumnWidth, column.Length + 2)).ToArray();
        Console.Out.WriteLine("sites".PadRight(first) + string.Concat(columns.Zip(widths, (column, width) => column.PadLeft(width))));
        foreach (var row in rows)
        {
            Console.Out.WriteLine(row.PadRight(first) + string.Concat(columns.Zip(widths, (column, width) =>
                $"{counts.GetValueOrDefault(isWide ? (row, column) : (column, row))}".PadLeft(width))));
        }
    }

    private static IEnumerable<(string Operator, string Component)> Cells(string faultOperator, string component) =>
        [(faultOperator, component), (faultOperator, All), (All, component), (All, All)];
}
