using System.CommandLine;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Estimates;
using Mutators.Reliability.Missions;
using Mutators.Reliability.Numbers;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability simulate</c>: missions of a diagram, against its formula.</summary>
internal static class SimulateCommand
{
    internal static Command Create(CommonOptions options)
    {
        var text = ReliabilityVerb.DiagramArgument();
        var values = ReliabilityVerb.ValuesArgument("The reliability of each module or family; of an uncertain one its middle.");
        var causes = ReliabilityVerb.CommonCauseOption();
        var missions = new Option<int>("--missions") { Description = "How many missions.", HelpName = "N", DefaultValueFactory = _ => 10_000 };
        var seed = ReliabilityVerb.SeedOption();
        var command = new Command("simulate", "Simulates missions of a diagram and holds the formula against them; with a common cause, also the formula for independent modules.")
        {
            text, values, causes, missions, seed, options.Format,
        };
        command.Runs(line => Run(
            ModuleEstimates.Parse(Diagram.Parse(line.GetValue(text)!), line.GetValue(values) ?? []),
            ReliabilityVerb.CommonCauses(line.GetValue(causes)),
            line.GetValue(missions),
            line.GetValue(seed),
            line.GetValue(options.Format)));
        return command;
    }

    private static void Run(ModuleEstimates modules, CommonCause[] causes, int missions, ulong seed, OutputFormat format)
    {
        var (diagram, values) = CommonCause.Apply(modules.Diagram, modules.Centre, causes);
        var measured = MissionSimulation.Run(diagram, values, missions, new RandomDraws(seed));
        var exact = diagram.Reliability(values);
        var independent = modules.Diagram.Reliability(modules.Centre);
        var interval = measured.Wilson;
        if (format is OutputFormat.Json)
        {
            Json.Print(new
            {
                Diagram = diagram.ToString(),
                Seed = seed,
                Missions = measured.N,
                Succeeded = measured.K,
                Interval = interval,
                Formula = exact,
                IsInside = interval.Contains(exact),
                IfIndependent = independent,
                IndependentIsInside = interval.Contains(independent),
            });
            return;
        }

        Console.Out.WriteLine($"{diagram}");
        Console.Out.WriteLine($"missions     {measured} succeeded, seed {seed}: {Digits.Few(measured.Value)}, 95 % interval {Digits.Few(interval)}");
        Console.Out.WriteLine($"formula      {Digits.Of(exact)}, {Place(exact)}");
        if (causes.Length > 0)
        {
            Console.Out.WriteLine($"independent  {Digits.Of(independent)}, {Place(independent)}: {Digits.Of(Math.Abs(independent - exact))} too {(independent > exact ? "high" : "low")} as it ignores the common cause");
        }

        string Place(double value) => interval.Contains(value) ? "inside the interval" : "outside the interval";
    }
}
