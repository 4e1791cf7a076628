using System.Collections.Immutable;

namespace Mutators.Reliability.Diagrams;

/// <summary>
/// The exact probability that a block works. Where parts share a module they are not independent; then the block is taken apart by
/// that module, once working and once failed (the theorem of total probability), until what remains is independent.
/// </summary>
internal sealed class ExactReliability(IReadOnlyDictionary<string, double> reliabilities)
{
    /// <summary>Each conditioning doubles what is to be done in the worst case: a second, not an hour.</summary>
    private const int MaximumConditionings = 1 << 16;

    private int conditionings;

    public double Of(Block block) => block switch
    {
        Module module => reliabilities[module.Name],
        Decided decided => decided.IsUp ? 1 : 0,
        Group group => Of(group),
        _ => throw new System.Diagnostics.UnreachableException($"A block of an unknown kind: {block}."),
    };

    /// <summary>The probability that at least so many of independent parts work.</summary>
    internal static double AtLeast(int required, IReadOnlyList<double> parts)
    {
        if (required == parts.Count)
        {
            return parts.Aggregate(1.0, (product, part) => product * part);
        }

        if (required == 1)
        {
            return 1 - parts.Aggregate(1.0, (product, part) => product * (1 - part));
        }

        // The distribution of the number of working parts, one part after the other.
        var working = new double[parts.Count + 1];
        working[0] = 1;
        for (var i = 0; i < parts.Count; i++)
        {
            for (var j = i + 1; j > 0; j--)
            {
                working[j] = working[j] * (1 - parts[i]) + working[j - 1] * parts[i];
            }

            working[0] *= 1 - parts[i];
        }

        return working.Skip(required).Sum();
    }

    private double Of(Group group)
    {
        if (group.IsSeries || group.IsParallel)
        {
            var clusters = Clusters(group.Parts);
            if (clusters.Count > 1)
            {
                return AtLeast(group.IsSeries ? clusters.Count : 1, [.. clusters.Select(cluster => Of(group.IsSeries ? Block.Series(cluster) : Block.Parallel(cluster)))]);
            }
        }

        return MostShared(group.Parts) is { } shared
            ? Conditioned(group, shared)
            : AtLeast(group.Required, [.. group.Parts.Select(Of)]);
    }

    private double Conditioned(Group group, string module)
    {
        if (++conditionings > MaximumConditionings)
        {
            throw new ModelInputException("Too many modules of the diagram occur more than once for an exact result.", "Simplify the diagram, or measure it: dotnet mutators reliability simulate.");
        }

        var reliability = reliabilities[module];
        var up = reliability > 0 ? reliability * Of(Given(group, module, isUp: true)) : 0;
        return reliability < 1 ? up + (1 - reliability) * Of(Given(group, module, isUp: false)) : up;
    }

    /// <summary>What remains of a block when the state of a module is given.</summary>
    private static Block Given(Block block, string module, bool isUp)
    {
        if (block is not Group group)
        {
            return block is Module it && it.Name == module ? new Decided(isUp) : block;
        }

        var parts = group.Parts.Select(part => Given(part, module, isUp)).ToArray();
        var required = group.Required - parts.Count(part => part is Decided { IsUp: true });
        var open = parts.Where(part => part is not Decided).ToImmutableArray();
        return required <= 0 ? new Decided(IsUp: true)
            : required > open.Length ? new Decided(IsUp: false)
            : Block.AtLeast(required, open);
    }

    /// <summary>The parts, put together where they share modules: what stands in different clusters is independent.</summary>
    private static List<ImmutableArray<Block>> Clusters(ImmutableArray<Block> parts)
    {
        var clusters = new List<(HashSet<string> Modules, ImmutableArray<Block> Parts)>();
        foreach (var part in parts)
        {
            var modules = part.Occurrences.ToHashSet(StringComparer.Ordinal);
            var touched = clusters.Where(cluster => cluster.Modules.Overlaps(modules)).ToArray();
            foreach (var cluster in touched)
            {
                modules.UnionWith(cluster.Modules);
                clusters.Remove(cluster);
            }

            clusters.Add((modules, [.. touched.SelectMany(cluster => cluster.Parts), part]));
        }

        return [.. clusters.Select(cluster => cluster.Parts)];
    }

    /// <summary>The module that most of the parts share; null where each module is in one part only.</summary>
    private static string? MostShared(ImmutableArray<Block> parts) => parts
        .SelectMany(part => part.Occurrences.Distinct(StringComparer.Ordinal))
        .CountBy(name => name, StringComparer.Ordinal)
        .Where(count => count.Value > 1)
        .OrderByDescending(count => count.Value)
        .ThenBy(count => count.Key, StringComparer.Ordinal)
        .Select(count => count.Key)
        .FirstOrDefault();
}
