using System.Globalization;

namespace Mutators.Reliability.Diagrams;

/// <summary>What somebody typed as <c>NAME=VALUE</c>.</summary>
/// <param name="Name">The left side.</param>
/// <param name="Value">The right side.</param>
public sealed record Assignment(string Name, string Value)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="ModelInputException">It has no '=', or nothing on a side of it.</exception>
    public static Assignment Parse(string text)
    {
        var mark = text.IndexOf('=', StringComparison.Ordinal);
        return mark > 0 && mark < text.Length - 1
            ? new Assignment(text[..mark].Trim(), text[(mark + 1)..].Trim())
            : throw new ModelInputException($"'{text}' gives no value to a name.", "Write NAME=VALUE, for example M=0.9.");
    }

    /// <summary>Reads many, each name once.</summary>
    /// <exception cref="ModelInputException">A name has two values.</exception>
    public static IReadOnlyList<Assignment> ParseAll(IEnumerable<string> texts)
    {
        var read = texts.Select(Parse).ToList();
        var twice = read.CountBy(each => each.Name, StringComparer.Ordinal).FirstOrDefault(count => count.Value > 1).Key;
        return twice is null ? read : throw new ModelInputException($"{twice} has two values.", "Give each name one.");
    }

    /// <summary>The value as a number.</summary>
    /// <exception cref="ModelInputException">It is none.</exception>
    public double Number => TryNumber(Value, out var number)
        ? number
        : throw new ModelInputException($"{Name} = {Value} is no number.", "Write it with a decimal point, for example 0.999.");

    /// <summary>Whether a text is a number, with a decimal point whatever the country.</summary>
    public static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
