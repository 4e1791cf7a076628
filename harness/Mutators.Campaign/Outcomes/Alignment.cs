using System.Collections.Immutable;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Outcomes;

/// <summary>An observation and its counterpart in the other run; one side is null where there is none.</summary>
/// <param name="Golden">What golden let us see.</param>
/// <param name="Mutant">What the mutant let us see.</param>
internal readonly record struct Counterparts(Observation? Golden, Observation? Mutant)
{
    /// <summary>Whether both are there and say the same.</summary>
    public bool Agree => Golden is not null && Mutant is not null && Golden.SaysTheSameAs(Mutant);
}

/// <summary>
/// Golden's observations beside those of another run: a longest common subsequence of their identities, so that an operation that
/// is missing in the middle does not make all later ones look different.
/// </summary>
internal sealed class Alignment
{
    // One table of this many cells takes 16 MB and a few milliseconds; runs that differ over a longer stretch are paired greedily.
    private const long MaximumCells = 4_000_000;

    // How far the greedy pairing looks ahead: beyond it an equal identity is rather another occurrence than the counterpart.
    private const int GreedyReach = 256;

    private Alignment(ImmutableArray<Counterparts> pairs) => Pairs = pairs;

    /// <summary>Every observation of both runs once, in order.</summary>
    public ImmutableArray<Counterparts> Pairs { get; }

    /// <summary>Puts two runs side by side.</summary>
    public static Alignment Of(ImmutableArray<Observation> golden, ImmutableArray<Observation> mutant)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var left = Array.ConvertAll([.. golden], Number);
        var right = Array.ConvertAll([.. mutant], Number);

        var prefix = left.AsSpan().CommonPrefixLength(right);
        var suffix = 0;
        while (suffix < left.Length - prefix && suffix < right.Length - prefix && left[^(suffix + 1)] == right[^(suffix + 1)])
        {
            suffix++;
        }

        var pairs = ImmutableArray.CreateBuilder<Counterparts>(Math.Max(left.Length, right.Length));
        var (g, m) = (0, 0);
        foreach (var (goldenIndex, mutantIndex) in Matches(left, right, prefix, suffix))
        {
            AddUnmatched(goldenIndex, mutantIndex);
            pairs.Add(new Counterparts(golden[g++], mutant[m++]));
        }

        AddUnmatched(golden.Length, mutant.Length);
        return new Alignment(pairs.ToImmutable());

        int Number(Observation each)
        {
            if (!numbers.TryGetValue(each.Identity, out var number))
            {
                numbers.Add(each.Identity, number = numbers.Count);
            }

            return number;
        }

        // A gap: plain lines of both sides are taken for changed lines, one by one; what is left has no counterpart.
        void AddUnmatched(int goldenEnd, int mutantEnd)
        {
            while (g < goldenEnd && m < mutantEnd && golden[g].Kind is ObservationKind.Line && mutant[m].Kind is ObservationKind.Line)
            {
                pairs.Add(new Counterparts(golden[g++], mutant[m++]));
            }

            // What only the mutant shows comes first: the death of a component stands before all that is missing because of it.
            while (m < mutantEnd)
            {
                pairs.Add(new Counterparts(null, mutant[m++]));
            }

            while (g < goldenEnd)
            {
                pairs.Add(new Counterparts(golden[g++], null));
            }
        }
    }

    /// <summary>The lines that differ, at most so many.</summary>
    public ImmutableArray<Difference> Differences(int maximum) =>
        [.. Pairs.Where(pair => !pair.Agree).Take(maximum).Select(pair => new Difference(pair.Golden?.Text, pair.Mutant?.Text))];

    private static IEnumerable<(int Golden, int Mutant)> Matches(int[] left, int[] right, int prefix, int suffix)
    {
        for (var i = 0; i < prefix; i++)
        {
            yield return (i, i);
        }

        var (leftMiddle, rightMiddle) = (left.AsMemory(prefix..^suffix), right.AsMemory(prefix..^suffix));
        var middle = (long)leftMiddle.Length * rightMiddle.Length <= MaximumCells
            ? CommonSubsequence(leftMiddle.Span, rightMiddle.Span)
            : GreedyMatches(leftMiddle.Span, rightMiddle.Span);
        foreach (var (i, j) in middle)
        {
            yield return (prefix + i, prefix + j);
        }

        for (var i = suffix; i > 0; i--)
        {
            yield return (left.Length - i, right.Length - i);
        }
    }

    private static List<(int, int)> CommonSubsequence(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        var longest = new int[left.Length + 1, right.Length + 1];
        for (var i = left.Length - 1; i >= 0; i--)
        {
            for (var j = right.Length - 1; j >= 0; j--)
            {
                longest[i, j] = left[i] == right[j] ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
            }
        }

        var matches = new List<(int, int)>();
        for (var (i, j) = (0, 0); i < left.Length && j < right.Length;)
        {
            if (left[i] == right[j])
            {
                matches.Add((i++, j++));
            }
            else if (longest[i + 1, j] >= longest[i, j + 1])
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

    private static List<(int, int)> GreedyMatches(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        var matches = new List<(int, int)>();
        var next = 0;
        for (var i = 0; i < left.Length && next < right.Length; i++)
        {
            var ahead = right.Slice(next, Math.Min(GreedyReach, right.Length - next)).IndexOf(left[i]);
            if (ahead >= 0)
            {
                matches.Add((i, next + ahead));
                next += ahead + 1;
            }
        }

        return matches;
    }
}
