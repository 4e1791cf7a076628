using System.Collections.Immutable;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Bounds;

/// <summary>(1): n VMs on a hypervisor against no virtualization, R_V [1 − (1 − R_M)^n] &gt; R_M.</summary>
public sealed class VirtualizationBound : Inequality
{
    /// <inheritdoc/>
    public override int Number => 1;

    /// <inheritdoc/>
    public override string Formula => "R_V [1 − (1 − R_M)^n] > R_M";

    /// <inheritdoc/>
    public override string Purpose => "for the virtualized node to be more reliable than the non-virtualized one";

    /// <inheritdoc/>
    public override ImmutableArray<string> Symbols => ["R_M", "R_V", "n"];

    /// <summary>What R_V must exceed: R_M / [1 − (1 − R_M)^n]; 1/n in the limit of useless VMs.</summary>
    public static double Hypervisor(double vm, double count) => vm == 0 ? 1 / count : vm / Probability.AtLeastOneOf(count, vm);

    /// <summary>What n must exceed: ln(1 − R_M/R_V) / ln(1 − R_M); infinite where R_M ≥ R_V.</summary>
    public static double Count(double vm, double hypervisor) => ReplicationBound.Count(vm, vm, hypervisor);

    private protected override bool Holds(Func<string, double> of) => of("n") <= MaximumExactCount
        ? Holds(Fraction.Of(of("R_M")), Fraction.Of(of("R_V")), (int)of("n"))
        : of("R_V") * Probability.AtLeastOneOf(of("n"), of("R_M")) > of("R_M");

    private protected override (Solution?, double?, string) Solve(string unknown, Func<string, double> of) => unknown switch
    {
        "R_V" => (of("R_M") == 0 || of("n") == 1 ? null : Above(Hypervisor(of("R_M"), of("n"))), null, $"no hypervisor is reliable enough {Purpose}"),
        "n" => SolveCount(of("R_M"), of("R_V")),
        _ => (SolveVm(of("R_V"), of("n")), null, $"no R_M will do {Purpose}: that needs R_V > 1/n"),
    };

    private static bool Holds(Fraction vm, Fraction hypervisor, int count) => hypervisor * vm.AtLeastOneOf(count) > vm;

    private (Solution?, double?, string) SolveCount(double vm, double hypervisor)
    {
        if (vm == 0 || vm >= hypervisor)
        {
            return (null, null, $"no number of VMs is enough {Purpose}: {(vm == 0 ? "these VMs never work" : "the hypervisor must be more reliable than a VM")}");
        }

        var (exactVm, exactHypervisor) = (Fraction.Of(vm), Fraction.Of(hypervisor));
        var bound = Count(vm, hypervisor);
        return (new Solution(SmallestCount(bound, count => Holds(exactVm, exactHypervisor, count)), IncludesLow: true, double.PositiveInfinity, IncludesHigh: false), bound, "");
    }

    /// <summary>
    /// The left side is concave in R_M and both sides are 0 at 0, so they meet once more at most: to the left of there it holds, if the left
    /// side begins steeper, R_V n &gt; 1.
    /// </summary>
    private static Solution? SolveVm(double hypervisor, double count)
    {
        if (count == 1 || !(Fraction.Of(hypervisor) * Fraction.Of(count) > Fraction.One))
        {
            return null;
        }

        var crossing = hypervisor == 1 ? 1
            : count == 2 ? 2 - 1 / hypervisor
            : Root.OfIncreasing(vm => Hypervisor(vm, count) - hypervisor, 0, 1);
        return new Solution(0, IncludesLow: false, crossing, IncludesHigh: false);
    }
}
