using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Campaign.Store;

/// <summary>
/// The one hunk that a mutant is: the lines between the first and the last that differ, with context. A general difference
/// algorithm would only find the same, since a fault's edits lie close together.
/// </summary>
internal static class UnifiedDiff
{
    private const int ContextLines = 3;

    /// <summary>The difference as <c>diff -u</c> writes it, with line feeds; without a last one.</summary>
    public static string Of(string path, SourceText golden, SourceText mutant)
    {
        string[] before = [.. golden.Lines.Select(line => line.ToString())];
        string[] after = [.. mutant.Lines.Select(line => line.ToString())];
        var prefix = before.AsSpan().CommonPrefixLength(after);
        var suffix = 0;
        while (suffix < Math.Min(before.Length, after.Length) - prefix && before[^(suffix + 1)] == after[^(suffix + 1)])
        {
            suffix++;
        }

        var first = Math.Max(0, prefix - ContextLines);
        var trailing = Math.Min(ContextLines, suffix);
        var (beforeEnd, afterEnd) = (before.Length - suffix, after.Length - suffix);

        var diff = new StringBuilder()
            .Append("--- a/").Append(path).Append('\n')
            .Append("+++ b/").Append(path).Append('\n')
            .Append($"@@ -{Range(first, beforeEnd + trailing)} +{Range(first, afterEnd + trailing)} @@");
        Append(' ', before[first..prefix]);
        Append('-', before[prefix..beforeEnd]);
        Append('+', after[prefix..afterEnd]);
        Append(' ', before[beforeEnd..(beforeEnd + trailing)]);
        return diff.ToString();

        void Append(char mark, string[] lines)
        {
            foreach (var line in lines)
            {
                diff.Append('\n').Append(mark).Append(line);
            }
        }
    }

    /// <summary>Lines count from 1; an empty range names the line before it.</summary>
    private static string Range(int start, int end) => $"{(end == start ? start : start + 1)},{end - start}";
}
