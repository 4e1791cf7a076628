using System.Collections.Immutable;
using Mutators.Reliability.Bounds;

namespace Mutators.Reliability.Figures;

/// <summary>One curve of a figure.</summary>
/// <param name="Label">Its entry in the legend.</param>
/// <param name="Y">Its values at the figure's <see cref="PaperFigure.X"/>.</param>
public sealed record Curve(string Label, ImmutableArray<double> Y);

/// <summary>A figure of the paper as data, calculated by the functions that answer questions as well.</summary>
/// <param name="Id">Its number, for example <c>6a</c>.</param>
/// <param name="Title">What it shows.</param>
/// <param name="XLabel">The horizontal axis.</param>
/// <param name="YLabel">The vertical axis.</param>
/// <param name="YLow">Where the paper's vertical axis begins.</param>
/// <param name="YHigh">Where it ends.</param>
/// <param name="YStep">The distance of its marks.</param>
/// <param name="Curves">The curves.</param>
public sealed record PaperFigure(
    string Id, string Title, string XLabel, string YLabel, double YLow, double YHigh, double YStep, ImmutableArray<Curve> Curves)
{
    /// <summary>R_M or R_f from 0.1 to 1 in steps of 0.01.</summary>
    public static ImmutableArray<double> X { get; } = [.. Enumerable.Range(10, 91).Select(hundredth => hundredth / 100.0)];

    /// <summary>Figures 3, 4, 6a, 6b and 7; the others are block diagrams.</summary>
    public static ImmutableArray<PaperFigure> All { get; } =
    [
        new(
            "3",
            "Hypervisor reliability that n VMs need to beat no virtualization",
            "R_M, reliability of a VM",
            "lower bound on R_V, reliability of the hypervisor",
            0.1,
            1,
            0.1,
            [.. new[] { 2, 3, 4, 8, 16, 32 }.Select(n => Drawn($"n = {n}", vm => VirtualizationBound.Hypervisor(vm, n)))]),
        new(
            "4",
            "How many VMs node reliability R needs, with R_V = 0.999",
            "R_M, reliability of a VM",
            "lower bound on n, number of VMs",
            0,
            70,
            10,
            [.. new[] { 0.98, 0.998 }.Select(node => Drawn($"R = {node}", vm => ReplicationBound.Count(node, vm, 0.999)))]),
        new(
            "6a",
            "How reliable a function must be in the hypervisor, for n = 3 VMs",
            "R_f, reliability of the function in a VM",
            "lower bound on R_F, reliability in the hypervisor",
            0.2,
            1,
            0.1,
            [.. new[] { 0.75, 0.90, 0.95, 0.99 }.Select(rest => Drawn($"R_M′ = {rest:0.00}", function => PlacementBound.Function(function, rest, 3)))]),
        new(
            "6b",
            "How reliable a function must be in the hypervisor, with R_M′ = 0.75",
            "R_f, reliability of the function in a VM",
            "lower bound on R_F, reliability in the hypervisor",
            0.2,
            1,
            0.1,
            [.. new[] { 3, 6, 9 }.Select(n => Drawn($"n = {n}", function => PlacementBound.Function(function, 0.75, n)))]),
        new(
            "7",
            "Hypervisor reliability that 2-of-3 voting needs to beat no virtualization",
            "R_M, reliability of a VM",
            "lower bound on R_V, reliability of the hypervisor",
            0.88,
            1,
            0.02,
            [Drawn("bound (4)", VotingBound.Hypervisor)]),
    ];

    private static Curve Drawn(string label, Func<double, double> function) => new(label, [.. X.Select(function)]);
}
