using System.Collections.Immutable;
using System.Globalization;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Store;

/// <summary>What a merge made.</summary>
/// <param name="Stores">How many stores were merged, one that was there already included.</param>
/// <param name="Mutants">The mutants in the merged store.</param>
/// <param name="Faultload">The mutants in the whole faultload: more, where shards are missing.</param>
/// <param name="Disagreements">Outcomes that differ between stores, each variant once.</param>
/// <param name="Archived">The file that now holds an earlier campaign of another kind; null if there was none.</param>
public sealed record MergedStore(int Stores, int Mutants, int Faultload, ImmutableArray<Disagreement> Disagreements, string? Archived);

/// <summary>
/// Makes one store of several that hold parts of one campaign. Neither the order of the stores nor how often one is named changes the result, and what
/// two of them say differently of one mutant is kept as a disagreement. Rows go from file to file inside of SQLite: memory does not grow with the campaign.
/// </summary>
public static class StoreMerge
{
    private const string TemporaryName = "campaign.merging.db";

    /// <summary>Pages of the merged store that are kept in memory: those of a million outcomes' indices.</summary>
    private const int CacheKibibytes = 512 << 10;

    /// <summary>
    /// Parts that are written by one transaction, below the ten that SQLite attaches: each transaction writes nearly every page of the indices, because ids
    /// are hashes.
    /// </summary>
    private const int PartsAtOnce = 8;

    /// <summary>Whether a row of a part and its counterpart in the merged store say different things.</summary>
    private static string Contradict(string part) => $"""
        (ours.mode <> theirs.mode OR ours.flags <> theirs.flags OR ours.detection <> theirs.detection OR ours.detectors <> theirs.detectors
            OR ours.reason <> theirs.reason
            OR EXISTS (
                SELECT ordinal, golden_line, mutant_line FROM {part}.difference AS d WHERE d.mutant = theirs.mutant AND d.workload = theirs.workload
                EXCEPT SELECT ordinal, golden_line, mutant_line FROM main.difference AS d WHERE d.mutant = theirs.mutant AND d.workload = theirs.workload)
            OR EXISTS (
                SELECT ordinal, golden_line, mutant_line FROM main.difference AS d WHERE d.mutant = theirs.mutant AND d.workload = theirs.workload
                EXCEPT SELECT ordinal, golden_line, mutant_line FROM {part}.difference AS d WHERE d.mutant = theirs.mutant AND d.workload = theirs.workload))
        """;

    /// <summary>Merges stores into the one of a repository; a campaign of the same identity that is there already is merged too.</summary>
    /// <param name="files">The stores' files.</param>
    /// <param name="directory">The folder <c>.mutators</c> that holds the merged store.</param>
    /// <param name="cancel">Stops between stores; the store that was there stays as it was.</param>
    /// <exception cref="UsageException">The stores are not parts of one campaign; the message says which, and by what they differ.</exception>
    public static MergedStore Merge(IReadOnlyList<string> files, string directory, CancellationToken cancel)
    {
        using var target = CampaignStore.Open(directory);
        var present = Path.GetFullPath(Path.Combine(directory, CampaignStore.FileName));
        var parts = files.Select(Path.GetFullPath).Where(file => file != present).Distinct(StringComparer.Ordinal).ToList();
        if (parts.Count == 0)
        {
            throw new UsageException("There is nothing to merge.", "Name the stores: dotnet mutators merge shards/*/campaign.db");
        }

        var heads = parts.Select(PartHead.Read).ToList();
        foreach (var head in heads.Skip(1))
        {
            heads[0].RequireSameCampaign(head);
        }

        if (target.Matches(heads[0].Identity))
        {
            var own = PartHead.Read(present);
            heads[0].RequireSameCampaign(own);
            heads.Add(own);
        }

        var temporary = Path.Combine(directory, TemporaryName);
        Delete(temporary);
        try
        {
            var (mutants, disagreements) = Write(temporary, heads, cancel);
            var whole = heads[0].Identity.Faultload.Strata.Sum(stratum => stratum.Drawn);
            return new MergedStore(heads.Count, mutants, whole, disagreements, target.Replace(temporary, heads[0].Identity));
        }
        finally
        {
            Delete(temporary);
        }
    }

