using System.Globalization;

namespace Mutators.Reliability.Numbers;

/// <summary>k of n trials, and the two-sided 95 % intervals of the probability behind them.</summary>
/// <param name="K">How many.</param>
/// <param name="N">Of how many.</param>
public readonly record struct Share(int K, int N)
{
    /// <summary>The two-sided 95 % quantile of the normal distribution.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>k of n, if these can be counts.</summary>
    /// <exception cref="ModelInputException">k lies outside 0 to n, or there is no trial.</exception>
    public static Share Of(int k, int n) => n >= 1 && k >= 0 && k <= n
        ? new Share(k, n)
        : throw new ModelInputException($"{k} of {n} are no counts of trials.", "Give how many succeeded and of how many, for example 36of40.");

    /// <summary>The observed share; 0 of an empty set.</summary>
    public double Value => N == 0 ? 0 : (double)K / N;

    /// <summary>Wilson's score interval: close to 95 % on average.</summary>
    public Interval Wilson
    {
        get
        {
            if (N == 0)
            {
                return Interval.Everything;
            }

            var denominator = 1 + Z * Z / N;
            var centre = (Value + Z * Z / (2 * N)) / denominator;
            var half = Z * Math.Sqrt(Value * (1 - Value) / N + Z * Z / (4.0 * N * N)) / denominator;
            return new Interval(K == 0 ? 0 : centre - half, K == N ? 1 : centre + half);
        }
    }

    /// <summary>The interval of Clopper and Pearson: at least 95 % for every share, so the one for guarantees.</summary>
    public Interval ClopperPearson => N == 0
        ? Interval.Everything
        : new Interval(K == 0 ? 0 : BetaDistribution.Quantile(0.025, K, N - K + 1), K == N ? 1 : BetaDistribution.Quantile(0.975, K + 1, N - K));

    /// <summary><c>36/480</c></summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{K}/{N}");
}

/// <summary>All numbers from one to another, ends included.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>What is known of a probability of which nothing is known.</summary>
    public static Interval Everything { get; } = new(0, 1);

    /// <summary>Whether a number lies in it.</summary>
    public bool Contains(double value) => value >= Low && value <= High;
}
