using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Mutators.Campaign;
using Mutators.Campaign.Configuration;
using Mutators.Tool.Verbs;
using Mutators.Tool.Verbs.Reliability;

namespace Mutators.Tool;

/// <summary>The verbs and their options.</summary>
internal static class CommandLine
{
    private const string Description = """
        Injects representative software faults into C# programs and shows what they do.

        Finds the places where a programmer could have left a typical residual bug, emits each as a git branch, builds and executes
        each branch, and says what the failure mode is. 'run' executes the target's own code; the other verbs execute nothing of it
        but MSBuild's evaluation and source generators. Your work tree, index, HEAD and configuration are never touched.
        """;

    /// <summary>Runs the command line.</summary>
    internal static ExitCode Run(string[] args, CancellationToken cancel)
    {
        var options = new CommonOptions();
        var root = new RootCommand(Description);
        foreach (var verb in new Command[]
        {
            InitVerb.Create(options),
            ConfigVerb.Create(options),
            ListVerb.Create(options),
            ExplainVerb.Create(options),
            EmitVerb.Create(options),
            RunVerb.Create(options),
            ShowVerb.Create(options),
            TraceVerb.Create(options),
            ReportVerb.Create(options),
            CompareVerb.Create(options),
            MergeVerb.Create(options),
            ProgressVerb.Create(options),
            ResultsVerb.Create(options),
            ClusterVerb.Create(options),
            ReliabilityVerb.Create(options),
            ReviewVerb.Create(options),
            ExportVerb.Create(options),
            CleanVerb.Create(options),
        })
        {
            root.Add(verb);
        }

        var line = root.Parse(args);
        if (line.Action is ParseErrorAction)
        {
            throw new UsageException(Words(line, root), $"See: dotnet mutators {VerbOf(line)}--help");
        }

        return (ExitCode)line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, cancel).GetAwaiter().GetResult();
    }

    /// <summary>The parser's message in one line, without the names of our types.</summary>
    private static string Words(ParseResult line, RootCommand root)
    {
        if (line.CommandResult.Command is RootCommand && line.UnmatchedTokens is [var typed, ..])
        {
            return $"There is no verb '{typed}'. Did you mean '{Suggestion.Nearest(typed, root.Subcommands.Select(verb => verb.Name))}'?";
        }

        var message = line.Errors[0].Message.ReplaceLineEndings(" ");
        var type = message.IndexOf(" as expected type", StringComparison.Ordinal);
        return type < 0 ? message : message[..type] + ".";
    }

    /// <summary>The verb that was typed, with the verbs above it.</summary>
    private static string VerbOf(ParseResult line)
    {
        var words = "";
        for (var result = line.CommandResult; result.Command is not RootCommand; result = (CommandResult)result.Parent!)
        {
            words = $"{result.Command.Name} {words}";
        }

        return words;
    }
}
