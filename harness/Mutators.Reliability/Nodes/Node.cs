using System.Collections.Immutable;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Nodes;

/// <summary>The configurations of a physical node that Ramasamy and Schunter compare.</summary>
public enum NodeKind
{
    /// <summary>No hypervisor: H and M in series.</summary>
    NonVirtualized,

    /// <summary>n VMs of identical service on a hypervisor: H, V and the VMs in parallel.</summary>
    Replicated,

    /// <summary>C1: a function f inside each VM.</summary>
    FunctionInVms,

    /// <summary>C2: the function moved into the hypervisor, as F.</summary>
    FunctionInHypervisor,

    /// <summary>Three VMs, and the hypervisor forwards what two of them agree on.</summary>
    TwoOfThree,
}

/// <summary>The reliabilities of a node's modules.</summary>
public sealed record NodeParameters
{
    /// <summary>R_H, of the hardware.</summary>
    public double Hardware { get; init; } = 1;

    /// <summary>R_V, of the hypervisor.</summary>
    public double Hypervisor { get; init; } = 0.999;

    /// <summary>R_M, of a software machine or VM; with a function taken out of it, R_M′ of the rest.</summary>
    public double Vm { get; init; } = 0.9;

    /// <summary>R_f, of the function inside each VM.</summary>
    public double FunctionInVm { get; init; } = 0.9;

    /// <summary>R_F, of the function inside the hypervisor.</summary>
    public double FunctionInHypervisor { get; init; } = 0.9;

    /// <summary>n, how many VMs.</summary>
    public int Count { get; init; } = 3;

    /// <summary>Itself, if every value is possible.</summary>
    /// <exception cref="ModelInputException">One is not.</exception>
    public NodeParameters Checked()
    {
        Probability.Require(Hardware, "R_H");
        Probability.Require(Hypervisor, "R_V");
        Probability.Require(Vm, "R_M");
        Probability.Require(FunctionInVm, "R_f");
        Probability.Require(FunctionInHypervisor, "R_F");
        Probability.RequireCount(Count);
        return this;
    }
}

/// <summary>The closed forms of a node's reliability, and the diagrams they belong to.</summary>
public static class Node
{
    /// <summary>R_NV = R_H R_M.</summary>
    public static double NonVirtualized(double hardware, double machine) => hardware * machine;

    /// <summary>R_n = R_H R_V [1 − (1 − R_M)^n], for equal VMs.</summary>
    public static double Replicated(double hardware, double hypervisor, double vm, int count) => hardware * hypervisor * Probability.AtLeastOneOf(count, vm);

    /// <summary>
    /// R_n = R_H R_V [1 − Π (1 − R_Mi)], i from 1 to n, for VMs that differ. (The paper prints the product from i = 0, which would be n + 1
    /// VMs; its inequality (1) and its example use n.)
    /// </summary>
    public static double Replicated(double hardware, double hypervisor, IEnumerable<double> vms) =>
        hardware * hypervisor * (1 - vms.Aggregate(1.0, (allFail, vm) => allFail * (1 - vm)));

    /// <summary>R_C1 = R_H R_V [1 − (1 − R_f R_M′)^n].</summary>
    public static double FunctionInVms(double hardware, double hypervisor, double function, double rest, int count) =>
        hardware * hypervisor * Probability.AtLeastOneOf(count, function * rest);

    /// <summary>R_C2 = R_H R_V R_F [1 − (1 − R_M′)^n].</summary>
    public static double FunctionInHypervisor(double hardware, double hypervisor, double function, double rest, int count) =>
        hardware * hypervisor * function * Probability.AtLeastOneOf(count, rest);

    /// <summary>R_2of3 = R_H R_V [R_M³ + 3 R_M² (1 − R_M)].</summary>
    public static double TwoOfThree(double hardware, double hypervisor, double vm) => hardware * hypervisor * (vm * vm * (3 - 2 * vm));

    /// <summary>The closed form of a kind.</summary>
    public static double Reliability(NodeKind kind, NodeParameters of) => kind switch
    {
        NodeKind.NonVirtualized => NonVirtualized(of.Hardware, of.Vm),
        NodeKind.Replicated => Replicated(of.Hardware, of.Hypervisor, of.Vm, of.Count),
        NodeKind.FunctionInVms => FunctionInVms(of.Hardware, of.Hypervisor, of.FunctionInVm, of.Vm, of.Count),
        NodeKind.FunctionInHypervisor => FunctionInHypervisor(of.Hardware, of.Hypervisor, of.FunctionInHypervisor, of.Vm, of.Count),
        _ => TwoOfThree(of.Hardware, of.Hypervisor, of.Vm),
    };

    /// <summary>The block diagram of a kind, with its modules' reliabilities.</summary>
    public static (Diagram Diagram, IReadOnlyDictionary<string, double> Reliabilities) DiagramOf(NodeKind kind, NodeParameters of)
    {
        of.Checked();
        var vms = Enumerable.Range(1, of.Count).ToArray();
        var (hardware, hypervisor) = (new Module("H"), new Module("V"));
        Block[] plain = [.. vms.Select(i => new Module($"M{i}"))];
        Block root = kind switch
        {
            NodeKind.NonVirtualized => Block.Series(hardware, new Module("M")),
            NodeKind.Replicated => Block.Series(hardware, hypervisor, Block.Parallel([.. plain])),
            NodeKind.FunctionInVms => Block.Series(hardware, hypervisor, Block.Parallel([.. vms.Select(i => Block.Series(new Module($"f{i}"), new Module($"M{i}")))])),
            NodeKind.FunctionInHypervisor => Block.Series(hardware, hypervisor, new Module("F"), Block.Parallel([.. plain])),
            _ => Block.Series(hardware, hypervisor, Block.AtLeast(2, new Module("M1"), new Module("M2"), new Module("M3"))),
        };
        var diagram = new Diagram(root);
        return (diagram, diagram.Modules.ToImmutableDictionary(
            module => module,
            module => ModuleNames.Family(module) switch
            {
                "H" => of.Hardware,
                "V" => of.Hypervisor,
                "f" => of.FunctionInVm,
                "F" => of.FunctionInHypervisor,
                _ => of.Vm,
            },
            StringComparer.Ordinal));
    }
}
