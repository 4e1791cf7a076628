using System.Globalization;

namespace Mutators.Campaign.Outcomes;

/// <summary>k of n, with what can be said of the share behind it. The counts are the record; the percentage is decoration.</summary>
/// <param name="K">How many.</param>
/// <param name="N">Of how many.</param>
public readonly record struct Proportion(int K, int N)
{
    /// <summary>The two-sided 95 % quantile of the normal distribution.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>The observed share; 0 of an empty set.</summary>
    public double Share => N == 0 ? 0 : (double)K / N;

    /// <summary>Wilson's two-sided 95 % score interval; everything is possible where nothing was observed.</summary>
    public (double Low, double High) Wilson
    {
        get
        {
            if (N == 0)
            {
                return (0, 1);
            }

            var p = Share;
            var denominator = 1 + Z * Z / N;
            var centre = (p + Z * Z / (2 * N)) / denominator;
            var half = Z * Math.Sqrt(p * (1 - p) / N + Z * Z / (4.0 * N * N)) / denominator;

            // At the ends the formula gives exactly 0 and 1, which rounding may miss by a hair.
            return (K == 0 ? 0 : centre - half, K == N ? 1 : centre + half);
        }
    }

    /// <summary>
    /// The one-sided 95 % upper bound when nothing was seen in n: another convention than Wilson's, so always labelled where it is printed.
    /// </summary>
    public double ZeroBound
    {
        get
        {
            Invariant.Holds(K == 0);
            return N == 0 ? 1 : 1 - Math.Pow(0.05, 1.0 / N);
        }
    }

    /// <summary><c>36/480</c></summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{K}/{N}");
}
