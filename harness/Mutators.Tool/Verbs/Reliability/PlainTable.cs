using System.Globalization;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary>A table for a terminal or a pipe: the first column to the left, numbers to the right.</summary>
/// <param name="headings">The headings.</param>
internal sealed class PlainTable(params string[] headings)
{
    private readonly List<string[]> rows = [headings];

    internal void Add(params string[] cells) => rows.Add(cells);

    internal void Print()
    {
        var widths = headings.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            Console.Out.WriteLine(("  " + string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column])))).TrimEnd());
        }
    }
}

/// <summary>Numbers as the verb prints them.</summary>
internal static class Digits
{
    /// <summary>Ten digits behind the point at most: as many as the models' reference values have.</summary>
    internal static string Of(double value) =>
        double.IsPositiveInfinity(value) ? "never"
        : value != 0 && Math.Abs(value) < 1e-6 ? value.ToString("0.####e-0", CultureInfo.InvariantCulture)
        : value.ToString("0.##########", CultureInfo.InvariantCulture);

    /// <summary>Six digits, where more would only look exact.</summary>
    internal static string Few(double value) => value.ToString("0.000000", CultureInfo.InvariantCulture);

    internal static string Few(Mutators.Reliability.Numbers.Interval interval) => $"{Few(interval.Low)} to {Few(interval.High)}";
}
