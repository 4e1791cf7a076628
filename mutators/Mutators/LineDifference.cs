using System.Collections.Immutable;

namespace Mutators;

/// <summary>What changes between two short texts, line by line.</summary>
internal static class LineDifference
{
    /// <summary>
    /// All lines of both, each behind its mark: a longest common subsequence stays, and of a block the lines that go stand before those
    /// that come. The effort grows with the product of the lengths, so this is for examples.
    /// </summary>
    public static ImmutableArray<string> Between(string before, string after)
    {
        var (old, changed) = (Lines(before), Lines(after));
        var common = new int[old.Length + 1, changed.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = changed.Length - 1; j >= 0; j--)
            {
                common[i, j] = old[i] == changed[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var lines = ImmutableArray.CreateBuilder<string>();
        var (at, to) = (0, 0);
        while (at < old.Length || to < changed.Length)
        {
            if (at < old.Length && to < changed.Length && old[at] == changed[to])
            {
                lines.Add($" {old[at++]}");
                to++;
            }
            else if (to == changed.Length || (at < old.Length && common[at + 1, to] >= common[at, to + 1]))
            {
                lines.Add($"-{old[at++]}");
            }
            else
            {
                lines.Add($"+{changed[to++]}");
            }
        }

        return lines.ToImmutable();
    }

    private static string[] Lines(string text) => text.Replace("\r\n", "\n").Split('\n');
}
