using System.Globalization;
using Xen.Hypervisor;
using Xen.Mechanisms.Replicas;

namespace Xen.Mechanisms.Missions;

/// <summary>Missions of one node beside the formula for it.</summary>
public sealed record MissionResult(MissionNode Node, Count Measured)
{
    public bool IsInside => Measured.Contains(Node.Formula);

    /// <summary>How much the formula promises too much; negative when it promises too little.</summary>
    public double Overrated => Node.Formula - Measured.Share;
}

/// <summary>The models against missions on simulated machines.</summary>
public static class MissionExperiment
{
    /// <summary>Sets that are drawn to see how often the formula lies in the interval.</summary>
    public const int Sets = 100;

    private const int MostVms = 5;

    /// <summary>Every kind of node, and what common causes do to those with replicas.</summary>
    public static IReadOnlyList<MissionNode> Nodes { get; } =
    [
        new(NodeKind.NonVirtualized) { Hardware = 0.99, Vm = 0.9 },
        new(NodeKind.Replicated) { Hardware = 0.99, Hypervisor = 0.98, Vm = 0.9, Count = 2 },
        new(NodeKind.Replicated) { Hardware = 0.99, Hypervisor = 0.98, Vm = 0.9, Count = 3 },
        new(NodeKind.Replicated) { Hypervisor = 0.3, Vm = 0.1, Count = 3 },
        new(NodeKind.Replicated) { Hypervisor = 0.3, Vm = 0.1, Count = 4 },
        new(NodeKind.FunctionInVms) { Hypervisor = 0.98, Vm = 0.75, Function = 0.75, Count = 3 },
        new(NodeKind.FunctionInHypervisor) { Hypervisor = 0.98, Vm = 0.75, Function = 0.95, Count = 3 },
        new(NodeKind.TwoOfThree) { Hypervisor = 0.98, Vm = 0.9 },
        new(NodeKind.TwoOfThree) { Hypervisor = 0.98, Vm = 0.4 },
        new(NodeKind.Replicated) { Hardware = 0.99, Hypervisor = 0.98, Vm = 0.9, Count = 3, CommonCause = 0.1 },
        new(NodeKind.Replicated) { Hardware = 0.99, Hypervisor = 0.98, Vm = 0.9, Count = 3, CommonCause = 0.5 },
        new(NodeKind.TwoOfThree) { Hypervisor = 0.98, Vm = 0.9, CommonCause = 0.1 },
        new(NodeKind.TwoOfThree) { Hypervisor = 0.98, Vm = 0.9, CommonCause = 0.5 },
    ];

    /// <summary>Missions of each of <see cref="Nodes"/>.</summary>
    public static IReadOnlyList<MissionResult> Compare(ulong seed, int missions) =>
        [.. Nodes.Select((node, i) => new MissionResult(node, node.Run(seed + (ulong)i, missions)))];

    /// <summary>Draws parameter sets without common causes, the kinds in turn. About 95 of 100 formulas should lie in their interval.</summary>
    public static IReadOnlyList<MissionResult> Agreement(ulong seed, int sets, int missions)
    {
        var random = new Simulation(seed).Stream("parameter sets");
        var kinds = Enum.GetValues<NodeKind>();
        double Between(double low, double high) => low + ((high - low) * (random.Next() >> 11) * (1.0 / (1UL << 53)));
        var results = new List<MissionResult>();
        for (var i = 0; i < sets; i++)
        {
            var node = new MissionNode(kinds[i % kinds.Length])
            {
                Hardware = Between(0.9, 1),
                Hypervisor = Between(0.8, 1),
                Vm = Between(0.05, 1),
                Function = Between(0.5, 1),
                Count = 1 + random.Below(MostVms),
            };
            results.Add(new MissionResult(node, node.Run(seed + 1000 + (ulong)i, missions)));
        }

        return results;
    }

    /// <summary>A table for a reader.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<MissionResult> results)
    {
        yield return "measured                    formula  inside  diagram, modules, common cause";
        foreach (var result in results)
        {
            var common = result.Node.CommonCause > 0
                ? string.Create(CultureInfo.InvariantCulture, $", common cause {result.Node.CommonCause}: the formula is {Math.Abs(result.Overrated):0.0000} too {(result.Overrated > 0 ? "high" : "low")}")
                : "";
            yield return string.Create(CultureInfo.InvariantCulture, $"{result.Measured,-26}  {result.Node.Formula:0.0000}   {(result.IsInside ? "yes" : "no "),-6}  {result.Node.Diagram}  {result.Node.Values}{common}");
        }
    }

    /// <summary>The same as a file that the reliability tool reads: one node a line, its diagram and modules in the tool's notation.</summary>
    public static IEnumerable<string> Csv(IReadOnlyList<MissionResult> results)
    {
        yield return "diagram,modules,common cause,missions,succeeded";
        foreach (var (node, measured) in results.Select(result => (result.Node, result.Measured)))
        {
            var common = node.CommonCause > 0 ? string.Create(CultureInfo.InvariantCulture, $"M={node.CommonCause}") : "";
            yield return string.Create(CultureInfo.InvariantCulture, $"{node.Diagram},{node.Values},{common},{measured.N},{measured.K}");
        }
    }
}
