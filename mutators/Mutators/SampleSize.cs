namespace Mutators;

/// <summary>
/// How many mutants a statement needs: the sample size of a proportion in a finite population (Leveugle et al., DATE 2009),
/// <c>n = N / (1 + e²(N−1) / (t² p(1−p)))</c>, rounded up, with the most careful share p = 0.5.
/// </summary>
/// <remarks>
/// The formula is for a simple random sample. For a statement about activated faults, what counts is how many of the drawn mutants are activated.
/// </remarks>
public sealed record SampleSize
{
    private const double MostCarefulShare = 0.5;

    /// <summary>The size for a margin and a confidence.</summary>
    /// <param name="margin">Half the width of the interval, for example 0.05.</param>
    /// <param name="confidence">How often the interval holds the true share, for example 0.95.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them does not lie between 0 and 1.</exception>
    public SampleSize(double margin, double confidence)
    {
        Margin = margin is > 0 and < 1 ? margin : throw new ArgumentOutOfRangeException(nameof(margin), margin, "A margin lies between 0 and 1.");
        Confidence = confidence is > 0 and < 1 ? confidence : throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0 and 1.");
    }

    /// <summary>Half the width of the interval.</summary>
    public double Margin { get; }

    /// <summary>How often the interval holds the true share.</summary>
    public double Confidence { get; }

    /// <summary>How many to draw out of a population; all of a small one.</summary>
    public int Of(int population)
    {
        if (population <= 0)
        {
            return 0;
        }

        var t = NormalQuantile(0.5 + (Confidence / 2));
        var n = population / (1 + (Margin * Margin * (population - 1) / (t * t * MostCarefulShare * (1 - MostCarefulShare))));
        return Math.Min(population, (int)Math.Ceiling(n));
    }

    // Acklam's rational approximation, with a relative error below 1.2e-9.
    private static double NormalQuantile(double probability)
    {
        double[] a = [-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00];
        double[] b = [-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01, 1];
        double[] c = [-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00];
        double[] d = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1];
        const double low = 0.02425;
        if (probability > 1 - low)
        {
            return -NormalQuantile(1 - probability);
        }

        if (probability < low)
        {
            var tail = Math.Sqrt(-2 * Math.Log(probability));
            return Polynomial(c, tail) / Polynomial(d, tail);
        }

        var centre = probability - 0.5;
        return centre * Polynomial(a, centre * centre) / Polynomial(b, centre * centre);

        static double Polynomial(double[] coefficients, double x) => coefficients.Aggregate(0.0, (sum, coefficient) => (sum * x) + coefficient);
    }
}
