using System.Collections.Immutable;

namespace Mutators.Campaign.Propagation;

/// <summary>
/// Puts two sequences side by side: what is equal in all respects first, and in the gaps between what is at least of the same kind. So one element that is
/// missing in the middle does not make all later ones look altered.
/// </summary>
internal static class Pairing
{
    // A table of this many cells takes 16 MB and some milliseconds; longer stretches are paired greedily.
    private const long MaximumCells = 4_000_000;

    // How far the greedy pairing looks ahead.
    private const int Reach = 64;

    /// <summary>Every element of both once, in the order of both; a side is null where there is no counterpart, and what is missing stands before what is there instead.</summary>
    /// <param name="golden">Golden's elements.</param>
    /// <param name="faulty">The mutant's.</param>
    /// <param name="keys">What makes two elements equal, and then what makes them counterparts although they are not: the closest first, each looked at in the gaps that the one before leaves.</param>
    public static List<(T? Golden, T? Faulty)> Of<T>(IReadOnlyList<T> golden, IReadOnlyList<T> faulty, params ReadOnlySpan<Func<T, string>> keys)
        where T : class
    {
        if (keys.IsEmpty || golden.Count == 0 || faulty.Count == 0)
        {
            return [.. golden.Select(each => ((T?)each, (T?)null)), .. faulty.Select(each => ((T?)null, (T?)each))];
        }

        var pairs = new List<(T?, T?)>(Math.Max(golden.Count, faulty.Count));
        var (g, f) = (0, 0);
        foreach (var (i, j) in Matches(golden, faulty, keys[0]).Append((golden.Count, faulty.Count)))
        {
            if (i > g || j > f)
            {
                pairs.AddRange(Of(Slice(golden, g, i), Slice(faulty, f, j), keys[1..]));
            }

            if (i < golden.Count && j < faulty.Count)
            {
                pairs.Add((golden[i], faulty[j]));
            }

            (g, f) = (i + 1, j + 1);
        }

        return pairs;
    }

    private static List<T> Slice<T>(IReadOnlyList<T> list, int from, int to)
    {
        var slice = new List<T>(to - from);
        for (var i = from; i < to; i++)
        {
            slice.Add(list[i]);
        }

        return slice;
    }

    private static List<(int, int)> Matches<T>(IReadOnlyList<T> left, IReadOnlyList<T> right, Func<T, string> key)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var a = Numbers(left);
        var b = Numbers(right);
        var matches = new List<(int, int)>();
        var prefix = a.AsSpan().CommonPrefixLength(b);
        var suffix = 0;
        while (suffix < a.Length - prefix && suffix < b.Length - prefix && a[^(suffix + 1)] == b[^(suffix + 1)])
        {
            suffix++;
        }

        matches.AddRange(Enumerable.Range(0, prefix).Select(i => (i, i)));
        var x = a.AsSpan(prefix..^suffix);
        var y = b.AsSpan(prefix..^suffix);
        foreach (var (i, j) in (long)x.Length * y.Length <= MaximumCells ? Longest(x, y) : Greedy(x, y))
        {
            matches.Add((prefix + i, prefix + j));
        }

        matches.AddRange(Enumerable.Range(0, suffix).Select(i => (a.Length - suffix + i, b.Length - suffix + i)));
        return matches;

        int[] Numbers(IReadOnlyList<T> list)
        {
            var result = new int[list.Count];
            for (var i = 0; i < result.Length; i++)
            {
                var text = key(list[i]);
                if (!numbers.TryGetValue(text, out result[i]))
                {
                    numbers.Add(text, result[i] = numbers.Count);
                }
            }

            return result;
        }
    }

    private static List<(int, int)> Longest(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        var matches = new List<(int, int)>();
        if (left.IsEmpty || right.IsEmpty)
        {
            return matches;
        }

        // One array, row by row: access to arrays of two dimensions is several times as slow.
        var width = right.Length + 1;
        var length = new int[(left.Length + 1) * width];
        for (var i = left.Length - 1; i >= 0; i--)
        {
            var row = length.AsSpan(i * width, width);
            var below = length.AsSpan((i + 1) * width, width);
            for (var j = right.Length - 1; j >= 0; j--)
            {
                row[j] = left[i] == right[j] ? below[j + 1] + 1 : Math.Max(below[j], row[j + 1]);
            }
        }

        for (var (i, j) = (0, 0); i < left.Length && j < right.Length;)
        {
            if (left[i] == right[j])
            {
                matches.Add((i++, j++));
            }
            else if (length[((i + 1) * width) + j] >= length[(i * width) + j + 1])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return matches;
    }

    private static List<(int, int)> Greedy(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        var matches = new List<(int, int)>();
        var next = 0;
        for (var i = 0; i < left.Length && next < right.Length; i++)
        {
            var ahead = right.Slice(next, Math.Min(Reach, right.Length - next)).IndexOf(left[i]);
            if (ahead >= 0)
            {
                matches.Add((i, next + ahead));
                next += ahead + 1;
            }
        }

        return matches;
    }
}
