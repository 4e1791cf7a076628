using System.Collections.Immutable;
using System.Globalization;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Bounds;

/// <summary>The values of the unknown for which an inequality holds: one interval, never an empty one.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="IncludesLow">Whether the lower end is one of the values.</param>
/// <param name="High">The upper end; infinite where more VMs are always enough.</param>
/// <param name="IncludesHigh">Whether the upper end is one of the values.</param>
public sealed record Solution(double Low, bool IncludesLow, double High, bool IncludesHigh);

/// <summary>What an inequality says of the values that were given.</summary>
/// <param name="Number">The inequality's number in the paper.</param>
/// <param name="Unknown">What was left out; null where everything was given.</param>
/// <param name="IsPossible">Whether some value of the unknown satisfies it; whether it holds, where everything was given.</param>
/// <param name="Solution">The values that satisfy it; null where there are none, or where nothing was left out.</param>
/// <param name="RealBound">For a number of VMs: the bound as a real number, before it was made a whole one.</param>
/// <param name="Words">All that in a sentence.</param>
public sealed record Answer(int Number, string? Unknown, bool IsPossible, Solution? Solution, double? RealBound, string Words);

/// <summary>
/// One of the four inequalities of Ramasamy and Schunter. Whether it holds is decided in exact arithmetic on the decimals
/// that were given, so that strict and not strict make their difference also at the bound.
/// </summary>
public abstract class Inequality
{
    /// <summary>Numbers of VMs up to which powers are calculated exactly; beyond, a floating result decides.</summary>
    private protected const int MaximumExactCount = 10_000;

    /// <summary>The four, by number.</summary>
    public static ImmutableArray<Inequality> All { get; } = [new VirtualizationBound(), new ReplicationBound(), new PlacementBound(), new VotingBound()];

    /// <summary>Its number in the paper.</summary>
    public abstract int Number { get; }

    /// <summary>The inequality itself.</summary>
    public abstract string Formula { get; }

    /// <summary>What is true when it holds, as the end of a sentence that begins with <c>for</c>.</summary>
    public abstract string Purpose { get; }

    /// <summary>Its variables as the paper writes them.</summary>
    public abstract ImmutableArray<string> Symbols { get; }

    /// <summary>The values of variables that need not be given.</summary>
    private protected virtual ImmutableDictionary<string, double> Defaults => ImmutableDictionary<string, double>.Empty;

    /// <summary>Whether it holds, exactly.</summary>
    private protected abstract bool Holds(Func<string, double> of);

    /// <summary>The values of the unknown that satisfy it; a sentence's end that says why there are none.</summary>
    private protected abstract (Solution? Solution, double? RealBound, string WhyNone) Solve(string unknown, Func<string, double> of);

    /// <summary>What it says of values that were typed, one variable left out or none.</summary>
    /// <exception cref="ModelInputException">A name is unknown, a value impossible, or more than one is left out.</exception>
    public Answer Ask(IEnumerable<Assignment> given)
    {
        var values = Defaults.ToBuilder();
        var typed = new List<string>();
        foreach (var assignment in given)
        {
            var symbol = Symbols.FirstOrDefault(symbol => Spelled(symbol, assignment.Name))
                ?? throw new ModelInputException($"Inequality ({Number}) has no variable {assignment.Name}.", $"It relates {string.Join(", ", Symbols)}: {Formula}");
            values[symbol] = Value(symbol, assignment);
            typed.Add(symbol);
        }

        var missing = Symbols.Where(symbol => !values.ContainsKey(symbol)).ToArray();
        if (missing.Length > 1)
        {
            throw new ModelInputException($"Inequality ({Number}) cannot be solved for {string.Join(" and ", missing)} at once.", $"Give all of {string.Join(", ", Symbols)} but one.");
        }

        var knowns = "with " + InWords([.. Symbols.Where(typed.Contains).Select(symbol => string.Create(CultureInfo.InvariantCulture, $"{symbol} = {values[symbol]:R}"))]);
        if (missing is not [var unknown])
        {
            var holds = Holds(symbol => values[symbol]);
            return new Answer(Number, null, holds, null, null, $"{knowns}, the condition {Purpose} {(holds ? "holds" : "does not hold")}");
        }

        var (solution, real, why) = Solve(unknown, symbol => values[symbol]);
        return new Answer(Number, unknown, solution is not null, solution, real, $"{knowns}, {(solution is null ? why : Words(unknown, solution, real))}");
    }

