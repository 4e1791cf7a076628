using System.CommandLine;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Estimates;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability diagram</c>: the reliability of any block diagram, and which module to improve first.</summary>
internal static class DiagramCommand
{
    internal static Command Create(CommonOptions options)
    {
        var text = ReliabilityVerb.DiagramArgument();
        var values = ReliabilityVerb.ValuesArgument("What is known of each module, or of a family (M for M1, M2, …): 0.9, an interval 0.85..0.95, or successes of trials 36of40.");
        var causes = ReliabilityVerb.CommonCauseOption();
        var seed = ReliabilityVerb.SeedOption();
        var draws = new Option<int>("--draws") { Description = "Draws by which uncertainty is propagated.", HelpName = "N", DefaultValueFactory = _ => 10_000 };
        var command = new Command("diagram", "Evaluates a block diagram exactly, also where a module stands at several places, and says which module to improve first.")
        {
            text, values, causes, draws, seed, options.Format,
        };
        command.Runs(line => Run(
            ModuleEstimates.Parse(Diagram.Parse(line.GetValue(text)!), line.GetValue(values) ?? []),
            ReliabilityVerb.CommonCauses(line.GetValue(causes)),
            line.GetValue(draws),
            line.GetValue(seed),
            line.GetValue(options.Format)));
        return command;
    }

    private static void Run(ModuleEstimates modules, CommonCause[] causes, int draws, ulong seed, OutputFormat format)
    {
        if (draws is < 100 or > 10_000_000)
        {
            throw new Mutators.Reliability.ModelInputException($"{draws} draws give no distribution.", "Give a number from 100 to 10000000.");
        }

        var (diagram, values) = CommonCause.Apply(modules.Diagram, modules.Centre, causes);
        var reliability = diagram.Reliability(values);
        var independent = causes.Length == 0 ? (double?)null : modules.Diagram.Reliability(modules.Centre);
        var importances = Importance.Of(diagram, values);
        var envelope = modules.AreKnown ? ((double Low, double High)?)null : (modules.Envelope(causes).Low, modules.Envelope(causes).High);
        var propagated = modules.AreKnown ? null : modules.Propagate(causes, draws, seed);
        if (format is OutputFormat.Json)
        {
            Json.Print(new
            {
                Diagram = diagram.ToString(),
                Reliability = reliability,
                IfIndependent = independent,
                Interval = envelope is { } all ? new { all.Low, all.High } : null,
                Uncertainty = propagated,
                Importance = importances,
            });
            return;
        }

        Console.Out.WriteLine($"{diagram}");
        Console.Out.WriteLine($"reliability  {Digits.Of(reliability)}{(modules.AreKnown ? "" : " at the middle of what is known")}");
        if (independent is { } formula)
        {
            Console.Out.WriteLine($"independent  {Digits.Of(formula)}: what the formula for independent modules says, {Digits.Of(Math.Abs(formula - reliability))} too {(formula > reliability ? "high" : "low")}");
        }

        if (envelope is { } ends && propagated is not null)
        {
            Console.Out.WriteLine($"certain      {Digits.Few(ends.Low)} to {Digits.Few(ends.High)}, if every module lies in its interval (exact: the system is monotone in each)");
            Console.Out.WriteLine($"95 %         {Digits.Few(propagated.Middle)}, median {Digits.Few(propagated.Median)}, of {propagated.Draws} draws, seed {seed}");
        }

        Console.Out.WriteLine();
        var table = new PlainTable("module", "reliability", "Birnbaum", "if it never failed");
        foreach (var each in importances)
        {
            table.Add(each.Copies == 1 ? each.Name : $"{each.Name} (all {each.Copies})", Digits.Of(each.Reliability), Digits.Few(each.Birnbaum), $"+{Digits.Few(each.Potential)}");
        }

        table.Print();
        Console.Out.WriteLine();
        Console.Out.WriteLine(importances[0].Potential > 0
            ? $"Improve {importances[0].Name} first: perfect, it would bring the system to {Digits.Of(reliability + importances[0].Potential)}."
            : "No single module can improve the system.");
    }
}
