using System.Collections.Immutable;
using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Mutators.Tool.Verbs;

/// <summary><c>list</c>: the injection sites of the targets.</summary>
internal static class ListVerb
{
    internal static Command Create(CommonOptions options)
    {
        var summary = new Option<bool>("--summary") { Description = "Only how many sites each operator has in each project." };
        var command = new Command("list", "Lists the injection sites: where a typical residual bug could have been left.")
        {
            options.Repository, options.Campaign, options.Operators, options.In, summary, options.Format,
        };
        command.SetAction((line, cancel) => Task.FromResult((int)Run(line, options, line.GetValue(summary), cancel)));
        return command;
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, bool summary, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        using var workspace = GoldenWorkspace.Open(repository, options.Configuration(line, repository.Root), ToolLog.Create(), cancel);
        var sites = workspace.Sites(cancel);
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

        return ExitCode.Done;
    }

    private static void PrintSummary(GoldenWorkspace workspace, ImmutableArray<Mutant> sites)
    {
        var operators = sites.Select(site => site.Operator).Distinct().OrderBy(each => each.Definition.Id, StringComparer.Ordinal).ToArray();
        var width = Math.Max(10, workspace.Targets.Max(target => target.Name.Length));
        Console.Out.WriteLine($"{"sites".PadRight(width)} {string.Concat(operators.Select(each => $"{each,8}"))}{"all",8}");
        foreach (var target in workspace.Targets)
        {
            var paths = target.Sources.Select(source => source.Path).ToHashSet(StringComparer.Ordinal);
            PrintRow(target.Name, [.. sites.Where(site => paths.Contains(site.Path))]);
        }

        PrintRow("all", sites);

        void PrintRow(string name, ImmutableArray<Mutant> row) => Console.Out.WriteLine(
            $"{name.PadRight(width)} {string.Concat(operators.Select(each => $"{row.Count(site => site.Operator == each),8}"))}{row.Length,8}");
    }
}
