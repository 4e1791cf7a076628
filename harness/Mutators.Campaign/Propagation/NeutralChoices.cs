using System.Globalization;

namespace Mutators.Campaign.Propagation;

/// <summary>
/// The choices of a program's scheduler that must make no difference: steps that follow each other at the same moment and have nothing in common may change places. The program itself finds them, and makes them
/// as it is told, by two environment variables (docs/delta-execution.md).
/// </summary>
public sealed class NeutralChoices
{
    /// <summary>The environment variable that names the file into which a program writes its choices, a number a line.</summary>
    private const string FindVariable = "RENDEZVOUS_NEIGHBOURS";

    /// <summary>The environment variable that names the file with the choices that are to be made otherwise.</summary>
    private const string SwapVariable = "RENDEZVOUS_SWAPPED";

    private readonly string _place;

    private NeutralChoices(string place) => _place = place;

    /// <summary>Those that are kept beside a folder.</summary>
    public static NeutralChoices In(string folder) => new(folder);

    /// <summary>Where the program writes them.</summary>
    public string FoundIn => _place + ".neighbours";

    /// <summary>The environment in which the program finds them.</summary>
    public Dictionary<string, string> Finding => new(StringComparer.Ordinal) { [FindVariable] = FoundIn };

    /// <summary>The environment in which the program makes half of them otherwise.</summary>
    /// <param name="side">Tells the file from that of the other side.</param>
    /// <param name="draw">Draws the half.</param>
    /// <exception cref="UsageException">The program has found none.</exception>
    public Dictionary<string, string> Drawn(string side, Random draw)
    {
        var found = File.Exists(FoundIn) ? File.ReadLines(FoundIn).Select(line => long.Parse(line, CultureInfo.InvariantCulture)).ToList() : [];
        if (found.Count == 0)
        {
            throw new UsageException("The program has found no neutral choices.", $"It has to heed {FindVariable}; docs/delta-execution.md has the form.");
        }

        // Who has changed places with the one behind cannot change places with the one in front as well.
        var drawn = new List<long>();
        foreach (var number in found)
        {
            if (draw.Next(2) == 0 && (drawn.Count == 0 || drawn[^1] != number - 1))
            {
                drawn.Add(number);
            }
        }

        var file = $"{_place}.swapped-{side}";
        File.WriteAllLines(file, drawn.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        return new(StringComparer.Ordinal) { [SwapVariable] = file };
    }
}
