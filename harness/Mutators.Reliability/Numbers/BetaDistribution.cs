namespace Mutators.Reliability.Numbers;

/// <summary>The beta distribution: what k successes in n trials say about the share behind them.</summary>
public static class BetaDistribution
{
    /// <summary>Twice the digits of a double in the worst case; the fraction converges in far fewer steps.</summary>
    private const int MaximumSteps = 10_000;

    /// <summary>The probability of at most <paramref name="x"/>: the regularized incomplete beta function I_x(a, b).</summary>
    public static double Cumulative(double x, double a, double b)
    {
        if (x <= 0 || x >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        // The fraction converges fast on this side of the mean only; the other side is its mirror image.
        return x < (a + 1) / (a + b + 2) ? Tail(x, a, b) : 1 - Tail(1 - x, b, a);
    }

    /// <summary>The value that is not exceeded with probability <paramref name="p"/>.</summary>
    public static double Quantile(double p, double a, double b) => Root.OfIncreasing(x => Cumulative(x, a, b) - p, 0, 1);

    private static double Tail(double x, double a, double b) =>
        Math.Exp(a * Math.Log(x) + b * Probability.LogOfComplement(x) - LogBeta(a, b)) * ContinuedFraction(x, a, b) / a;

    /// <summary>The continued fraction of the incomplete beta function, evaluated from the front (Lentz's way).</summary>
    private static double ContinuedFraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        var c = 1.0;
        var d = 1 / NotZero(1 - (a + b) * x / (a + 1));
        var value = d;
        for (var m = 1; m < MaximumSteps; m++)
        {
            Step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
            var change = Step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
            if (Math.Abs(change - 1) < 1e-15)
            {
                break;
            }
        }

        return value;

        double Step(double coefficient)
        {
            d = 1 / NotZero(1 + coefficient * d);
            c = NotZero(1 + coefficient / c);
            value *= c * d;
            return c * d;
        }

        static double NotZero(double number) => Math.Abs(number) < Tiny ? Tiny : number;
    }

    private static double LogBeta(double a, double b) => LogGamma(a) + LogGamma(b) - LogGamma(a + b);

    /// <summary>ln Γ(x) by Stirling's series, after the argument was moved up to where eight terms give all digits.</summary>
    private static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 15; x++)
        {
            shift += Math.Log(x);
        }

        var inverse = 1 / x;
        var square = inverse * inverse;
        ReadOnlySpan<double> coefficients = [1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400];
        var series = 0.0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
        {
            series = series * square + coefficients[i];
        }

        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series * inverse - shift;
    }
}
