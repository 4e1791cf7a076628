using System.Globalization;

namespace Xen.Mechanisms;

/// <summary>What the program was asked to do.</summary>
public sealed record MechanismOptions(string Command, ulong Seed, int Missions, bool Csv)
{
    public const int DefaultMissions = 10_000;
    public const int MostMissions = 1_000_000;

    public static string Usage =>
        $"usage: Mechanisms table|{string.Join('|', MechanismRun.Experiments.Select(experiment => experiment.Name))}|missions|agreement [--seed N] [--missions N] [--csv]   (N missions of each node, up to {MostMissions}; --csv with missions and agreement)";

    /// <summary>The options in a command line; null when it is not well formed.</summary>
    public static MechanismOptions? Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0) return null;
        var command = arguments[0];
        var counts = command is MechanismRun.Missions or MechanismRun.Agreement;
        if (!counts && command != MechanismRun.Table && MechanismRun.Experiments.All(experiment => experiment.Name != command)) return null;
        var options = new MechanismOptions(command, 1, DefaultMissions, false);
        for (var i = 1; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--csv" when counts:
                    options = options with { Csv = true };
                    break;
                case "--seed" when i + 1 < arguments.Count && uint.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var seed):
                    options = options with { Seed = seed };
                    i++;
                    break;
                case "--missions" when counts && i + 1 < arguments.Count
                    && int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var missions) && missions is >= 1 and <= MostMissions:
                    options = options with { Missions = missions };
                    i++;
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