    private static (int Mutants, ImmutableArray<Disagreement> Disagreements) Write(string file, IReadOnlyList<PartHead> heads, CancellationToken cancel)
    {
        using var merged = Database.Create(file, _ => { });

        // The file is nobody's yet: a crash leaves the stores that it is made of. Its references hold as they do in the parts. Ids are hashes, so that each
        // row's place in an index is another page: what the cache holds of them decides whether a row of the last store costs what one of the first does.
        merged.Execute("PRAGMA synchronous = OFF");
        merged.Execute("PRAGMA foreign_keys = OFF");
        merged.Execute("PRAGMA journal_mode = OFF");
        merged.Execute($"PRAGMA cache_size = -{CacheKibibytes}");
        foreach (var some in heads.Chunk(PartsAtOnce))
        {
            cancel.ThrowIfCancellationRequested();
            var parts = some.Select((head, number) => (Head: head, Name: $"part{number}")).ToList();
            parts.ForEach(part => merged.Attach(part.Head.File, part.Name));
            merged.InTransaction(() => parts.ForEach(part => Add(merged, part.Head, part.Name)));
            parts.ForEach(part => merged.Detach(part.Name));
        }

        // What one store could not run and another could is known.
        merged.Execute("DELETE FROM harness_error WHERE EXISTS (SELECT 1 FROM outcome WHERE outcome.mutant = harness_error.mutant AND outcome.workload = harness_error.workload)");
        var broken = merged.Query("PRAGMA foreign_key_check", row => row.GetString(0));
        Invariant.Holds(broken.Count == 0);
        merged.Execute("PRAGMA journal_mode = WAL");
        merged.Execute("PRAGMA synchronous = FULL");
        return ((int)merged.Query("SELECT count(*) FROM mutant", row => row.GetInt64(0))[0], SnapshotReader.Disagreements(merged));
    }

    private static void Add(Database merged, PartHead head, string part)
    {
        var other = merged.Query(
            $"SELECT id FROM {part}.mutant AS theirs JOIN main.mutant AS ours USING (id) WHERE ours.commit_sha <> theirs.commit_sha OR ours.ordinal <> theirs.ordinal LIMIT 1",
            row => row.GetString(0));
        if (other is [var id, ..])
        {
            throw new UsageException($"{head.File} has another mutant {id} than the stores before it.", "It is of another faultload: merge stores of one campaign only.");
        }

        Resolve(merged, part, merged.Query(
            $"SELECT theirs.mutant, theirs.workload FROM {part}.outcome AS theirs JOIN main.outcome AS ours USING (mutant, workload) WHERE {Contradict(part)}", row => (row.GetString(0), row.GetString(1))));
        merged.Execute($"""
            UPDATE main.outcome AS ours SET times_run = max(ours.times_run, theirs.times_run), engine = min(ours.engine, theirs.engine)
            FROM {part}.outcome AS theirs WHERE ours.mutant = theirs.mutant AND ours.workload = theirs.workload AND NOT {Contradict(part)}
            """);
        foreach (var table in Tables(merged, part))
        {
            merged.Execute(table switch
            {
                // An order is one among the sites that were probed together.
                "activation" => $"""
                    INSERT INTO main.activation SELECT mutant, workload, hits, {(head.IsShard ? "NULL" : "first_order")} FROM {part}.activation WHERE true
                    ON CONFLICT DO UPDATE SET hits = max(hits, excluded.hits), first_order = coalesce(first_order, excluded.first_order)
                    """,
                "golden_run" => $"""
                    INSERT INTO main.golden_run SELECT * FROM {part}.golden_run WHERE true
                    ON CONFLICT DO UPDATE SET exit_code = excluded.exit_code, output = excluded.output, duration_us = excluded.duration_us
                    WHERE (excluded.duration_us, excluded.output) < (duration_us, output)
                    """,
                "harness_error" => $"""
                    INSERT INTO main.harness_error SELECT * FROM {part}.harness_error WHERE true
                    ON CONFLICT DO UPDATE SET message = min(message, excluded.message)
                    """,
                "unit_tests" => $"""
                    INSERT INTO main.unit_tests SELECT * FROM {part}.unit_tests WHERE true
                    ON CONFLICT DO UPDATE SET answer = excluded.answer, reason = excluded.reason, duration_us = excluded.duration_us
                    WHERE (excluded.answer, excluded.reason, excluded.duration_us) < (answer, reason, duration_us)
                    """,
                // The rows of an outcome that is there already are there as well.
                "difference" or "finding" or "second_round" or "recovery" => $"""
                    INSERT INTO main.{table} SELECT * FROM {part}.{table} AS theirs
                    WHERE NOT EXISTS (SELECT 1 FROM main.outcome AS ours WHERE ours.mutant = theirs.mutant AND ours.workload = theirs.workload)
                    """,
                _ => $"INSERT OR IGNORE INTO main.{table} SELECT * FROM {part}.{table}",
            });
        }
    }

    /// <summary>The tables that a part has, whatever version wrote it; outcomes last, since their rows say which differences are new.</summary>
    private static IEnumerable<string> Tables(Database merged, string part) => merged
        .Query($"SELECT name FROM {part}.sqlite_schema WHERE type = 'table' AND name <> 'shard' AND name NOT LIKE 'sqlite_%'", row => row.GetString(0))
        .OrderBy(table => table == "outcome")
        .ThenBy(table => table, StringComparer.Ordinal);

