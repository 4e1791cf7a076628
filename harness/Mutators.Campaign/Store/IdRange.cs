namespace Mutators.Campaign.Store;

/// <summary>
/// Mutants whose ids lie between two others. Ids are hashes, so the rows of a part go to places all over an index, and the indices of a large campaign are
/// larger than what a processor has at hand: range by range, each part costs what it costs in a small campaign.
/// </summary>
/// <param name="From">The first id; null for no lower bound.</param>
/// <param name="To">The first id beyond; null for no upper bound.</param>
internal sealed record IdRange(string? From, string? To)
{
    /// <summary>The indices of so many mutants are at hand.</summary>
    internal const int MutantsAtOnce = 100_000;

    public bool IsFirst => From is null;

    /// <summary>The condition on a column, in SQL.</summary>
    public string Holds(string column) => string.Join(" AND ", new[] { From is null ? "true" : $"{column} >= {Quoted(From)}", To is null ? "true" : $"{column} < {Quoted(To)}" });

    /// <summary>Ranges of about the same size; the mutants of the largest part stand for all.</summary>
    public static IEnumerable<IdRange> Of(Database merged, IReadOnlyList<PartHead> heads, int mutantsAtOnce)
    {
        var count = 1 + heads.Sum(head => (long)head.Mutants) / mutantsAtOnce;
        string?[] bounds = [null, .. Between(merged, heads.MaxBy(head => head.Mutants)!, (int)count), null];
        return bounds.Zip(bounds.Skip(1), (from, to) => new IdRange(from, to));
    }

    private static List<string> Between(Database merged, PartHead head, int count)
    {
        if (count == 1)
        {
            return [];
        }

        merged.Attach(head.File, "part");
        var ids = merged.Query("SELECT id FROM part.mutant ORDER BY id", row => row.GetString(0));
        merged.Detach("part");
        return [.. Enumerable.Range(1, count - 1).Select(number => ids[(int)((long)number * ids.Count / count)]).Distinct(StringComparer.Ordinal)];
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
