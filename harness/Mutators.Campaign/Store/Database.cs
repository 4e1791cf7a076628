using Microsoft.Data.Sqlite;

namespace Mutators.Campaign.Store;

/// <summary>The SQLite file of one campaign: its schema, and its troubles in words a user can act on.</summary>
internal sealed class Database : IDisposable
{
    /// <summary>"MUTA": tells a campaign from any other SQLite file.</summary>
    private const long ApplicationId = 0x4D555441;

    private const long SchemaVersion = 2;

    // A reader waits while a checkpoint holds the file; longer means that something is wrong.
    private const int BusyTimeoutMs = 5000;

    private const string Schema = """
        CREATE TABLE campaign (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            golden_commit TEXT NOT NULL, golden_tree TEXT NOT NULL, engine TEXT NOT NULL, configuration TEXT NOT NULL, faultload TEXT NOT NULL) STRICT;
        CREATE TABLE workload (
            ordinal INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, project TEXT NOT NULL, arguments TEXT NOT NULL) STRICT;
        CREATE TABLE golden_run (
            workload TEXT PRIMARY KEY REFERENCES workload (name),
            exit_code INTEGER NOT NULL, output TEXT NOT NULL, duration_us INTEGER NOT NULL) STRICT;
        CREATE TABLE source (
            path TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
        CREATE TABLE mutant (
            ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
            operator TEXT NOT NULL, operator_name TEXT NOT NULL, fault_class TEXT NOT NULL,
            path TEXT NOT NULL REFERENCES source (path), member TEXT NOT NULL, line INTEGER NOT NULL, column INTEGER NOT NULL,
            change TEXT NOT NULL, subject TEXT NOT NULL, branch TEXT NOT NULL, commit_sha TEXT NOT NULL,
            edit_start_line INTEGER NOT NULL, edit_start_column INTEGER NOT NULL, edit_end_line INTEGER NOT NULL, edit_end_column INTEGER NOT NULL,
            edit_replacement TEXT NOT NULL, diff TEXT NOT NULL,
            origin TEXT NOT NULL, component TEXT NOT NULL, stratum TEXT NOT NULL, warnings TEXT NOT NULL, same_as TEXT) STRICT;
        CREATE TABLE activation (
            mutant TEXT NOT NULL REFERENCES mutant (id), workload TEXT NOT NULL REFERENCES workload (name),
            hits INTEGER NOT NULL, first_order INTEGER,
            PRIMARY KEY (mutant, workload)) STRICT;
        CREATE TABLE outcome (
            mutant TEXT NOT NULL REFERENCES mutant (id), workload TEXT NOT NULL REFERENCES workload (name),
            mode TEXT NOT NULL, flags TEXT NOT NULL, detection TEXT NOT NULL, detectors TEXT NOT NULL,
            reason TEXT NOT NULL, engine TEXT NOT NULL, times_run INTEGER NOT NULL,
            PRIMARY KEY (mutant, workload)) STRICT;
        CREATE TABLE difference (
            mutant TEXT NOT NULL, workload TEXT NOT NULL, ordinal INTEGER NOT NULL, golden_line TEXT, mutant_line TEXT,
            PRIMARY KEY (mutant, workload, ordinal),
            FOREIGN KEY (mutant, workload) REFERENCES outcome (mutant, workload) ON DELETE CASCADE) STRICT;
        CREATE TABLE harness_error (
            mutant TEXT NOT NULL REFERENCES mutant (id), workload TEXT NOT NULL REFERENCES workload (name), message TEXT NOT NULL,
            PRIMARY KEY (mutant, workload)) STRICT;
        CREATE TABLE unit_tests (
            mutant TEXT PRIMARY KEY REFERENCES mutant (id), answer TEXT NOT NULL, reason TEXT NOT NULL, duration_us INTEGER NOT NULL) STRICT;
        CREATE TABLE shard (
            id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL, count INTEGER NOT NULL) STRICT;
        CREATE TABLE disagreement (
            mutant TEXT NOT NULL, workload TEXT NOT NULL, mode TEXT NOT NULL, detection TEXT NOT NULL, reason TEXT NOT NULL,
            PRIMARY KEY (mutant, workload, mode, detection, reason)) STRICT;
        """;