    /// <summary>Keeps what two stores say of a mutant, and of both the worse as its outcome: the same whichever came first.</summary>
    private static void Resolve(Database merged, string part, List<(string Mutant, string Workload)> contradicted)
    {
        foreach (var (mutant, workload) in contradicted)
        {
            var (ours, theirs) = (Variant.Read(merged, "main", mutant, workload), Variant.Read(merged, part, mutant, workload));
            merged.ExecuteMany("INSERT OR IGNORE INTO main.disagreement VALUES ($mutant, $workload, $mode, $detection, $reason)", [ours, theirs], each =>
                [("$mutant", mutant), ("$workload", workload), ("$mode", each.Mode.ToString()), ("$detection", each.Detection.ToString()), ("$reason", each.Reason)]);
            if (theirs.CompareTo(ours) < 0)
            {
                foreach (var table in (string[])["difference", "finding", "second_round", "recovery", "outcome"])
                {
                    merged.Execute($"DELETE FROM main.{table} WHERE mutant = $mutant AND workload = $workload", ("$mutant", mutant), ("$workload", workload));
                }
            }
        }
    }

    private static void Delete(string file)
    {
        foreach (var each in (string[])[file, file + "-wal", file + "-shm", file + "-journal"])
        {
            File.Delete(each);
        }
    }

    /// <summary>What a store says of itself.</summary>
    private sealed record PartHead(string File, CampaignIdentity Identity, ImmutableArray<GoldenRun> Golden, bool IsShard)
    {
        public static PartHead Read(string file)
        {
            if (!System.IO.File.Exists(file))
            {
                throw new UsageException($"There is no store {file}.", "Name stores that 'dotnet mutators run' wrote: campaign.db, or the folder that holds it.");
            }

            using var database = Database.Open(file);
            return database.IsEmpty
                ? throw new UsageException($"{file} holds no campaign yet.", "Leave it out, or let its shard run first.")
                : new PartHead(file, SnapshotReader.Identity(database), [.. SnapshotReader.Golden(database)], SnapshotReader.Shard(database) is not null);
        }

        public void RequireSameCampaign(PartHead other)
        {
            if (Identity.DifferenceTo(other.Identity) is { } difference)
            {
                var (mine, theirs) = difference switch
                {
                    "another golden commit" => (Identity.GoldenCommit, other.Identity.GoldenCommit),
                    "another faultload" => (InWords(Identity.Faultload), InWords(other.Identity.Faultload)),
                    "another engine" => (Identity.Engine, other.Identity.Engine),
                    _ => FirstDifference(Identity.Configuration, other.Identity.Configuration),
                };
                throw new UsageException($"{other.File} is of {difference}: {theirs}. {File} has {mine}.", "Merge stores of one campaign only; run the odd one again as the others were run.");
            }

            foreach (var (ours, theirs) in Golden.Zip(other.Golden))
            {
                if (GoldenRun.Compare(ours, theirs) is [var first, ..])
                {
                    throw new UsageException(
                        $"Golden ran differently in {File} and in {other.File}, workload '{ours.Workload.Name}': '{first.Golden ?? "(nothing)"}' and '{first.Mutant ?? "(nothing)"}'.",
                        "The machines differ in something that the workload shows (time zone, culture, number of cores): make them alike and run the odd one again.",
                        ExitCode.GoldenNotUsable);
                }
            }
        }

        private static string InWords(FaultloadRecord faultload) => string.Create(CultureInfo.InvariantCulture, $"{faultload.Rule}, seed {faultload.Seed}, digest {faultload.Digest}");

        /// <summary>Both texts from where they begin to differ.</summary>
        private static (string, string) FirstDifference(string mine, string theirs)
        {
            const int Shown = 60;
            var from = mine.AsSpan().CommonPrefixLength(theirs);
            from = from == 0 ? 0 : Math.Max(0, mine.LastIndexOf(',', from - 1) + 1);
            return (Part(mine), Part(theirs));

            string Part(string text) => text.Substring(Math.Min(from, text.Length), Math.Min(Shown, text.Length - Math.Min(from, text.Length)));
        }
    }

    /// <summary>What one store says of a mutant. The worst comes first, of equals the least detected; what is left is decided by text, so that it is decided.</summary>
    private sealed record Variant(FailureMode Mode, Detection Detection, string Reason, string Rest) : IComparable<Variant>
    {
        public static Variant Read(Database database, string schema, string mutant, string workload) => database.Query(
            $"""
            SELECT mode, detection, reason, flags || detectors || coalesce(
                (SELECT group_concat(coalesce(golden_line, '') || char(10) || coalesce(mutant_line, ''), char(10)) FROM {schema}.difference AS d WHERE d.mutant = o.mutant AND d.workload = o.workload), '')
            FROM {schema}.outcome AS o WHERE mutant = $mutant AND workload = $workload
            """,
            row => new Variant(Enum.Parse<FailureMode>(row.GetString(0)), Enum.Parse<Detection>(row.GetString(1)), row.GetString(2), row.GetString(3)),
            ("$mutant", mutant), ("$workload", workload))[0];

        public int CompareTo(Variant? other) =>
            other is null ? -1
            : Mode != other.Mode ? Mode.CompareTo(other.Mode)
            : Detection != other.Detection ? other.Detection.CompareTo(Detection)
            : Reason != other.Reason ? string.CompareOrdinal(Reason, other.Reason)
            : string.CompareOrdinal(Rest, other.Rest);
    }
}
