using Xen.Hypervisor;

namespace Xen.Mechanisms.Replicas;

/// <summary>Draws of missions, and what their counts say.</summary>
public static class Draws
{
    /// <summary>True with a probability.</summary>
    public static bool With(this RandomStream random, double probability) => (random.Next() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>The simulation of one mission among many: each with draws of its own.</summary>
    public static Simulation Mission(ulong seed, int mission) => new((seed << 32) + (ulong)mission);
}

/// <summary>So many of so many, with its 95 % interval (Wilson's).</summary>
public readonly record struct Count(int K, int N)
{
    private const double Z = 1.959963984540054;

    public double Share => (double)K / N;

    public double Low => Middle - Half;

    public double High => Middle + Half;

    private double Middle => (Share + (Z * Z / (2 * N))) / (1 + (Z * Z / N));

    private double Half => Z * Math.Sqrt((Share * (1 - Share) / N) + (Z * Z / (4.0 * N * N))) / (1 + (Z * Z / N));

    public bool Contains(double value) => value >= Low && value <= High;

    public override string ToString() => FormattableString.Invariant($"{Share:0.0000} ({Low:0.0000} to {High:0.0000})");
}
