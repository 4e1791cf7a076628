using System.CommandLine;
using Mutators.Reliability;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Nodes;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability node</c>: the paper's configurations side by side.</summary>
internal static class NodeCommand
{
    private const string Given = "RH, RV, RM (with a function taken out of the VM: the rest), Rf, RF, n. Default: RH=1 RV=0.999 RM=0.9 Rf=0.9 RF=0.9 n=3.";

    internal static Command Create(CommonOptions options)
    {
        var values = ReliabilityVerb.ValuesArgument(Given);
        var command = new Command("node", "Compares the configurations of a node: not virtualized, n VMs, a function in the VMs (C1) or the hypervisor (C2), 2-of-3 voting.")
        {
            values, options.Format,
        };
        command.Runs(line => Run(Parameters(line.GetValue(values) ?? []), line.GetValue(options.Format)));
        return command;
    }

    /// <summary>The parameters that were typed, over the defaults.</summary>
    internal static NodeParameters Parameters(IEnumerable<string> typed, NodeParameters? defaults = null) => Assignment.ParseAll(typed)
        .Aggregate(defaults ?? new NodeParameters(), (node, each) => each.Name.Replace("_", "", StringComparison.Ordinal) switch
        {
            "RH" or "H" => node with { Hardware = each.Number },
            "RV" or "V" => node with { Hypervisor = each.Number },
            "RM" or "M" => node with { Vm = each.Number },
            "Rf" or "f" => node with { FunctionInVm = each.Number },
            "RF" or "F" => node with { FunctionInHypervisor = each.Number },
            "n" when each.Number == Math.Floor(each.Number) && each.Number is >= 1 and <= 1000 => node with { Count = (int)each.Number },
            "n" => throw new ModelInputException($"n = {each.Value} is no number of VMs.", "Give a whole number from 1 to 1000."),
            _ => throw new ModelInputException($"A node has no parameter {each.Name}.", $"It has {Given}"),
        })
        .Checked();

    private static void Run(NodeParameters node, OutputFormat format)
    {
        var nodes = Enum.GetValues<NodeKind>().Select(kind => (Kind: kind, Node.DiagramOf(kind, node).Diagram, Reliability: Node.Reliability(kind, node))).ToArray();
        if (format is OutputFormat.Json)
        {
            Json.Print(nodes.Select(each => new { each.Kind, Diagram = each.Diagram.ToString(), each.Reliability }));
            return;
        }

        var plain = nodes[0].Reliability;
        var table = new PlainTable("node", "reliability", "against not virtualized");
        foreach (var (kind, _, reliability) in nodes)
        {
            table.Add(Words(kind, node), Digits.Of(reliability), kind is NodeKind.NonVirtualized or NodeKind.FunctionInVms or NodeKind.FunctionInHypervisor ? "" : $"{reliability - plain:+0.0000000000;-0.0000000000;0}");
        }

        Console.Out.WriteLine(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"R_H = {node.Hardware}, R_V = {node.Hypervisor}, R_M = {node.Vm}, R_f = {node.FunctionInVm}, R_F = {node.FunctionInHypervisor}, n = {node.Count}; in C1 and C2, R_M is that of the VM without the function"));
        table.Print();
    }

    private static string Words(NodeKind kind, NodeParameters node) => kind switch
    {
        NodeKind.NonVirtualized => "not virtualized: H & M",
        NodeKind.Replicated => $"{node.Count} VM{(node.Count == 1 ? "" : "s")}: H & V & (M1 | …)",
        NodeKind.FunctionInVms => "C1, function in each VM: H & V & (f1 & M1 | …)",
        NodeKind.FunctionInHypervisor => "C2, function in the hypervisor: H & V & F & (M1 | …)",
        _ => "voting: H & V & 2of(M1, M2, M3)",
    };
}
