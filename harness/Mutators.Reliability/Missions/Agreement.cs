using System.Collections.Immutable;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Nodes;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Missions;

/// <summary>One parameter set: what the formula says, and what missions showed.</summary>
/// <param name="Node">The kind of node.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Formula">The closed form.</param>
/// <param name="Measured">The missions that succeeded.</param>
public sealed record Comparison(NodeKind Node, NodeParameters Parameters, double Formula, Share Measured)
{
    /// <summary>Whether the formula lies in the experiment's 95 % interval.</summary>
    public bool IsInside => Measured.Wilson.Contains(Formula);
}

/// <summary>Whether experiment and closed forms agree, over parameter sets that are drawn at random.</summary>
public static class Agreement
{
    /// <summary>A bound for a number that was mistyped.</summary>
    public const int MaximumSets = 100_000;

    /// <summary>
    /// Draws parameter sets, the kinds of node in turn, and compares each one's missions with the closed form (not with the diagram's own
    /// evaluation, so that both are tested). Of a hundred, about 95 should be inside.
    /// </summary>
    /// <exception cref="ModelInputException">There is no set, or more than the limit.</exception>
    public static ImmutableArray<Comparison> Measure(int sets, int missions, ulong seed)
    {
        if (sets is < 1 or > MaximumSets)
        {
            throw new ModelInputException($"{sets} parameter sets cannot be drawn.", $"Give a number from 1 to {MaximumSets}.");
        }

        var random = new RandomDraws(seed);
        var kinds = Enum.GetValues<NodeKind>();
        var comparisons = ImmutableArray.CreateBuilder<Comparison>(sets);
        for (var i = 0; i < sets; i++)
        {
            var kind = kinds[i % kinds.Length];
            var parameters = new NodeParameters
            {
                Hardware = Between(0.9, 1),
                Hypervisor = Between(0.8, 1),
                Vm = Between(0.05, 1),
                FunctionInVm = Between(0.05, 1),
                FunctionInHypervisor = Between(0.5, 1),
                Count = 1 + random.NextBelow(8),
            };
            var (diagram, values) = Node.DiagramOf(kind, parameters);
            comparisons.Add(new Comparison(kind, parameters, Node.Reliability(kind, parameters), MissionSimulation.Run(diagram, values, missions, random)));
        }

        return comparisons.MoveToImmutable();

        double Between(double low, double high) => low + (high - low) * random.NextUniform();
    }
}
