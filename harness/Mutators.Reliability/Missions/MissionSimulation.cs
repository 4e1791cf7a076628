using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Missions;

/// <summary>
/// Missions of a system, simulated: in each, every module works or fails by a draw of its own, and the diagram says what
/// becomes of the system. An experiment, to hold the formulas against: it shares the structure with them, and no arithmetic.
/// </summary>
public static class MissionSimulation
{
    /// <summary>A bound for a number that was mistyped: some minutes.</summary>
    public const int MaximumMissions = 100_000_000;

    /// <summary>How many missions of how many succeed.</summary>
    /// <param name="diagram">The diagram.</param>
    /// <param name="reliabilities">The reliability of each module.</param>
    /// <param name="missions">How many missions.</param>
    /// <param name="random">The draws.</param>
    /// <exception cref="ModelInputException">There is no mission, or more than the limit.</exception>
    public static Share Run(Diagram diagram, IReadOnlyDictionary<string, double> reliabilities, int missions, RandomDraws random)
    {
        if (missions is < 1 or > MaximumMissions)
        {
            throw new ModelInputException($"{missions} missions cannot be simulated.", $"Give a number from 1 to {MaximumMissions}.");
        }

        var modules = diagram.Modules;
        var values = modules.Select(module => reliabilities[module]).ToArray();
        var isUp = new bool[modules.Length];
        var works = Compiled(diagram.Root, modules.Index().ToDictionary(each => each.Item, each => each.Index, StringComparer.Ordinal), isUp);
        var succeeded = 0;
        for (var mission = 0; mission < missions; mission++)
        {
            for (var i = 0; i < isUp.Length; i++)
            {
                isUp[i] = random.NextUniform() < values[i];
            }

            succeeded += works() ? 1 : 0;
        }

        return new Share(succeeded, missions);
    }

    /// <summary>The block as a function of the array, so that no name is looked up in a mission.</summary>
    private static Func<bool> Compiled(Block block, Dictionary<string, int> indices, bool[] isUp)
    {
        if (block is not Group group)
        {
            var index = indices[((Module)block).Name];
            return () => isUp[index];
        }

        var parts = group.Parts.Select(part => Compiled(part, indices, isUp)).ToArray();
        var required = group.Required;
        return () =>
        {
            var working = 0;
            foreach (var part in parts)
            {
                working += part() ? 1 : 0;
            }

            return working >= required;
        };
    }
}
