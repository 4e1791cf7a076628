namespace Mutators.Reliability.Numbers;

/// <summary>Seeded random numbers (SplitMix64), written out so that a seed means the same on every runtime and in every year.</summary>
/// <param name="seed">The seed.</param>
public sealed class RandomDraws(ulong seed)
{
    private ulong state = seed;

    /// <summary>Uniform on [0, 1), with 53 bits.</summary>
    public double NextUniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>One of 0 to <paramref name="count"/> − 1, each equally likely but for less than a part in 10^15.</summary>
    public int NextBelow(int count) => (int)(NextUniform() * count);

    /// <summary>A draw from the beta distribution.</summary>
    public double NextBeta(double a, double b)
    {
        var x = NextGamma(a);
        return x / (x + NextGamma(b));
    }

    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The gamma distribution of scale 1 by the rejection of Marsaglia and Tsang (2000).</summary>
    private double NextGamma(double shape)
    {
        if (shape < 1)
        {
            // Theirs needs a shape of at least 1; the power brings the draw back down.
            return NextGamma(shape + 1) * Math.Pow(1 - NextUniform(), 1 / shape);
        }

        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = NextNormal();
            var v = 1 + c * x;
            if (v > 0 && Math.Log(1 - NextUniform()) < 0.5 * x * x + d - d * v * v * v + 3 * d * Math.Log(v))
            {
                return d * v * v * v;
            }
        }
    }

    /// <summary>The standard normal distribution by Box and Muller; the second of each pair is not kept, so that draws stay in step.</summary>
    private double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextUniform())) * Math.Cos(2 * Math.PI * NextUniform());
}
