using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Store;

/// <summary>Reads a campaign's tables as a snapshot.</summary>
internal static class SnapshotReader
{
    public static CampaignIdentity Identity(Database database) => database.Query(
        "SELECT golden_commit, golden_tree, engine, configuration, faultload FROM campaign",
        row => new CampaignIdentity(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), FaultloadRecord.FromJson(row.GetString(4))))[0];

    /// <summary>The golden runs, in the order of their workloads.</summary>
    public static List<GoldenRun> Golden(Database database) => database.Query(
        """
        SELECT name, project, arguments, exit_code, output, duration_us
        FROM workload JOIN golden_run ON golden_run.workload = workload.name ORDER BY workload.ordinal
        """,
        ReadGolden);

    /// <summary>The part of the faultload that the store is for; null for all of it.</summary>
    public static FaultloadShard? Shard(Database database) =>
        database.Has("shard") ? database.Query("SELECT number, count FROM shard", row => new FaultloadShard(row.GetInt32(0), row.GetInt32(1))).SingleOrDefault() : null;

    /// <summary>What differed between the stores that were merged.</summary>
    public static ImmutableArray<Disagreement> Disagreements(Database database) => !database.Has("disagreement") ? [] :
    [
        .. database.Query(
            "SELECT mutant, workload, mode, detection, reason FROM disagreement",
            row => new Disagreement(Id(row, 0), row.GetString(1), Enum.Parse<FailureMode>(row.GetString(2)), Enum.Parse<Detection>(row.GetString(3)), row.GetString(4)))
            .OrderBy(each => each.Mutant).ThenBy(each => each.Workload, StringComparer.Ordinal).ThenBy(each => each.Mode)
            .ThenByDescending(each => each.Detection).ThenBy(each => each.Reason, StringComparer.Ordinal),
    ];

    /// <summary>All tables as of one moment: they are read in one transaction.</summary>
    public static CampaignSnapshot Read(Database database)
    {
        CampaignSnapshot? snapshot = null;
        database.InReadTransaction(() => snapshot = ReadTables(database));
        return snapshot!;
    }

    private static CampaignSnapshot ReadTables(Database database)
    {
        var golden = Golden(database);
        var sources = database.Query("SELECT path, text FROM source", row => KeyValuePair.Create(row.GetString(0), row.GetString(1)));
        var times = !database.Has("activation_time") ? [] : database.Query(
            "SELECT mutant, workload, first_at FROM activation_time", row => KeyValuePair.Create((Id(row, 0), row.GetString(1)), row.GetInt64(2)))
            .ToDictionary();
        var activations = database.Query(
            $"SELECT mutant, workload, hits, first_order FROM activation {InOrder}",
            row => new ActivationRecord(
                Id(row, 0), row.GetString(1), row.GetInt64(2), Number(row, 3), times.TryGetValue((Id(row, 0), row.GetString(1)), out var at) ? at : null))
            .ToLookup(each => each.Mutant);
        var errors = database.Query(
            $"SELECT mutant, workload, message FROM harness_error {InOrder}",
            row => new HarnessError(Id(row, 0), row.GetString(1), row.GetString(2)))
            .ToLookup(each => each.Mutant);
        var outcomes = ReadOutcomes(database).ToLookup(each => each.Outcome.Mutant);
        var unitTests = database.Query(
            "SELECT mutant, answer, reason, duration_us FROM unit_tests",
            row => new UnitTestResult(Id(row, 0), Enum.Parse<UnitTestAnswer>(row.GetString(1)), row.GetString(2), TimeSpan.FromMicroseconds(row.GetInt64(3))))
            .ToDictionary(each => each.Mutant);
        var mutants = database.Query("SELECT * FROM mutant ORDER BY ordinal", ReadMutant);
        return new CampaignSnapshot(
            Identity(database),
            [.. golden],
            [.. mutants.Select(mutant => new MutantResult(mutant, [.. activations[mutant.Id]], [.. outcomes[mutant.Id]], [.. errors[mutant.Id]], unitTests.GetValueOrDefault(mutant.Id)))],
            sources.ToImmutableSortedDictionary(StringComparer.Ordinal))
        {
            Disagreements = Disagreements(database),
            Traces = !database.Has("trace") ? [] :
            [
                .. database.Query("SELECT record FROM trace", row => TraceRecord.FromJson(row.GetString(0)))
                    .OrderBy(each => each.Mutant).ThenBy(each => each.Workload, StringComparer.Ordinal),
            ],
        };
    }

    private const string InOrder = "JOIN workload ON workload.name = workload ORDER BY workload.ordinal";

    private static List<StoredOutcome> ReadOutcomes(Database database)
    {
        var differences = database.Query(
            "SELECT mutant, workload, golden_line, mutant_line FROM difference ORDER BY mutant, workload, ordinal",
            row => (Key: (Id(row, 0), row.GetString(1)), Difference: new Difference(Text(row, 2), Text(row, 3))))
            .ToLookup(each => each.Key, each => each.Difference);
        var findings = (!database.Has("finding") ? [] : database.Query(
            "SELECT mutant, workload, mode, detection, detector, reason, round, at FROM finding ORDER BY mutant, workload, ordinal",
            row => (Key: (Id(row, 0), row.GetString(1)), Finding: new Finding(
                Enum.Parse<FailureMode>(row.GetString(2)), Enum.Parse<Detection>(row.GetString(3)), row.GetString(4), row.GetString(5), row.GetInt32(6), Number(row, 7)))))
            .ToLookup(each => each.Key, each => each.Finding);
        var recoveries = (!database.Has("recovery") ? [] : database.Query(
            "SELECT mutant, workload, measure, is_back, detail, guests, kept, restarted, duration_ns FROM recovery ORDER BY mutant, workload, ordinal",
            row => (Key: (Id(row, 0), row.GetString(1)), Attempt: new RecoveryAttempt(
                row.GetString(2), row.GetInt32(3) != 0, row.GetString(4), row.GetInt32(5), row.GetInt32(6), row.GetInt32(7), row.GetInt64(8)))))
            .ToLookup(each => each.Key, each => each.Attempt);
        var secondRounds = (!database.Has("second_round") ? [] : database.Query(
            "SELECT mutant, workload, mode FROM second_round", row => (Key: (Id(row, 0), row.GetString(1)), Mode: Enum.Parse<FailureMode>(row.GetString(2)))))
            .ToDictionary(each => each.Key, each => each.Mode);
        return database.Query(
            $"SELECT mutant, workload, mode, flags, detection, detectors, reason, engine, times_run FROM outcome {InOrder}",
            row => new StoredOutcome(
                new Outcome(
                    Id(row, 0),
                    row.GetString(1),
                    Enum.Parse<FailureMode>(row.GetString(2)),
                    [.. Strings(row, 3).Select(Enum.Parse<FailureMode>)],
                    Enum.Parse<Detection>(row.GetString(4)),
                    Strings(row, 5),
                    row.GetString(6),
                    row.GetString(7),
                    [.. differences[(Id(row, 0), row.GetString(1))]])
                {
                    Findings = [.. findings[(Id(row, 0), row.GetString(1))]],
                    Recovery = [.. recoveries[(Id(row, 0), row.GetString(1))]],
                    SecondRound = secondRounds.TryGetValue((Id(row, 0), row.GetString(1)), out var second) ? second : null,
                },
                row.GetInt32(8)));
    }

    private static GoldenRun ReadGolden(SqliteDataReader row) => new(
        new Workload(row.GetString(0), row.GetString(1), Strings(row, 2)),
        new WorkloadRun(ProcessEnd.Exited, row.GetInt32(3), Strings(row, 4), [], TimeSpan.FromMicroseconds(row.GetInt64(5))));

    private static MutantRecord ReadMutant(SqliteDataReader row) => new(
        Id(row, row.GetOrdinal("id")),
        row.GetString(row.GetOrdinal("operator_name")),
        Enum.Parse<FaultClass>(row.GetString(row.GetOrdinal("fault_class"))),
        row.GetString(row.GetOrdinal("path")),
        row.GetString(row.GetOrdinal("member")),
        row.GetInt32(row.GetOrdinal("line")),
        row.GetInt32(row.GetOrdinal("column")),
        row.GetString(row.GetOrdinal("change")),
        row.GetString(row.GetOrdinal("subject")),
        row.GetString(row.GetOrdinal("branch")),
        row.GetString(row.GetOrdinal("commit_sha")),
        new TextEdit(
            row.GetInt32(row.GetOrdinal("edit_start_line")),
            row.GetInt32(row.GetOrdinal("edit_start_column")),
            row.GetInt32(row.GetOrdinal("edit_end_line")),
            row.GetInt32(row.GetOrdinal("edit_end_column")),
            row.GetString(row.GetOrdinal("edit_replacement"))),
        row.GetString(row.GetOrdinal("diff")))
    {
        Origin = Enum.Parse<FaultOrigin>(row.GetString(row.GetOrdinal("origin"))),
        Component = row.GetString(row.GetOrdinal("component")),
        Stratum = row.GetString(row.GetOrdinal("stratum")),
        Warnings = Strings(row, row.GetOrdinal("warnings")),
        SameAs = row.IsDBNull(row.GetOrdinal("same_as")) ? null : Id(row, row.GetOrdinal("same_as")),
    };

    private static MutantId Id(SqliteDataReader row, int column)
    {
        var isId = MutantId.TryParse(row.GetString(column), out var id);
        Invariant.Holds(isId);
        return id;
    }

    private static long? Number(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static ImmutableArray<string> Strings(SqliteDataReader row, int column) =>
        JsonSerializer.Deserialize<ImmutableArray<string>>(row.GetString(column));
}
