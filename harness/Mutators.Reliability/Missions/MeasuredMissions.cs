using System.Collections.Immutable;
using System.Globalization;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Estimates;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Missions;

/// <summary>Missions that were run somewhere else, on simulated or on real machines, beside what the models say of them.</summary>
/// <param name="Diagram">The block diagram, as it was given.</param>
/// <param name="Modules">The reliabilities of its modules, as they were given.</param>
/// <param name="CommonCause">The common cause; empty when there is none.</param>
/// <param name="Measured">The missions that succeeded.</param>
/// <param name="Independent">What the formula for independent modules says.</param>
/// <param name="Formula">What the model says, common cause included.</param>
public sealed record MeasuredMissions(string Diagram, string Modules, string CommonCause, Share Measured, double Independent, double Formula)
{
    /// <summary>The columns of a file of missions, in their order.</summary>
    public const string Heading = "diagram,modules,common cause,missions,succeeded";

    /// <summary>Whether the model lies in the experiment's 95 % interval.</summary>
    public bool IsInside => Measured.Wilson.Contains(Formula);

    /// <summary>Whether the formula for independent modules does.</summary>
    public bool IndependentIsInside => Measured.Wilson.Contains(Independent);

    /// <summary>How much the formula for independent modules promises too much; negative when it promises too little.</summary>
    public double Overrated => Independent - Measured.Value;

    /// <summary>
    /// Reads a file with the columns of <see cref="Heading"/>, one node a line: its diagram, <c>NAME=VALUE</c> for each of its modules with
    /// blanks between, a common cause (<c>M=0.1</c>) or nothing, and two counts.
    /// </summary>
    /// <exception cref="ModelInputException">A line cannot be read; the message names it.</exception>
    public static ImmutableArray<MeasuredMissions> Parse(IEnumerable<string> lines)
    {
        var results = ImmutableArray.CreateBuilder<MeasuredMissions>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (number == 1 && line.TrimEnd() != Heading)
            {
                throw new ModelInputException("Line 1 is not the heading of a file of missions.", $"Begin with: {Heading}");
            }

            if (number > 1 && !string.IsNullOrWhiteSpace(line))
            {
                results.Add(ParseLine(line.TrimEnd(), number));
            }
        }

        return results.Count > 0 ? results.ToImmutable() : throw new ModelInputException("There are no missions.", $"Give a file with the columns {Heading}.");
    }

    private static MeasuredMissions ParseLine(string line, int number)
    {
        if (line.Split(',') is not { Length: 5 } cells
            || !int.TryParse(cells[3], NumberStyles.None, CultureInfo.InvariantCulture, out var missions)
            || !int.TryParse(cells[4], NumberStyles.None, CultureInfo.InvariantCulture, out var succeeded))
        {
            throw new ModelInputException($"Line {number} is no row of missions: {line}", $"Write {Heading}, for example H & M,H=0.99 M=0.9,,1000,893.");
        }

        try
        {
            var modules = ModuleEstimates.Parse(Diagrams.Diagram.Parse(cells[0]), cells[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            CommonCause[] causes = cells[2].Length == 0 ? [] : [Diagrams.CommonCause.Parse(cells[2])];
            return new MeasuredMissions(cells[0], cells[1], cells[2], Share.Of(succeeded, missions), modules.Reliability(modules.Centre, []), modules.Reliability(modules.Centre, causes));
        }
        catch (ModelInputException mistake)
        {
            throw new ModelInputException($"Line {number}: {mistake.Message}", mistake.Remedy);
        }
    }
}
