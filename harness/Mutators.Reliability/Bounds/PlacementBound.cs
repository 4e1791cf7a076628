using System.Collections.Immutable;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Bounds;

/// <summary>
/// (3): a function as F in the hypervisor (C2) against f in each VM (C1), R_F ≥ [1 − (1 − R_f R_M′)^n] / [1 − (1 − R_M′)^n]. Not strict.
/// </summary>
public sealed class PlacementBound : Inequality
{
    /// <summary>More VMs than any host has; a bound for the search of the largest number.</summary>
    private const double MaximumCount = 1e9;

    /// <inheritdoc/>
    public override int Number => 3;

    /// <inheritdoc/>
    public override string Formula => "R_F ≥ [1 − (1 − R_f R_M′)^n] / [1 − (1 − R_M′)^n]";

    /// <inheritdoc/>
    public override string Purpose => "for the function to be as reliable in the hypervisor as inside the VMs";

    /// <inheritdoc/>
    public override ImmutableArray<string> Symbols => ["R_F", "R_f", "R_M′", "n"];

    /// <summary>What R_F must reach at least; R_f in the limit of a useless rest.</summary>
    /// <param name="function">R_f.</param>
    /// <param name="rest">R_M′.</param>
    /// <param name="count">n.</param>
    public static double Function(double function, double rest, double count) =>
        rest == 0 || count == 1 ? function : Probability.AtLeastOneOf(count, function * rest) / Probability.AtLeastOneOf(count, rest);

    private protected override bool Holds(Func<string, double> of) => of("n") <= MaximumExactCount
        ? Holds(Fraction.Of(of("R_F")), Fraction.Of(of("R_f")), Fraction.Of(of("R_M′")), (int)of("n"))
        : of("R_M′") == 0 || of("R_F") >= Function(of("R_f"), of("R_M′"), of("n"));

    private protected override (Solution?, double?, string) Solve(string unknown, Func<string, double> of) => unknown switch
    {
        // A rest that never works makes both nodes worth nothing, and so equal.
        "R_F" => (new Solution(of("R_M′") == 0 ? 0 : Function(of("R_f"), of("R_M′"), of("n")), IncludesLow: true, 1, IncludesHigh: true), null, ""),
        "R_f" => (new Solution(0, IncludesLow: true, InVm(of("R_F"), of("R_M′"), of("n")), IncludesHigh: true), null, ""),
        "R_M′" => (SolveRest(of("R_F"), of("R_f"), of("n")), null, ""),
        _ => SolveCount(of("R_F"), of("R_f"), of("R_M′")),
    };

    private static bool Holds(Fraction inHypervisor, Fraction inVm, Fraction rest, int count) =>
        inHypervisor * rest.AtLeastOneOf(count) >= (inVm * rest).AtLeastOneOf(count);

    /// <summary>The most reliable f that F still makes up for: (3) solved for R_f.</summary>
    private static double InVm(double inHypervisor, double rest, double count) => rest == 0 || inHypervisor == 1 ? 1
        : count == 1 ? inHypervisor
        : Math.Min(1, -Probability.ExpMinusOne(Probability.LogOfComplement(inHypervisor * Probability.AtLeastOneOf(count, rest)) / count) / rest);

    /// <summary>The bound grows with R_M′, from R_f at 0 (where both nodes are worth nothing, so that any F will do) up to 1 − (1 − R_f)^n at 1.</summary>
    private static Solution SolveRest(double inHypervisor, double inVm, double count)
    {
        var highest = inVm is 0 or 1 || count == 1
            ? inHypervisor >= inVm ? 1 : 0
            : inHypervisor <= inVm ? 0
            : inHypervisor >= Probability.AtLeastOneOf(count, inVm) ? 1
            : Root.OfIncreasing(rest => Function(inVm, rest, count) - inHypervisor, 0, 1);
        return new Solution(0, IncludesLow: true, highest, IncludesHigh: true);
    }

    /// <summary>The bound grows with n: so many VMs and no more.</summary>
    private (Solution?, double?, string) SolveCount(double inHypervisor, double inVm, double rest)
    {
        if (inHypervisor == 1 || inVm == 0 || rest == 0)
        {
            return (new Solution(1, IncludesLow: true, double.PositiveInfinity, IncludesHigh: false), null, "");
        }

        if (inHypervisor < inVm)
        {
            return (null, null, $"no number of VMs is right {Purpose}: F must be at least as reliable as f");
        }

        var (low, high) = (1.0, 2.0);
        while (high < MaximumCount && inHypervisor >= Function(inVm, rest, high))
        {
            (low, high) = (high, 2 * high);
        }

        while (high - low > 1)
        {
            var middle = Math.Floor((low + high) / 2);
            (low, high) = inHypervisor >= Function(inVm, rest, middle) ? (middle, high) : (low, middle);
        }

        return (new Solution(1, IncludesLow: true, high >= MaximumCount ? double.PositiveInfinity : Exactly(low), IncludesHigh: true), null, "");

        double Exactly(double largest)
        {
            if (largest >= MaximumExactCount)
            {
                return largest;
            }

            var (exactF, exactInVm, exactRest) = (Fraction.Of(inHypervisor), Fraction.Of(inVm), Fraction.Of(rest));
            var count = (int)largest;
            while (count > 1 && !Holds(exactF, exactInVm, exactRest, count))
            {
                count--;
            }

            while (Holds(exactF, exactInVm, exactRest, count + 1))
            {
                count++;
            }

            return count;
        }
    }
}
