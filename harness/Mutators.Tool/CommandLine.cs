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
        each branch, and says what the failure mode is. 'run', 'init' and 'trace' execute the target's own code; 'list', 'explain' and
        'emit' execute nothing of it, and name what they leave out. Your work tree, index, HEAD and configuration are never touched.
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
        if (line.CommandResult.Command is RootCommand && line.UnmatchedTokens is [var typed, ..] && !typed.StartsWith('-'))
        {
            return $"There is no verb '{typed}'. Did you mean '{Suggestion.Nearest(typed, root.Subcommands.Select(verb => verb.Name))}'?";
        }

        var command = line.CommandResult.Command;
        if (line.UnmatchedTokens.FirstOrDefault(token => token.StartsWith('-')) is { } unknown)
        {
            unknown = unknown.Split('=', ':')[0];
            return $"'{command.Name}' has no option {unknown}. Did you mean {Suggestion.Nearest(unknown, command.Options.Concat(root.Options).Select(option => option.Name))}?";
        }

        var error = line.Errors[0];
        if (OptionOf(error.SymbolResult) is { Implicit: false } result)
        {
            return result.IdentifierTokenCount > 1 && result.Tokens.Count > result.Option.Arity.MaximumNumberOfValues
                ? $"{result.Option.Name} is given {result.IdentifierTokenCount} times, and can be given once."
                : result.Tokens is [.., var last]
                ? $"{result.Option.Name} takes {Allowed(result.Option)}, and '{last.Value}' is none."
                : $"{result.Option.Name} is given without a value: it takes {Allowed(result.Option)}.";
        }

        if (error.SymbolResult is ArgumentResult { Tokens: [.., var given], Argument: var argument } && argument.ValueType == typeof(int))
        {
            return $"{argument.Name} is a whole number, and '{given.Value}' is none.";
        }

        return error.Message.ReplaceLineEndings(" ");
    }

    private static OptionResult? OptionOf(SymbolResult? result) => result as OptionResult ?? result?.Parent as OptionResult;

    /// <summary>What an option takes, in words.</summary>
    private static string Allowed(Option option)
    {
        var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        return type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(Suggestion.Kebab))}"
            : type == typeof(ulong) ? $"a whole number from 0 to {ulong.MaxValue}"
            : type == typeof(int) ? "a whole number"
            : type == typeof(double) ? "a number"
            : option.HelpName is { } name ? $"a value ({name})" : "a value";
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
