using Mutators.Campaign.Outcomes;

namespace Mutators.Campaign.Store;

/// <summary>
/// Adds a part to a merged store that may know its mutants: rows that are there already are compared, the same ones count once, and what two parts say
/// differently of one mutant is kept as a disagreement.
/// </summary>
internal static class KnownMutants
{
    private const string DifferenceColumns = "ordinal, golden_line, mutant_line";

    /// <summary>What else is told of an outcome, with what two parts must not say differently; an earlier release told none of it.</summary>
    private static readonly (string Table, string Columns)[] told =
    [
        ("finding", "ordinal, mode, detection, detector, reason, round, at"),
        ("second_round", "mode"),
        ("recovery", "ordinal, measure, is_back, detail, guests, kept, restarted, duration_ns"),
    ];

    /// <summary>Whether a row of a part and its counterpart in the merged store say different things.</summary>
    private static string Contradict(Database merged, string part)
    {
        var tables = MergedTables.Of(merged, part).ToHashSet();
        string[] others = [.. told.Where(each => tables.Contains(each.Table)).Select(each => $"(EXISTS ({Rows("main", each.Table, "1")}) AND EXISTS ({Rows(part, each.Table, "1")}) AND ({Differ(each.Table, each.Columns)}))")];
        string[] all =
        [
            "ours.mode <> theirs.mode OR ours.flags <> theirs.flags OR ours.detection <> theirs.detection OR ours.detectors <> theirs.detectors OR ours.reason <> theirs.reason",
            Differ("difference", DifferenceColumns),
            .. others,
        ];
        return $"({string.Join(" OR ", all)})";

        string Differ(string table, string columns) =>
            $"EXISTS ({Rows(part, table, columns)} EXCEPT {Rows("main", table, columns)}) OR EXISTS ({Rows("main", table, columns)} EXCEPT {Rows(part, table, columns)})";

        static string Rows(string schema, string table, string columns) => $"SELECT {columns} FROM {schema}.{table} AS t WHERE t.mutant = theirs.mutant AND t.workload = theirs.workload";
    }

    /// <summary>Adds all rows of a part, in a transaction that the caller holds.</summary>
    /// <param name="merged">The merged store.</param>
    /// <param name="part">The name that the part is attached by.</param>
    /// <param name="file">The part's file, for messages.</param>
    /// <param name="isShard">Whether the part's sites were probed without those of the others.</param>
    /// <exception cref="UsageException">The part has another mutant under an id that is known.</exception>
    public static void Add(Database merged, string part, string file, bool isShard)
    {
        var other = merged.Query(
            $"SELECT id FROM {part}.mutant AS theirs JOIN main.mutant AS ours USING (id) WHERE ours.commit_sha <> theirs.commit_sha OR ours.ordinal <> theirs.ordinal LIMIT 1",
            row => row.GetString(0));
        if (other is [var id, ..])
        {
            throw new UsageException($"{file} has another mutant {id} than the stores before it.", "It is of another faultload: merge stores of one campaign only.");
        }

        var contradict = Contradict(merged, part);
        Resolve(merged, part, merged.Query(
            $"SELECT theirs.mutant, theirs.workload FROM {part}.outcome AS theirs JOIN main.outcome AS ours USING (mutant, workload) WHERE {contradict}", row => (row.GetString(0), row.GetString(1))));
        merged.Execute($"""
            UPDATE main.outcome AS ours SET times_run = max(ours.times_run, theirs.times_run), engine = min(ours.engine, theirs.engine)
            FROM {part}.outcome AS theirs WHERE ours.mutant = theirs.mutant AND ours.workload = theirs.workload AND NOT {contradict}
            """);
        Insert(merged, part, isShard, MergedTables.Of(merged, part));
    }