    /// <summary>Tables that stores of the same version may lack, because an earlier release wrote them.</summary>
    private const string Additions = """
        CREATE TABLE IF NOT EXISTS finding (
            mutant TEXT NOT NULL, workload TEXT NOT NULL, ordinal INTEGER NOT NULL,
            mode TEXT NOT NULL, detection TEXT NOT NULL, detector TEXT NOT NULL, reason TEXT NOT NULL, round INTEGER NOT NULL, at INTEGER,
            PRIMARY KEY (mutant, workload, ordinal),
            FOREIGN KEY (mutant, workload) REFERENCES outcome (mutant, workload) ON DELETE CASCADE) STRICT;
        CREATE TABLE IF NOT EXISTS second_round (
            mutant TEXT NOT NULL, workload TEXT NOT NULL, mode TEXT NOT NULL,
            PRIMARY KEY (mutant, workload),
            FOREIGN KEY (mutant, workload) REFERENCES outcome (mutant, workload) ON DELETE CASCADE) STRICT;
        CREATE TABLE IF NOT EXISTS recovery (
            mutant TEXT NOT NULL, workload TEXT NOT NULL, ordinal INTEGER NOT NULL,
            measure TEXT NOT NULL, is_back INTEGER NOT NULL, detail TEXT NOT NULL,
            guests INTEGER NOT NULL, kept INTEGER NOT NULL, restarted INTEGER NOT NULL, duration_ns INTEGER NOT NULL,
            PRIMARY KEY (mutant, workload, ordinal),
            FOREIGN KEY (mutant, workload) REFERENCES outcome (mutant, workload) ON DELETE CASCADE) STRICT;
        CREATE TABLE IF NOT EXISTS activation_time (
            mutant TEXT NOT NULL, workload TEXT NOT NULL, first_at INTEGER NOT NULL,
            PRIMARY KEY (mutant, workload),
            FOREIGN KEY (mutant, workload) REFERENCES activation (mutant, workload) ON DELETE CASCADE) STRICT;
        CREATE TABLE IF NOT EXISTS trace (
            mutant TEXT NOT NULL REFERENCES mutant (id), workload TEXT NOT NULL, record TEXT NOT NULL,
            PRIMARY KEY (mutant, workload)) STRICT;
        """;

    private readonly string path;
    private readonly SqliteConnection connection;

    private Database(string path, SqliteConnection connection)
    {
        this.path = path;
        this.connection = connection;
    }

    /// <summary>Opens a file that exists; it is checked whole, since a campaign of hours rests on it.</summary>
    /// <param name="path">The file.</param>
    public static Database Open(string path) => Connect(path, SqliteOpenMode.ReadWrite, database => database.Check());

    /// <summary>Makes a new file with the schema and whatever the first transaction writes: both or nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="first">Writes the first rows.</param>
    /// <param name="isShared">Whether other machines may read it meanwhile, over a network file system.</param>
    public static Database Create(string path, Action<Database> first, bool isShared = false) => Connect(path, SqliteOpenMode.ReadWriteCreate, database =>
    {
        // Write-ahead logging lets reports be made while a campaign runs. The file remembers it. It needs memory that all who read share, which
        // two machines have not.
        database.Execute($"PRAGMA journal_mode = {(isShared ? "DELETE" : "WAL")}");
        database.InTransaction(() =>
        {
            database.Execute(Schema);
            database.Execute(Additions);
            database.Execute($"PRAGMA application_id = {ApplicationId}");
            database.Execute($"PRAGMA user_version = {SchemaVersion}");
            first(database);
        });
    });

    /// <summary>Whether the file was created and its first transaction never committed: as good as none.</summary>
    public bool IsEmpty => Scalar("SELECT count(*) FROM sqlite_schema") == 0;

    /// <summary>Makes the tables that a store of an earlier release lacks.</summary>
    public void AddMissingTables() => Execute(Additions);

