using System.CommandLine;
using Mutators.Reliability.Missions;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability agreement</c>: do experiment and model agree, over parameter sets that are drawn.</summary>
internal static class AgreementCommand
{
    internal static Command Create(CommonOptions options)
    {
        var sets = new Option<int>("--sets") { Description = "How many parameter sets.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var missions = new Option<int>("--missions") { Description = "Missions of each set.", HelpName = "N", DefaultValueFactory = _ => 10_000 };
        var seed = ReliabilityVerb.SeedOption();
        var command = new Command("agreement", "Draws parameter sets for all kinds of node, simulates missions of each, and counts how many 95 % intervals hold the closed form.")
        {
            sets, missions, seed, options.Format,
        };
        command.Runs(line =>
        {
            var comparisons = Agreement.Measure(line.GetValue(sets), line.GetValue(missions), line.GetValue(seed));
            if (line.GetValue(options.Format) is OutputFormat.Json)
            {
                Json.Print(comparisons.Select(each => new { each.Node, each.Parameters, each.Formula, Succeeded = each.Measured.K, Missions = each.Measured.N, Interval = each.Measured.Wilson, each.IsInside }));
                return;
            }

            var table = new PlainTable("node", "sets", "inside", "largest difference");
            foreach (var kind in comparisons.GroupBy(each => each.Node).OrderBy(group => group.Key))
            {
                table.Add(
                    Campaign.Configuration.Suggestion.Kebab($"{kind.Key}"),
                    $"{kind.Count()}",
                    $"{kind.Count(each => each.IsInside)}",
                    Digits.Few(kind.Max(each => Math.Abs(each.Formula - each.Measured.Value))));
            }

            table.Print();
            Console.Out.WriteLine($"{comparisons.Count(each => each.IsInside)} of {comparisons.Length} closed forms lie in the 95 % interval of {line.GetValue(missions)} missions, seed {line.GetValue(seed)}.");
        });
        return command;
    }
}
