namespace Mutators.Reliability.Numbers;

/// <summary>Checks and forms of probabilities that all models share.</summary>
public static class Probability
{
    /// <summary>The value, if it is a probability.</summary>
    /// <param name="value">What somebody gave.</param>
    /// <param name="name">How it is called in messages, for example <c>R_M</c>.</param>
    /// <exception cref="ModelInputException">It lies outside [0, 1].</exception>
    public static double Require(double value, string name) => value is >= 0 and <= 1
        ? value
        : throw new ModelInputException($"{name} = {value:R} is no probability.", "Reliabilities and probabilities lie between 0 and 1.");

    /// <summary>The number of VMs, if there is at least one.</summary>
    /// <exception cref="ModelInputException">It is below 1.</exception>
    public static int RequireCount(int count, string name = "n") => count >= 1
        ? count
        : throw new ModelInputException($"{name} = {count} is no number of VMs.", "Give a whole number of at least 1.");

    /// <summary>
    /// The reliability of n parallel modules, 1 − (1 − r)^n, without the loss of digits that the power has for small r.
    /// </summary>
    public static double AtLeastOneOf(double count, double reliability) =>
        reliability >= 1 ? 1
        : count == 1 ? reliability
        : -ExpMinusOne(count * LogOfComplement(reliability));

    /// <summary>ln(1 − x), exact to the last digits also for small x.</summary>
    public static double LogOfComplement(double x)
    {
        // Kahan's way: the error of 1 − x cancels in the quotient.
        var rest = 1 - x;
        return rest == 1 ? -x : Math.Log(rest) * (-x / (rest - 1));
    }

    /// <summary>e^x − 1, exact to the last digits also for small x.</summary>
    internal static double ExpMinusOne(double x)
    {
        var power = Math.Exp(x);
        return power == 1 ? x
            : power - 1 == -1 ? -1
            : (power - 1) * (x / Math.Log(power));
    }
}
