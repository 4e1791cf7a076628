using System.CommandLine;
using Mutators.Campaign;
using Mutators.Reliability.Missions;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability measured</c>: missions that were run somewhere else, against the models.</summary>
internal static class MeasuredCommand
{
    internal static Command Create(CommonOptions options)
    {
        var file = new Argument<FileInfo>("FILE") { Description = $"CSV with the columns {MeasuredMissions.Heading}." };
        var command = new Command("measured", "Holds the models against missions that were run somewhere else, such as on simulated hosts: is the formula in the interval, and how far is the one for independent modules off.")
        {
            file, options.Format,
        };
        command.Runs(line => Print(MeasuredMissions.Parse(Lines(line.GetValue(file)!)), line.GetValue(options.Format)));
        return command;
    }

    private static string[] Lines(FileInfo file) => file.Exists
        ? File.ReadAllLines(file.FullName)
        : throw new UsageException($"There is no file {file}.", "Name a CSV file of missions.");

    private static void Print(IReadOnlyList<MeasuredMissions> results, OutputFormat format)
    {
        if (format is OutputFormat.Json)
        {
            Json.Print(results.Select(each => new
            {
                each.Diagram,
                each.Modules,
                each.CommonCause,
                Succeeded = each.Measured.K,
                Missions = each.Measured.N,
                Interval = each.Measured.Wilson,
                each.Formula,
                each.IsInside,
                IfIndependent = each.Independent,
                each.IndependentIsInside,
            }));
            return;
        }

        var table = new PlainTable("diagram and modules", "common cause", "measured", "95 % interval", "model", "", "independent", "too high by");
        foreach (var each in results)
        {
            table.Add(
                $"{each.Diagram}  {each.Modules}",
                each.CommonCause,
                Digits.Few(each.Measured.Value),
                Digits.Few(each.Measured.Wilson),
                Digits.Few(each.Formula),
                each.IsInside ? "inside" : "outside",
                Digits.Few(each.Independent),
                each.CommonCause.Length == 0 ? "" : Digits.Few(each.Overrated));
        }

        table.Print();
        Console.Out.WriteLine($"{results.Count(each => each.IsInside)} of {results.Count} models lie in the 95 % interval of their missions.");
    }
}