    /// <summary>Runs one statement.</summary>
    public void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(sql, parameters);
        Guarded(command.ExecuteNonQuery);
    }

    /// <summary>Runs one statement for each of many rows, prepared once.</summary>
    public void ExecuteMany<T>(string sql, IEnumerable<T> rows, Func<T, (string Name, object? Value)[]> parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var row in rows)
        {
            command.Parameters.Clear();
            Bind(command, parameters(row));
            Guarded(command.ExecuteNonQuery);
        }
    }

    /// <summary>Whether there is a table; a file that an earlier build wrote may lack one.</summary>
    public bool Has(string table) => Query($"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{table}'", row => row.GetInt64(0))[0] > 0;

    /// <summary>Lets another file's tables be named with <paramref name="name"/> in front.</summary>
    public void Attach(string file, string name) => Execute($"ATTACH DATABASE $file AS {name}", ("$file", file));

    /// <summary>Lets go of it.</summary>
    public void Detach(string name) => Execute($"DETACH DATABASE {name}");

    /// <summary>The rows of a query.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params (string Name, object? Value)[] parameters) => Guarded(() =>
    {
        using var command = Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    });

    /// <summary>Does all or nothing of it; a process that is killed in between has done nothing.</summary>
    public void InTransaction(Action work) => InTransaction(work, deferred: false);

    /// <summary>Reads as of one moment, without keeping the writer waiting.</summary>
    public void InReadTransaction(Action work) => InTransaction(work, deferred: true);

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private static Database Connect(string path, SqliteOpenMode mode, Action<Database> prepare)
    {
        // No pool: a pooled connection would keep the file open after the store is closed, and a moved file would live on in it.
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, ForeignKeys = true };
        var database = new Database(path, new SqliteConnection(text.ToString()));
        var prepared = false;
        try
        {
            database.Guarded(database.connection.Open);
            database.Execute($"PRAGMA busy_timeout = {BusyTimeoutMs}");
            database.Execute("PRAGMA synchronous = FULL");
            prepare(database);
            prepared = true;
            return database;
        }
        finally
        {
            if (!prepared)
            {
                database.Dispose();
            }
        }
    }

    private void InTransaction(Action work, bool deferred)
    {
        using var transaction = Guarded(() => connection.BeginTransaction(deferred));
        work();
        Guarded(transaction.Commit);
    }

    private void Check()
    {
        if (IsEmpty)
        {
            return;
        }

        if (Scalar("PRAGMA application_id") != ApplicationId)
        {
            throw new UsageException($"{path} is a database, but no campaign.", "Move it away and run the campaign again.");
        }

        if (Scalar("PRAGMA user_version") is var version && version != SchemaVersion)
        {
            throw new UsageException(
                $"{path} has version {version}, and this tool reads version {SchemaVersion}.",
                "Use the version of the tool that wrote it, or move the file away and run the campaign again.");
        }

        if (Query("PRAGMA quick_check(1)", row => row.GetString(0))[0] is var verdict && verdict != "ok")
        {
            throw Damaged(verdict);
        }
    }

    private long Scalar(string sql) => Query(sql, row => row.GetInt64(0))[0];

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        Bind(command, parameters);
        return command;
    }

    private static void Bind(SqliteCommand command, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }
    }

    /// <summary>Lets no error of SQLite's through that a user can do something about; the others are bugs of ours.</summary>
    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException problem) when (Explain(problem) is { } explanation)
        {
            throw explanation;
        }
    }

    private void Guarded(Action work) => Guarded(() =>
    {
        work();
        return 0;
    });

    private UsageException? Explain(SqliteException problem) => problem.SqliteErrorCode switch
    {
        11 or 26 => Damaged(problem.Message),
        13 => new UsageException($"{path} cannot grow: no space left on the disk.", "Make room and run the same command again: what was committed is kept."),
        3 or 8 or 14 => new UsageException($"{path} cannot be opened for writing: {problem.Message}", "Check the permissions of the folder .mutators."),
        5 or 6 => new UsageException($"{path} is locked by another process.", "Wait until it has ended, or end it."),
        10 => new UsageException($"{path} cannot be read or written: {problem.Message}", "Check the disk, then run the same command again."),
        _ => null,
    };

    private UsageException Damaged(string detail) => new(
        $"{path} is damaged: {detail.ReplaceLineEndings(" ")}",
        "Move it away and run the campaign again; outcomes already written as git notes are not lost.");
}
