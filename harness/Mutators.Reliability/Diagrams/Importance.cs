using System.Collections.Immutable;

namespace Mutators.Reliability.Diagrams;

/// <summary>What a module, or a family of copies of one piece of software, means to the system.</summary>
/// <param name="Name">The module or family.</param>
/// <param name="Copies">How many modules that is.</param>
/// <param name="Reliability">The mean of their reliabilities.</param>
/// <param name="Birnbaum">
/// Birnbaum's importance: by how much the system's reliability grows per unit that each of them gains, ∂R/∂r.
/// </param>
/// <param name="Potential">The improvement potential: what the system would gain if they never failed.</param>
public sealed record Importance(string Name, int Copies, double Reliability, double Birnbaum, double Potential)
{
    /// <summary>The importances, the one to improve first in front.</summary>
    public static ImmutableArray<Importance> Of(Diagram diagram, IReadOnlyDictionary<string, double> reliabilities)
    {
        var now = diagram.Reliability(reliabilities);
        return
        [
            .. diagram.Modules
                .GroupBy(ModuleNames.Family, StringComparer.Ordinal)
                .Select(family => new Importance(
                    family.Count() == 1 ? family.First() : family.Key,
                    family.Count(),
                    family.Average(module => reliabilities[module]),
                    family.Sum(module => With(diagram, reliabilities, 1, module) - With(diagram, reliabilities, 0, module)),
                    With(diagram, reliabilities, 1, [.. family]) - now))
                .OrderByDescending(each => each.Potential)
                .ThenBy(each => each.Name, StringComparer.Ordinal),
        ];
    }

    private static double With(Diagram diagram, IReadOnlyDictionary<string, double> reliabilities, double value, params ReadOnlySpan<string> modules)
    {
        var changed = new Dictionary<string, double>(reliabilities, StringComparer.Ordinal);
        foreach (var module in modules)
        {
            changed[module] = value;
        }

        return diagram.Reliability(changed);
    }
}
