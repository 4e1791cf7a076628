using System.Collections.Immutable;

namespace Mutators;

/// <summary>Divides a number of seats in proportion to weights, by largest remainder.</summary>
public static class Apportionment
{
    /// <summary>How many of <paramref name="seats"/> each weight gets; the sum is <paramref name="seats"/> unless all weights are 0.</summary>
    /// <param name="weights">The weights; where remainders are equal, the heavier comes first, then the earlier.</param>
    /// <param name="seats">How many seats there are.</param>
    public static ImmutableArray<int> ByLargestRemainder(IReadOnlyList<int> weights, int seats)
    {
        var total = weights.Sum(weight => (long)weight);
        if (total == 0)
        {
            return [.. weights.Select(_ => 0)];
        }

        var shares = weights.Select(weight => (int)((long)weight * seats / total)).ToArray();
        var byRemainder = Enumerable.Range(0, weights.Count)
            .OrderByDescending(i => (long)weights[i] * seats % total)
            .ThenByDescending(i => weights[i])
            .ThenBy(i => i);
        foreach (var i in byRemainder.Take(seats - shares.Sum()))
        {
            shares[i]++;
        }

        return [.. shares];
    }
}
