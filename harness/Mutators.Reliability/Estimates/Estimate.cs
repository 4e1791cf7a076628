using System.Globalization;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Estimates;

/// <summary>What is known of a module's reliability.</summary>
public abstract record Estimate
{
    /// <summary>The value to calculate with where one value is needed.</summary>
    public abstract double Centre { get; }

    /// <summary>The interval in which it lies: given, or with 95 % confidence.</summary>
    public abstract Interval Interval { get; }

    /// <summary>A value that it may have.</summary>
    public abstract double Draw(RandomDraws random);

    /// <summary>Reads <c>0.9</c>, <c>0.85..0.95</c> (an interval) or <c>36of40</c> (successes of trials).</summary>
    /// <exception cref="ModelInputException">It is none of them, or no probability.</exception>
    public static Estimate Parse(Assignment text)
    {
        if (text.Value.Split("..") is [var low, var high])
        {
            return new Bounded(Number(text, low), Number(text, high));
        }

        if (text.Value.Split("of") is [var successes, var trials]
            && int.TryParse(successes, NumberStyles.None, CultureInfo.InvariantCulture, out var k)
            && int.TryParse(trials, NumberStyles.None, CultureInfo.InvariantCulture, out var n))
        {
            return new Counted(Share.Of(k, n));
        }

        return new Known(Number(text, text.Value));
    }

    private static double Number(Assignment text, string part) => Assignment.TryNumber(part, out var number)
        ? Probability.Require(number, text.Name)
        : throw new ModelInputException($"{text.Name} = {text.Value} is no reliability.", "Write a number (0.9), an interval (0.85..0.95), or successes of trials (36of40).");
}

/// <summary>A reliability that is given.</summary>
/// <param name="Value">The reliability.</param>
public sealed record Known(double Value) : Estimate
{
    /// <inheritdoc/>
    public override double Centre => Value;

    /// <inheritdoc/>
    public override Interval Interval => new(Value, Value);

    /// <inheritdoc/>
    public override double Draw(RandomDraws random) => Value;
}

/// <summary>A reliability that lies between two values; each is as likely as any other where it must be drawn.</summary>
public sealed record Bounded : Estimate
{
    /// <summary>Between two values.</summary>
    /// <exception cref="ModelInputException">The first is the larger one.</exception>
    public Bounded(double low, double high) => Interval = low <= high
        ? new Interval(low, high)
        : throw new ModelInputException($"{low:R}..{high:R} is no interval.", "Write the lower end first.");

    /// <inheritdoc/>
    public override double Centre => (Interval.Low + Interval.High) / 2;

    /// <inheritdoc/>
    public override Interval Interval { get; }

    /// <inheritdoc/>
    public override double Draw(RandomDraws random) => Interval.Low + (Interval.High - Interval.Low) * random.NextUniform();
}

/// <summary>
/// A reliability of which successes of trials are known. What that says of it is a beta distribution (from Jeffreys's prior, half a
/// success and half a failure); the interval is that of Clopper and Pearson.
/// </summary>
/// <param name="Successes">The successes, of the trials.</param>
public sealed record Counted(Share Successes) : Estimate
{
    /// <inheritdoc/>
    public override double Centre => Successes.Value;

    /// <inheritdoc/>
    public override Interval Interval => Successes.ClopperPearson;

    /// <inheritdoc/>
    public override double Draw(RandomDraws random) => random.NextBeta(Successes.K + 0.5, Successes.N - Successes.K + 0.5);
}

/// <summary>
/// A reliability behind fault injection: a fault is met in a mission with a given probability, and a campaign counted how many of
/// the faults led to the failure in question. r = 1 − P(fault) · P(failure | fault).
/// </summary>
/// <param name="FaultProbability">P(fault): that a mission meets a fault of the module.</param>
/// <param name="Failures">The failures, of the activated faults.</param>
public sealed record Injected(double FaultProbability, Share Failures) : Estimate
{
    /// <inheritdoc/>
    public override double Centre => 1 - FaultProbability * Failures.Value;

    /// <inheritdoc/>
    public override Interval Interval
    {
        get
        {
            var failure = Failures.ClopperPearson;
            return new Interval(1 - FaultProbability * failure.High, 1 - FaultProbability * failure.Low);
        }
    }

    /// <inheritdoc/>
    public override double Draw(RandomDraws random) => 1 - FaultProbability * random.NextBeta(Failures.K + 0.5, Failures.N - Failures.K + 0.5);
}
