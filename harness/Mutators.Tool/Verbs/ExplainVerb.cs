using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Mutators.Tool.Verbs;

/// <summary><c>explain</c>: what an operator emulates, and where this repository has sites for it.</summary>
internal static class ExplainVerb
{
    /// <summary>Sites printed with an operator: enough to see what it means here; <c>list --operators</c> prints all.</summary>
    private const int SitesShown = 10;

    internal static Command Create(CommonOptions options)
    {
        var which = new Argument<string?>("operator") { HelpName = "OPERATOR", Description = "The operator's id, for example MFC. Left out: a line for each operator.", Arity = ArgumentArity.ZeroOrOne };
        which.CompletionSources.Add(_ => FaultOperator.All.Select(each => new System.CommandLine.Completions.CompletionItem(each.Definition.Id)));
        var sites = new Option<bool>("--sites") { Description = "Also show sites of it in this repository." };
        var command = new Command("explain", "Explains a fault operator: the bug it stands for, how often the field studies met it, an example.")
        {
            which, sites, options.Repository, options.Campaign, options.Format,
        };
        command.SetAction((line, cancel) => Task.FromResult((int)Run(line, options, line.GetValue(which), line.GetValue(sites), cancel)));
        return command;
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, string? id, bool withSites, CancellationToken cancel)
    {
        var asked = id is null ? FaultOperator.All : [CommonOptions.RequireOperator(id)];
        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            Json.Print(asked.Select(each => each.Definition));
        }
        else if (id is null)
        {
            foreach (var definition in asked.Select(each => each.Definition))
            {
                Console.Out.WriteLine($"{definition.Id,-7} {definition.FaultClass,-10} {definition.Name}");
            }
        }
        else
        {
            Print(asked[0].Definition);
            if (withSites)
            {
                PrintSites(line, options, asked[0], cancel);
            }
        }

        return ExitCode.Done;
    }

    private static void Print(FaultDefinition definition)
    {
        Console.Out.WriteLine($"{definition.Id}: {definition.Name}");
        Console.Out.WriteLine();
        Console.Out.WriteLine(definition.Rationale);
        Console.Out.WriteLine();
        Console.Out.WriteLine($"class        {definition.FaultClass} (Orthogonal Defect Classification)");
        Console.Out.WriteLine(definition.FieldCount is { } count
            ? $"field data   {count} of 668 faults ({100.0 * count / 668:0.00} %), Durães and Madeira, IEEE TSE 32(11), 2006"
            : "field data   no published count");
        Console.Out.WriteLine($"constraints  {(definition.Constraints.IsEmpty ? "none of C01 to C12" : string.Join(' ', definition.Constraints))}");
        Console.Out.WriteLine();
        foreach (var text in definition.Before.ReplaceLineEndings("\n").Split('\n'))
        {
            Console.Out.WriteLine("  - " + text);
        }

        foreach (var text in definition.After.ReplaceLineEndings("\n").Split('\n'))
        {
            Console.Out.WriteLine("  + " + text);
        }
    }

    private static void PrintSites(ParseResult line, CommonOptions options, FaultOperator asked, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var configuration = options.Configuration(line, repository.Root) with { Operators = [asked.Definition.Id] };
        var sites = GoldenWorkspace.Open(repository, configuration, ToolLog.Create(), cancel).Sites(cancel);
        Console.Out.WriteLine();
        Console.Out.WriteLine($"{sites.Length} sites in this repository{(sites.Length > SitesShown ? $", the first {SitesShown}:" : ":")}");
        foreach (var site in sites.Take(SitesShown))
        {
            Console.Out.WriteLine($"  {site.Id} {site.Path}:{site.Lines.StartLinePosition.Line + 1} {site.Site.Change}");
        }
    }
}
