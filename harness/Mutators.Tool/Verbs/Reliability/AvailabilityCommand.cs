using System.CommandLine;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Repair;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability availability</c>: a diagram whose modules are repaired.</summary>
internal static class AvailabilityCommand
{
    internal static Command Create(CommonOptions options)
    {
        var text = ReliabilityVerb.DiagramArgument();
        var values = ReliabilityVerb.ValuesArgument("Failure rate / repair rate of each module or family, in one unit of time: H=0.0001/0.1.");
        var crews = new Option<int?>("--crews") { Description = "How many modules can be repaired at the same time, those first in the diagram first. Default: all.", HelpName = "N" };
        var command = new Command("availability", "Solves a diagram with repair as a Markov chain: availability, mean time to failure, how often and how long it is down.")
        {
            text, values, crews, options.Format,
        };
        command.Runs(line =>
        {
            var rates = Assignment.ParseAll(line.GetValue(values) ?? []).ToDictionary(each => each.Name, FailureAndRepair.Parse, StringComparer.Ordinal);
            var diagram = Diagram.Parse(line.GetValue(text)!);
            var result = RepairableSystem.Solve(diagram, rates, line.GetValue(crews));
            if (line.GetValue(options.Format) is OutputFormat.Json)
            {
                // JSON knows no infinity: a mean time that is left out, of a system small enough for it, is one.
                Json.Print(result with { MeanTimeToFailure = result.MeanTimeToFailure is { } time && double.IsFinite(time) ? time : null });
                return;
            }

            Console.Out.WriteLine($"{diagram}");
            Console.Out.WriteLine($"availability          {Digits.Of(result.Availability)}");
            Console.Out.WriteLine($"mean time to failure  {(result.MeanTimeToFailure is { } mean ? Digits.Of(mean) : $"not calculated for more than {RepairableSystem.MaximumModules} modules")}");
            Console.Out.WriteLine($"failures per time     {Digits.Of(result.FailureFrequency)}");
            Console.Out.WriteLine($"mean down time        {(result.MeanDownTime is { } down ? Digits.Of(down) : "it is not down again and again")}");
        });
        return command;
    }
}
