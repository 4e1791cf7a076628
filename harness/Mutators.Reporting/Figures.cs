using System.Globalization;
using Mutators.Campaign.Outcomes;

namespace Mutators.Reporting;

/// <summary>Proportions as text. A percentage is never printed without its counts, nor a zero without what it excludes.</summary>
internal static class Figures
{
    /// <summary>The convention, named wherever intervals are printed.</summary>
    public const string Convention = "k/n of activated faults with Wilson's two-sided 95 % interval, per class and not simultaneous";

    /// <summary><c>83.3 %</c>; a dash of nothing.</summary>
    public static string Percent(Proportion proportion) => proportion.N == 0 ? "–" : Percent(proportion.Share);

    /// <summary><c>55.2–95.3 %</c>; a dash of nothing.</summary>
    public static string Range(Proportion proportion)
    {
        var (low, high) = proportion.Wilson;
        return proportion.N == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{low * 100:0.0}–{high * 100:0.0} %");
    }

    /// <summary><c>83.3 %, 95 % interval 55.2–95.3 %</c></summary>
    public static string Interval(Proportion proportion) => $"{Percent(proportion)}, 95 % interval {Range(proportion)}";

    /// <summary>The same of a weighted estimate.</summary>
    public static string Interval(WeightedShare weighted) => string.Create(
        CultureInfo.InvariantCulture, $"{Percent(weighted.Share)}, 95 % interval {weighted.Interval.Low * 100:0.0}–{weighted.Interval.High * 100:0.0} %");

    /// <summary>A stratum's weight; a dash where there is none.</summary>
    public static string Weight(Stratum stratum) => stratum.Weight is { } weight ? Percent(weight) : "–";

    /// <summary><c>0/300, below 0.99 % (one-sided 95 % bound)</c></summary>
    public static string Bound(Proportion none) =>
        string.Create(CultureInfo.InvariantCulture, $"{none}, below {none.ZeroBound * 100:0.00} % (one-sided 95 % bound)");

    /// <summary><c>≤ 0.99 %</c>: the bound where an interval stands otherwise.</summary>
    public static string UpperBound(Proportion none) => string.Create(CultureInfo.InvariantCulture, $"≤ {none.ZeroBound * 100:0.00} %");

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");
}
