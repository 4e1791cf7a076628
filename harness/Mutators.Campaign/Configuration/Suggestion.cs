using System.Text;

namespace Mutators.Campaign.Configuration;

/// <summary>What somebody who mistyped a word probably meant.</summary>
public static class Suggestion
{
    /// <summary>The one of <paramref name="known"/> that is the fewest edits away from <paramref name="typed"/>, a common beginning counting in its favour.</summary>
    public static string Nearest(string typed, IEnumerable<string> known) =>
        known.MinBy(word =>
            Distance(typed.ToLowerInvariant(), word.ToLowerInvariant()) - typed.AsSpan().CommonPrefixLength(word)) ?? typed;

    /// <summary>An enumeration value as it is typed: <c>field-weighted</c>.</summary>
    public static string Kebab(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var substitution = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
