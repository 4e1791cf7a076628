namespace Mutators.Campaign.Store;

/// <summary>The tables that a merge takes rows of.</summary>
internal static class MergedTables
{
    /// <summary>The tables that a part and the merged store have, whatever version wrote the part; outcomes last, since their rows say which differences are new.</summary>
    public static IEnumerable<string> Of(Database merged, string part) => Named(merged, part)
        .Intersect(Named(merged, "main"))
        .OrderBy(table => table == "outcome")
        .ThenBy(table => table, StringComparer.Ordinal);

    /// <summary>The first table of a part whose columns are not those of the merged store; null if there is none.</summary>
    public static string? Foreign(Database merged, string part) => Of(merged, part).FirstOrDefault(table => !Columns(merged, part, table).SequenceEqual(Columns(merged, "main", table)));

    /// <summary>The columns of a table's key.</summary>
    public static List<string> Key(Database merged, string table) =>
        merged.Query($"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk", row => row.GetString(0));

    private static List<string> Columns(Database merged, string schema, string table) =>
        merged.Query($"SELECT name FROM pragma_table_info('{table}', '{schema}') ORDER BY cid", row => row.GetString(0));

    private static List<string> Named(Database merged, string schema) =>
        merged.Query($"SELECT name FROM {schema}.sqlite_schema WHERE type = 'table' AND name <> 'shard' AND name NOT LIKE 'sqlite_%'", row => row.GetString(0));

    /// <summary>Whether each row of the table belongs to one mutant, so that parts without a mutant in common have no row of it in common.</summary>
    public static bool IsOfMutants(string table) => table is not ("campaign" or "workload" or "golden_run" or "source");
}
