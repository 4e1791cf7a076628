using System.CommandLine;
using System.CommandLine.Invocation;
using Mutators.Campaign;
using Mutators.Tool.Verbs;

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
            ListVerb.Create(options),
            ExplainVerb.Create(options),
            EmitVerb.Create(options),
            RunVerb.Create(options),
            ShowVerb.Create(options),
            ReportVerb.Create(options),
            CleanVerb.Create(options),
        })
        {
            root.Add(verb);
        }

        var line = root.Parse(args);
        if (line.Action is ParseErrorAction)
        {
            throw new UsageException(line.Errors[0].Message, $"See: dotnet mutators {VerbOf(line)}--help");
        }

        return (ExitCode)line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, cancel).GetAwaiter().GetResult();
    }

    private static string VerbOf(ParseResult line) => line.CommandResult.Command is RootCommand ? "" : line.CommandResult.Command.Name + " ";
}
