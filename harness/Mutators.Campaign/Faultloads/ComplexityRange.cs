using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mutators.Campaign.Faultloads;

/// <summary>Cyclomatic complexities from a least to a most, both included: <c>3..10</c>, <c>..5</c>, <c>10..</c> or <c>7</c>.</summary>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
public sealed record ComplexityRange(int Least, int Most)
{
    /// <summary>What a range looks like, for messages.</summary>
    public const string Form = "a range of complexities such as 3..10, 10.. or ..5";

    /// <summary>Whether a complexity lies in the range.</summary>
    public bool Contains(int complexity) => complexity >= Least && complexity <= Most;

    /// <summary>Reads a range as it is typed.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ComplexityRange? range)
    {
        range = null;
        var ends = text.Split("..");
        if (ends.Length > 2 || !TryEnd(ends[0], 1, out var least) || !TryEnd(ends[^1], int.MaxValue, out var most) || least > most || text is "" or "..")
        {
            return false;
        }

        range = new ComplexityRange(least, most);
        return true;

        bool TryEnd(string end, int open, out int value)
        {
            value = open;
            return (end.Length == 0 && ends.Length == 2) || int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Least}..{(Most == int.MaxValue ? "" : Most)}");
}
