using System.CommandLine;
using System.Text;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Mutators.Tool.Verbs;

/// <summary><c>explain</c>: what an operator emulates, and where this repository has sites for it.</summary>
internal static class ExplainVerb
{
    /// <summary>Sites printed with an operator: enough to see what it means here; <c>list --operators</c> prints all.</summary>
    private const int SitesShown = 10;

    /// <summary>What a terminal shows at least, in characters.</summary>
    private const int Width = 80;

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
            foreach (var origin in asked.Select(each => each.Definition).GroupBy(definition => definition.Origin).OrderBy(group => group.Key))
            {
                Console.Out.WriteLine($"{(origin.Key == 0 ? "" : "\n")}{Heading(origin.Key)}");
                foreach (var definition in origin)
                {
                    Console.Out.WriteLine(Wrapped($"  {definition.Id,-9} {definition.FaultClass,-10} ", definition.Name));
                }
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

    private static string Heading(FaultOrigin origin) => origin switch
    {
        FaultOrigin.Library => "G-SWFIT library (--profile representative, the default)",
        FaultOrigin.FieldStudy => "other types of the field study",
        FaultOrigin.Variant => "variants of the library for what C# programs do",
        FaultOrigin.DotNet => "what .NET programs get wrong (--profile dotnet)",
        _ => "what mutation testing tools change (--profile classic)",
    };

    private static void Print(FaultDefinition definition)
    {
        Console.Out.WriteLine(Wrapped($"{definition.Id}: ", definition.Name));
        Console.Out.WriteLine();
        Console.Out.WriteLine(Wrapped("", definition.Rationale));
        Console.Out.WriteLine();
        Console.Out.WriteLine($"class        {definition.FaultClass} (Orthogonal Defect Classification)");
        Console.Out.WriteLine(definition.FieldCount is { } count
            ? $"field data   {count} of 668 faults ({100.0 * count / 668:0.00} %), Durães and Madeira 2006"
            : "field data   no published count");
        Console.Out.WriteLine(Wrapped("provenance   ", definition.Provenance));
        if (definition.WeighedWith is { } shared)
        {
            Console.Out.WriteLine($"weight       shares that of {shared} where both are drawn from");
        }

        if (definition.Constraints.IsEmpty)
        {
            Console.Out.WriteLine("constraints  none of C01 to C12");
        }

        foreach (var (index, constraint) in definition.Constraints.Select(Constraint.Find).Index())
        {
            Console.Out.WriteLine(Wrapped($"{(index == 0 ? "constraints" : ""),-13}{constraint.Id} ", constraint.Rule));
        }

        Console.Out.WriteLine();
        foreach (var text in definition.Difference)
        {
            Console.Out.WriteLine($"  {text}");
        }
    }

    /// <summary>A text behind its heading, in lines of <see cref="Width"/>; what does not fit on the first is indented below it.</summary>
    private static string Wrapped(string heading, string text)
    {
        var wrapped = new StringBuilder(heading);
        var column = heading.Length;
        foreach (var word in text.Split(' '))
        {
            if (column > heading.Length && column + 1 + word.Length > Width)
            {
                wrapped.Append('\n').Append(' ', heading.Length);
                column = heading.Length;
            }

            var gap = column > heading.Length ? " " : "";
            wrapped.Append(gap).Append(word);
            column += gap.Length + word.Length;
        }

        return wrapped.ToString();
    }

    private static void PrintSites(ParseResult line, CommonOptions options, FaultOperator asked, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var configuration = options.Configuration(line, repository.Root) with { Operators = [asked.Definition.Id] };
        var sites = GoldenWorkspace.Open(repository, configuration, options.Log(line, hasStatus: false), cancel, isRead: true).Sites(cancel);
        Console.Out.WriteLine();
        Console.Out.WriteLine($"{sites.Length} sites in this repository{(sites.Length > SitesShown ? $", the first {SitesShown}:" : ":")}");
        foreach (var site in sites.Take(SitesShown))
        {
            Console.Out.WriteLine($"  {site.Id} {site.Path}:{site.Lines.StartLinePosition.Line + 1}\n    {site.Site.Change}");
        }
    }
}
