using System.Collections.Immutable;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Bounds;

/// <summary>(4): three VMs of which two must agree against no virtualization, R_V &gt; 1 / (3 R_M − 2 R_M²).</summary>
public sealed class VotingBound : Inequality
{
    /// <inheritdoc/>
    public override int Number => 4;

    /// <inheritdoc/>
    public override string Formula => "R_V > 1 / (3 R_M − 2 R_M²)";

    /// <inheritdoc/>
    public override string Purpose => "for 2-of-3 voting to be more reliable than the non-virtualized node";

    /// <inheritdoc/>
    public override ImmutableArray<string> Symbols => ["R_M", "R_V"];

    /// <summary>What R_V must exceed: smallest, 8/9, at R_M = 3/4; 1 or more, so impossible, up to R_M = 1/2 and again at 1.</summary>
    public static double Hypervisor(double vm) => vm == 0 ? double.PositiveInfinity : 1 / (vm * (3 - 2 * vm));

    /// <summary>
    /// The R_M for which a hypervisor is reliable enough, between (3 − √(9 − 8/R_V))/4 and (3 + √(9 − 8/R_V))/4; null where there are none,
    /// which is so up to R_V = 8/9.
    /// </summary>
    public static Interval? Vms(double hypervisor)
    {
        if (!(Fraction.Of(9) * Fraction.Of(hypervisor) > Fraction.Of(8)))
        {
            return null;
        }

        var half = Math.Sqrt(9 - 8 / hypervisor) / 4;
        return new Interval(0.75 - half, 0.75 + half);
    }

    private protected override bool Holds(Func<string, double> of)
    {
        var vm = Fraction.Of(of("R_M"));
        return Fraction.Of(of("R_V")) * vm * vm * (Fraction.Of(3) - Fraction.Of(2) * vm) > vm;
    }

    private protected override (Solution?, double?, string) Solve(string unknown, Func<string, double> of)
    {
        if (unknown == "R_V")
        {
            var bound = Hypervisor(of("R_M"));
            return (Above(bound), null, $"no hypervisor is reliable enough {Purpose}: {(of("R_M") <= 0.5 ? "R_M must exceed 0.5" : "perfect VMs cannot gain")}");
        }

        return Vms(of("R_V")) is { } vms
            ? (new Solution(vms.Low, IncludesLow: false, vms.High, IncludesHigh: false), null, "")
            : (null, null, $"no R_M will do {Purpose}: that needs R_V > 8/9 = 0.888…");
    }
}
