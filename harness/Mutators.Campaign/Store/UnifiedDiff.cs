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
    /// <param name="path">The file's path in the repository.</param>
    /// <param name="golden">Its golden text.</param>
    /// <param name="mutant">The mutant's text.</param>
    /// <param name="covered">The stretch of golden text that holds all edits.</param>
    public static string Of(string path, SourceText golden, SourceText mutant, TextSpan covered)
    {
        // Only the lines around the edits are looked at: a campaign makes thousands of diffs of the same long files.
        var touchedFrom = golden.Lines.IndexOf(covered.Start);
        var touchedTo = golden.Lines.IndexOf(covered.End) + 1;
        var moved = mutant.Lines.Count - golden.Lines.Count;
        var first = Math.Max(0, touchedFrom - ContextLines);
        var last = Math.Min(golden.Lines.Count, touchedTo + ContextLines);
        var before = Lines(golden, first, last);
        var after = Lines(mutant, first, last + moved);

        var prefix = before.AsSpan().CommonPrefixLength(after);
        var suffix = 0;
        while (suffix < Math.Min(before.Length, after.Length) - prefix && before[^(suffix + 1)] == after[^(suffix + 1)])
        {
            suffix++;
        }

        var leading = Math.Min(ContextLines, prefix);
        var trailing = Math.Min(ContextLines, suffix);
        var start = first + prefix - leading;
        var (changed, replaced) = (before[prefix..^suffix], after[prefix..^suffix]);

        var diff = new StringBuilder()
            .Append("--- a/").Append(path).Append('\n')
            .Append("+++ b/").Append(path).Append('\n')
            .Append($"@@ -{Range(start, leading + changed.Length + trailing)} +{Range(start, leading + replaced.Length + trailing)} @@");
        Append(' ', before[(prefix - leading)..prefix]);
        Append('-', changed);
        Append('+', replaced);
        Append(' ', before[^suffix..][..trailing]);
        return diff.ToString();

        void Append(char mark, string[] lines)
        {
            foreach (var line in lines)
            {
                diff.Append('\n').Append(mark).Append(line);
            }
        }
    }

    private static string[] Lines(SourceText text, int from, int to) => [.. Enumerable.Range(from, to - from).Select(index => text.Lines[index].ToString())];

    /// <summary>Lines count from 1; an empty range names the line before it.</summary>
    private static string Range(int start, int length) => $"{(length == 0 ? start : start + 1)},{length}";
}
