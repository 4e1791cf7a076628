namespace Mutators.Campaign.Store;

/// <summary>The tables that a merge takes rows of.</summary>
internal static class MergedTables
{
    /// <summary>The tables that a part has, whatever version wrote it; outcomes last, since their rows say which differences are new.</summary>
    public static IEnumerable<string> Of(Database merged, string part) => merged
        .Query($"SELECT name FROM {part}.sqlite_schema WHERE type = 'table' AND name <> 'shard' AND name NOT LIKE 'sqlite_%'", row => row.GetString(0))
        .OrderBy(table => table == "outcome")
        .ThenBy(table => table, StringComparer.Ordinal);

    /// <summary>Whether each row of the table belongs to one mutant, so that parts without a mutant in common have no row of it in common.</summary>
    public static bool IsOfMutants(string table) => table is not ("campaign" or "workload" or "golden_run" or "source");
}