    /// <summary>The smallest whole number for which something holds that holds for every larger one.</summary>
    /// <param name="bound">Where it begins to hold, as a floating result.</param>
    /// <param name="holds">Decides exactly.</param>
    private protected static double SmallestCount(double bound, Func<int, bool> holds)
    {
        var count = Math.Max(1, Math.Floor(bound) + 1);
        if (count > MaximumExactCount)
        {
            return count;
        }

        var exact = (int)count;
        while (!holds(exact))
        {
            exact++;
        }

        while (exact > 1 && holds(exact - 1))
        {
            exact--;
        }

        return exact;
    }

    /// <summary>All reliabilities above a bound; none where the bound leaves no room below 1.</summary>
    private protected static Solution? Above(double bound) => bound < 1 ? new Solution(bound, IncludesLow: false, 1, IncludesHigh: true) : null;

    private static bool Spelled(string symbol, string typed)
    {
        var plain = typed.Replace("_", "", StringComparison.Ordinal).Replace("prime", "'", StringComparison.Ordinal).Replace('′', '\'');
        var wanted = symbol.Replace("_", "", StringComparison.Ordinal).Replace('′', '\'');
        return plain == wanted || plain + "'" == wanted;
    }

    private static double Value(string symbol, Assignment typed) => symbol != "n" ? Probability.Require(typed.Number, symbol)
        : typed.Number == Math.Floor(typed.Number) && Math.Abs(typed.Number) <= int.MaxValue ? Probability.RequireCount((int)typed.Number)
        : throw new ModelInputException($"n = {typed.Value} is no number of VMs.", "Give a whole number of at least 1.");

    private string Words(string unknown, Solution solution, double? real)
    {
        if (unknown == "n")
        {
            return !double.IsPositiveInfinity(solution.High)
                ? string.Create(CultureInfo.InvariantCulture, $"there may be at most {solution.High:0} VM{(solution.High > 1 ? "s" : "")} {Purpose}")
                : solution.Low <= 1 && real is null ? $"any number of VMs is right {Purpose}"
                : string.Create(CultureInfo.InvariantCulture, $"at least {solution.Low:0} VM{(solution.Low > 1 ? "s are" : " is")} needed {Purpose} (n > {Shown(real!.Value, solution.Low):0.########})");
        }

        var low = solution is { Low: 0, IncludesLow: true } ? null : $"{(solution.IncludesLow ? "at least" : "greater than")} {RoundedUp(solution.Low)}";
        var high = solution is { High: 1, IncludesHigh: true } ? null : $"{(solution.IncludesHigh ? "at most" : "less than")} {RoundedDown(solution.High)}";
        return low is null && high is null ? $"any {unknown} is right {Purpose}" : $"{unknown} must be {string.Join(" and ", new[] { low, high }.OfType<string>())} {Purpose}";
    }

    /// <summary>A bound on n in eight digits, below the smallest number that exceeds it: rounded to the nearest it could be that number ("at least 2 … n > 2").</summary>
    private static double Shown(double bound, double smallest)
    {
        var nearest = Math.Round(bound, 8);
        return nearest < smallest ? nearest : Math.Min(Math.Floor(bound * 1e8) / 1e8, smallest - 1e-8);
    }

    /// <summary>A lower bound in ten digits that is still one: rounded to the nearest it could fall below (as .9932 does in the paper).</summary>
    private static string RoundedUp(double bound) => Digits(Math.Ceiling(Math.Round(bound, 14) * 1e10) / 1e10);

    private static string RoundedDown(double bound) => Digits(Math.Floor(Math.Round(bound, 14) * 1e10) / 1e10);

    private static string Digits(double value) => value.ToString("0.##########", CultureInfo.InvariantCulture);

    private static string InWords(IReadOnlyList<string> parts) =>
        parts.Count < 2 ? string.Concat(parts) : string.Join(", ", parts.SkipLast(1)) + " and " + parts[^1];
}
