using System.Collections.Immutable;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Bounds;

/// <summary>
/// (2): as many VMs as node reliability R needs, n &gt; ln(1 − R/R_V) / ln(1 − R_M). The paper sets R_H = 1 here; for other hardware R_H R_V
/// takes the place of R_V.
/// </summary>
public sealed class ReplicationBound : Inequality
{
    /// <inheritdoc/>
    public override int Number => 2;

    /// <inheritdoc/>
    public override string Formula => "R_H R_V [1 − (1 − R_M)^n] > R, that is n > ln(1 − R/(R_H R_V)) / ln(1 − R_M)";

    /// <inheritdoc/>
    public override string Purpose => "for the node to be more reliable than R";

    /// <inheritdoc/>
    public override ImmutableArray<string> Symbols => ["R", "R_M", "R_V", "n", "R_H"];

    private protected override ImmutableDictionary<string, double> Defaults { get; } = ImmutableDictionary<string, double>.Empty.Add("R_H", 1);

    /// <summary>What n must exceed; infinite where no number is enough.</summary>
    /// <param name="node">R.</param>
    /// <param name="vm">R_M.</param>
    /// <param name="hypervisor">R_V, or R_H R_V.</param>
    public static double Count(double node, double vm, double hypervisor) =>
        node >= hypervisor || vm == 0 ? double.PositiveInfinity
        : node == 0 || vm == 1 ? 0
        : Math.Log((hypervisor - node) / hypervisor) / Probability.LogOfComplement(vm);

    private protected override bool Holds(Func<string, double> of) => of("n") <= MaximumExactCount
        ? Fraction.Of(of("R_H")) * Fraction.Of(of("R_V")) * Fraction.Of(of("R_M")).AtLeastOneOf((int)of("n")) > Fraction.Of(of("R"))
        : of("R_H") * of("R_V") * Probability.AtLeastOneOf(of("n"), of("R_M")) > of("R");

    private protected override (Solution?, double?, string) Solve(string unknown, Func<string, double> of)
    {
        switch (unknown)
        {
            case "n":
                return SolveCount(of);
            case "R":
                var reached = of("R_H") * of("R_V") * Probability.AtLeastOneOf(of("n"), of("R_M"));
                return (reached > 0 ? new Solution(0, IncludesLow: true, reached, IncludesHigh: false) : null, null, "the node never works");
            case "R_V":
                return (Above(Ratio(of("R"), of("R_H") * Probability.AtLeastOneOf(of("n"), of("R_M")))), null, $"no hypervisor is reliable enough {Purpose}: more or better VMs are needed");
            case "R_H":
                return (Above(Ratio(of("R"), of("R_V") * Probability.AtLeastOneOf(of("n"), of("R_M")))), null, $"no hardware is reliable enough {Purpose}");
            default:
                // In equal VMs: (1 − R_M)^n must be less than 1 − R/(R_H R_V).
                var rest = Ratio(of("R"), of("R_H") * of("R_V"));
                return (rest < 1 ? Above(-Probability.ExpMinusOne(Probability.LogOfComplement(rest) / of("n"))) : null, null, $"no VM is reliable enough {Purpose}: R must be below R_H R_V");
        }
    }

    private (Solution?, double?, string) SolveCount(Func<string, double> of)
    {
        var (node, vm) = (Fraction.Of(of("R")), Fraction.Of(of("R_M")));
        var ceiling = Fraction.Of(of("R_H")) * Fraction.Of(of("R_V"));
        if (of("R_M") == 0 || node >= ceiling)
        {
            return (null, null, $"no number of VMs is enough {Purpose}: {(of("R_M") == 0 ? "these VMs never work" : $"R must be below R_H R_V = {of("R_H") * of("R_V"):0.##########}")}");
        }

        var bound = Count(of("R"), of("R_M"), of("R_H") * of("R_V"));
        return (new Solution(SmallestCount(bound, count => ceiling * vm.AtLeastOneOf(count) > node), IncludesLow: true, double.PositiveInfinity, IncludesHigh: false), bound, "");
    }

    /// <summary>A quotient; more than any reliability where it is divided by a system that never works.</summary>
    private static double Ratio(double dividend, double divisor) => divisor == 0 ? double.PositiveInfinity : dividend / divisor;
}