    /// <summary>Adds the rows of a part that say the same in every part of the campaign: its workloads, sources and golden runs.</summary>
    public static void AddShared(Database merged, string part) =>
        Insert(merged, part, isShard: false, MergedTables.Of(merged, part).Where(table => !MergedTables.IsOfMutants(table)));

    private static void Insert(Database merged, string part, bool isShard, IEnumerable<string> tables)
    {
        foreach (var table in tables)
        {
            merged.Execute(table switch
            {
                // An order is one among the sites that were probed together.
                "activation" => $"""
                    INSERT INTO main.activation SELECT mutant, workload, hits, {(isShard ? "NULL" : "first_order")} FROM {part}.activation WHERE true
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
                "trace" => $"""
                    INSERT INTO main.trace SELECT * FROM {part}.trace WHERE true
                    ON CONFLICT DO UPDATE SET record = min(record, excluded.record)
                    """,
                "activation_time" => $"""
                    INSERT INTO main.activation_time SELECT * FROM {part}.activation_time WHERE true
                    ON CONFLICT DO UPDATE SET first_at = min(first_at, excluded.first_at)
                    """,
                // The rows of an outcome that is there already are there as well, unless an earlier release wrote it, and nobody contradicts it.
                "difference" => $"INSERT INTO main.difference SELECT * FROM {part}.difference AS theirs WHERE NOT EXISTS ({Same("outcome")})",
                "finding" or "second_round" or "recovery" => $"""
                    INSERT INTO main.{table} SELECT * FROM {part}.{table} AS theirs
                    WHERE NOT EXISTS ({Same("outcome")}) OR NOT EXISTS ({Same(table)}) AND NOT EXISTS ({Same("disagreement")})
                    """,
                _ => $"INSERT OR IGNORE INTO main.{table} SELECT * FROM {part}.{table}",
            });
        }

        static string Same(string table) => $"SELECT 1 FROM main.{table} AS ours WHERE ours.mutant = theirs.mutant AND ours.workload = theirs.workload";
    }

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
                foreach (var table in (string[])["difference", .. told.Select(each => each.Table), "outcome"])
                {
                    merged.Execute($"DELETE FROM main.{table} WHERE mutant = $mutant AND workload = $workload", ("$mutant", mutant), ("$workload", workload));
                }
            }
        }
    }

    /// <summary>What one store says of a mutant. The worst comes first, of equals the least detected; what is left is decided by text, so that it is decided.</summary>
    private sealed record Variant(FailureMode Mode, Detection Detection, string Reason, string Rest) : IComparable<Variant>
    {
        public static Variant Read(Database database, string schema, string mutant, string workload)
        {
            (string Name, object? Value)[] key = [("$mutant", mutant), ("$workload", workload)];
            var has = MergedTables.Of(database, schema).ToHashSet();
            var rest = told.Prepend(("difference", DifferenceColumns)).Where(each => has.Contains(each.Item1)).SelectMany(each => database.Query(
                $"SELECT {each.Item2} FROM {schema}.{each.Item1} WHERE mutant = $mutant AND workload = $workload ORDER BY 1",
                row => string.Join('\n', Enumerable.Range(0, row.FieldCount).Select(row.GetValue)),
                key));
            return database.Query(
                $"SELECT mode, detection, reason, flags || detectors FROM {schema}.outcome WHERE mutant = $mutant AND workload = $workload",
                row => new Variant(Enum.Parse<FailureMode>(row.GetString(0)), Enum.Parse<Detection>(row.GetString(1)), row.GetString(2), string.Join('\n', rest.Prepend(row.GetString(3)))),
                key)[0];
        }

        public int CompareTo(Variant? other) =>
            other is null ? -1
            : Mode != other.Mode ? Mode.CompareTo(other.Mode)
            : Detection != other.Detection ? other.Detection.CompareTo(Detection)
            : Reason != other.Reason ? string.CompareOrdinal(Reason, other.Reason)
            : string.CompareOrdinal(Rest, other.Rest);
    }
}
