namespace Mutators.Campaign.Store;

/// <summary>
/// The rows of parts that share no mutant: appended to a file without indices as the parts come, then written to the merged store in the order of its
/// keys. Ids are hashes, so that rows written as they come would each go to another page of every index, the more pages the more there are already; appended,
/// sorted and written in order a row costs the same whether it is of the first part or of the hundredth. SQLite sorts in pieces that fit its cache.
/// </summary>
internal sealed class StagedParts : IDisposable
{
    private const string Name = "staged";

    private readonly Database merged;
    private readonly IReadOnlyList<string> tables;

    /// <summary>Makes the file that rows wait in.</summary>
    /// <param name="merged">The store that they are written to in the end.</param>
    /// <param name="file">A file that is not there yet; it is the caller's to delete.</param>
    public StagedParts(Database merged, string file)
    {
        this.merged = merged;
        merged.Attach(file, Name);
        merged.Execute($"PRAGMA {Name}.journal_mode = OFF");
        merged.Execute($"PRAGMA {Name}.synchronous = OFF");
        tables = [.. MergedTables.Of(merged, "main").Where(MergedTables.IsOfMutants)];
        merged.Execute($"CREATE TABLE {Name}.seen (id TEXT PRIMARY KEY) WITHOUT ROWID");
        foreach (var table in tables)
        {
            merged.Execute($"CREATE TABLE {Name}.{table} AS SELECT * FROM main.{table} WHERE false");
        }
    }

    /// <summary>Takes the rows of a part's mutants, unless one of its mutants is of an earlier part too: then it takes none.</summary>
    /// <param name="part">The name that the part is attached by.</param>
    /// <param name="isShard">Whether the part's sites were probed without those of the others: then their order is none of the campaign's.</param>
    /// <returns>Whether the part was taken.</returns>
    public bool TryAdd(string part, bool isShard)
    {
        if (merged.Query($"SELECT EXISTS (SELECT 1 FROM {part}.mutant JOIN {Name}.seen USING (id))", row => row.GetBoolean(0))[0])
        {
            return false;
        }

        merged.Execute($"INSERT INTO {Name}.seen SELECT id FROM {part}.mutant ORDER BY id");
        foreach (var table in MergedTables.Of(merged, part).Intersect(tables))
        {
            var columns = isShard && table == "activation" ? "mutant, workload, hits, NULL" : "*";
            merged.Execute($"INSERT INTO {Name}.{table} SELECT {columns} FROM {part}.{table}");
        }

        return true;
    }

    /// <summary>Writes all rows to the merged store.</summary>
    /// <param name="cancel">Stops between tables.</param>
    public void Write(CancellationToken cancel)
    {
        foreach (var table in tables)
        {
            cancel.ThrowIfCancellationRequested();
            merged.Execute($"INSERT INTO main.{table} SELECT * FROM {Name}.{table} ORDER BY {string.Join(", ", MergedTables.Key(merged, table))}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => merged.Detach(Name);
}
