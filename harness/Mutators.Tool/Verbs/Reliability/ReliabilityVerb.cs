using System.CommandLine;
using Mutators.Campaign;
using Mutators.Reliability;
using Mutators.Reliability.Diagrams;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability</c>: what faults mean for a virtualized node.</summary>
internal static class ReliabilityVerb
{
    private const string Description =
        "Calculates what faults mean for a virtualized node: block diagrams, bounds, figures, repair, uncertainty, simulated missions, and what a campaign's outcomes cost it.";

    internal static Command Create(CommonOptions options)
    {
        var command = new Command("reliability", Description)
        {
            DiagramCommand.Create(options),
            NodeCommand.Create(options),
            BoundCommand.Create(options),
            FiguresCommand.Create(),
            SimulateCommand.Create(options),
            AgreementCommand.Create(options),
            MeasuredCommand.Create(options),
            AvailabilityCommand.Create(options),
            MarkovCommand.Create(options),
            FromCampaignCommand.Create(options),
        };
        return command;
    }

    /// <summary>The text of a diagram.</summary>
    internal static Argument<string> DiagramArgument() => new("diagram")
    {
        Description = "The block diagram: '&' is series, '|' parallel, '2of(A, B, C)' needs two of three. For example 'H & V & (M1 | M2)' or 'H & 2of(M1..M3)'.",
    };

    /// <summary>Values of modules.</summary>
    internal static Argument<string[]> ValuesArgument(string description) => new("NAME=VALUE") { Description = description, Arity = ArgumentArity.ZeroOrMore };

    /// <summary>Modules that can fail together.</summary>
    internal static Option<string[]> CommonCauseOption() => new("--common-cause")
    {
        Description = "Modules of whose failures a share β is common (beta factor), for example M=0.1 or H,V=0.05. May be repeated.",
        HelpName = "NAMES=β",
    };

    internal static Option<ulong> SeedOption() => new("--seed") { Description = "The seed of the draws.", HelpName = "N", DefaultValueFactory = _ => 1 };

    /// <summary>The common causes on the command line.</summary>
    internal static CommonCause[] CommonCauses(string[]? texts) => [.. (texts ?? []).Select(CommonCause.Parse)];

    /// <summary>Lets a command run; what its model cannot take is a mistake of the user's like any other.</summary>
    internal static void Runs(this Command command, Action<ParseResult> run) => command.SetAction((line, _) =>
    {
        try
        {
            run(line);
            return Task.FromResult((int)ExitCode.Done);
        }
        catch (ModelInputException mistake)
        {
            throw new UsageException(mistake.Message, mistake.Remedy);
        }
    });
}
