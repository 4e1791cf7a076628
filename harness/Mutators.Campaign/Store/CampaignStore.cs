using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Store;

/// <summary>
/// The campaign that is kept in a repository, <c>.mutators/campaign.db</c>. One process writes; many may read meanwhile. An outcome is
/// one transaction on disk when <see cref="Record(Outcome)"/> returns: a campaign that is killed at any moment loses none and has no half one.
/// Members may be called from several threads.
/// </summary>
public sealed class CampaignStore : IDisposable
{
    /// <summary>The file's name in the folder <c>.mutators</c>.</summary>
    public const string FileName = "campaign.db";

    private const string LockName = "campaign.lock";

    // More than anybody keeps; a folder that is full of them is no reason to search for ever.
    private const int MaximumArchived = 10_000;

    private readonly string directory;
    private readonly FileStream writersLock;
    private readonly Lock gate = new();
    private Database? database;

    private CampaignStore(string directory, FileStream writersLock)
    {
        this.directory = directory;
        this.writersLock = writersLock;
        if (File.Exists(FilePath))
        {
            database = Database.Open(FilePath);
            if (database.IsEmpty)
            {
                // The file stays, since it may be a link to where the store is to be.
                Close();
            }
            else
            {
                database.AddMissingTables();
            }
        }

        Identity = database is null ? null : SnapshotReader.Identity(database);
    }

    /// <summary>The campaign that is there; null before the first one begins.</summary>
    public CampaignIdentity? Identity { get; private set; }

    private string FilePath => Path.Combine(directory, FileName);

    private Database Current => database ?? throw new InvalidOperationException("No campaign has begun.");

    /// <summary>Opens the store of a repository for writing.</summary>
    /// <param name="directory">The folder <c>.mutators</c>; made if missing.</param>
    public static CampaignStore Open(string directory)
    {
        Directory.CreateDirectory(directory);
        var writersLock = Lock(Path.Combine(directory, LockName));
        try
        {
            return new CampaignStore(directory, writersLock);
        }
        catch (UsageException)
        {
            writersLock.Dispose();
            throw;
        }
    }

    /// <summary>Whether a repository has a campaign.</summary>
    /// <param name="directory">The folder <c>.mutators</c>.</param>
    public static bool Exists(string directory) => File.Exists(Path.Combine(directory, FileName));

    /// <summary>Reads the campaign of a repository, also while another process writes it.</summary>
    /// <param name="directory">The folder <c>.mutators</c>.</param>
    public static CampaignSnapshot Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        return ReadFile(path) ?? throw new UsageException("There is no campaign in this repository yet.", "Run one: dotnet mutators run");
    }

    /// <summary>Reads a store by its file, for example that of an earlier campaign; null if there is no campaign in it.</summary>
    /// <param name="path">The file.</param>
    public static CampaignSnapshot? ReadFile(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var database = Database.Open(path);
        return database.IsEmpty ? null : SnapshotReader.Read(database);
    }

    /// <summary>The local time at which the campaign of a repository was last written to: when its last outcome was obtained.</summary>
    /// <param name="directory">The folder <c>.mutators</c>.</param>
    public static DateTime LastWritten(string directory) => new[] { FileName, FileName + "-wal" }
        .Select(name => new FileInfo(Path.Combine(directory, name)))
        .Where(file => file is { Exists: true, Length: > 0 })
        .Max(file => file.LastWriteTime);

    /// <summary>Whether the campaign that is there is the one asked for, and can be resumed.</summary>
    public bool Matches(CampaignIdentity asked) => Identity is not null && Identity.DifferenceTo(asked) is null;

    /// <summary>
    /// Begins a campaign. An earlier one is moved to <c>campaign-1.db</c>, <c>campaign-2.db</c>, …, the newest with the highest number:
    /// nothing that took hours is thrown away by a changed option.
    /// </summary>
    /// <param name="identity">What makes it this campaign.</param>
    /// <param name="workloads">What it runs.</param>
    /// <param name="shard">The part of the faultload that the store is for; null for all of it.</param>
    /// <returns>The name of the file that now holds the earlier campaign; null if there was none.</returns>
    public string? Begin(CampaignIdentity identity, IReadOnlyList<Workload> workloads, FaultloadShard? shard = null)
    {
        lock (gate)
        {
            var archived = Archive();
            database = Database.Create(FilePath, fresh =>
            {
                fresh.Execute(
                    "INSERT INTO campaign VALUES (1, $commit, $tree, $engine, $configuration, $faultload)",
                    ("$commit", identity.GoldenCommit),
                    ("$tree", identity.GoldenTree),
                    ("$engine", identity.Engine),
                    ("$configuration", identity.Configuration),
                    ("$faultload", identity.Faultload.ToJson()));
                fresh.ExecuteMany("INSERT INTO workload VALUES ($ordinal, $name, $project, $arguments)", workloads.Index(), row =>
                [
                    ("$ordinal", row.Index),
                    ("$name", row.Item.Name),
                    ("$project", row.Item.Project),
                    ("$arguments", JsonSerializer.Serialize(row.Item.Arguments)),
                ]);
                if (shard is not null)
                {
                    fresh.Execute("INSERT INTO shard VALUES (1, $number, $count)", ("$number", shard.Number), ("$count", shard.Count));
                }
            }, isShared: shard is not null);
            Identity = identity;
            return archived;
        }
    }

    /// <summary>Keeps the mutants of the faultload, in its order, with the golden text of their files. What is there already stays.</summary>
    /// <param name="mutants">All mutants.</param>
    /// <param name="sources">The golden text of each of their files, by path.</param>
    public void AddMutants(IReadOnlyList<MutantRecord> mutants, IReadOnlyDictionary<string, string> sources)
    {
        lock (gate)
        {
            Current.InTransaction(() =>
            {
                Current.ExecuteMany(
                    "INSERT INTO source VALUES ($path, $text) ON CONFLICT DO NOTHING",
                    sources.OrderBy(source => source.Key, StringComparer.Ordinal),
                    source => [("$path", source.Key), ("$text", source.Value)]);
                Current.ExecuteMany(
                    """
                    INSERT INTO mutant VALUES ($ordinal, $id, $operator, $operatorName, $class, $path, $member, $line, $column, $change, $subject,
                        $branch, $commit, $startLine, $startColumn, $endLine, $endColumn, $replacement, $diff,
                        $origin, $component, $stratum, $warnings, $sameAs) ON CONFLICT (id) DO NOTHING
                    """,
                    mutants,
                    Parameters);
            });
        }
    }

    /// <summary>Keeps the golden run of a workload.</summary>
    public void AddGoldenRun(GoldenRun golden)
    {
        Invariant.Holds(golden.Run.End is ProcessEnd.Exited);
        lock (gate)
        {
            Current.InTransaction(() => Current.Execute(
                "INSERT OR REPLACE INTO golden_run VALUES ($workload, $exitCode, $output, $duration)",
                ("$workload", golden.Workload.Name),
                ("$exitCode", golden.Run.ExitCode),
                ("$output", JsonSerializer.Serialize(golden.Run.Output)),
                ("$duration", (long)golden.Run.Duration.TotalMicroseconds)));
        }
    }

    /// <summary>Keeps how often golden reaches the sites.</summary>
    public void AddActivations(IReadOnlyList<ActivationRecord> activations)
    {
        lock (gate)
        {
            Current.InTransaction(() =>
            {
                Current.ExecuteMany(
                    "INSERT OR REPLACE INTO activation VALUES ($mutant, $workload, $hits, $order)",
                    activations,
                    each => [("$mutant", each.Mutant.ToString()), ("$workload", each.Workload), ("$hits", each.Hits), ("$order", each.FirstOrder)]);
                Current.ExecuteMany(
                    "INSERT OR REPLACE INTO activation_time VALUES ($mutant, $workload, $at)",
                    activations.Where(each => each.FirstAt is not null),
                    each => [("$mutant", each.Mutant.ToString()), ("$workload", each.Workload), ("$at", each.FirstAt)]);
            });
        }
    }

    /// <summary>Keeps an outcome, in one transaction. One that is there already is replaced, and counts as run once more.</summary>
    public void Record(Outcome outcome) => Record([outcome]);

    /// <summary>Keeps many outcomes in one transaction: those for which nothing had to run.</summary>
    public void Record(IReadOnlyList<Outcome> outcomes)
    {
        lock (gate)
        {
            Current.InTransaction(() =>
            {
                foreach (var outcome in outcomes)
                {
                    Insert(outcome);
                }
            });
        }
    }

    /// <summary>Keeps that harness or environment failed at a mutant; an outcome that is recorded later takes its place.</summary>
    public void Record(HarnessError error)
    {
        lock (gate)
        {
            Current.InTransaction(() => Current.Execute(
                "INSERT OR REPLACE INTO harness_error VALUES ($mutant, $workload, $message)",
                ("$mutant", error.Mutant.ToString()),
                ("$workload", error.Workload),
                ("$message", error.Message.ReplaceLineEndings(" "))));
        }
    }

    /// <summary>Keeps what the project's own unit tests say to mutants.</summary>
    public void Record(IReadOnlyList<UnitTestResult> results)
    {
        lock (gate)
        {
            Current.InTransaction(() => Current.ExecuteMany(
                "INSERT OR REPLACE INTO unit_tests VALUES ($mutant, $answer, $reason, $duration)",
                results,
                each =>
                [
                    ("$mutant", each.Mutant.ToString()), ("$answer", each.Answer.ToString()), ("$reason", each.Reason),
                    ("$duration", (long)each.Duration.TotalMicroseconds),
                ]));
        }
    }

    /// <summary>Keeps what is counted of a delta execution; one that is there already is replaced.</summary>
    public void Record(TraceRecord trace)
    {
        lock (gate)
        {
            Current.InTransaction(() => Current.Execute(
                "INSERT OR REPLACE INTO trace VALUES ($mutant, $workload, $record)",
                ("$mutant", trace.Mutant.ToString()),
                ("$workload", trace.Workload),
                ("$record", trace.ToJson())));
        }
    }

    /// <summary>What is known by now.</summary>
    public CampaignSnapshot Load()
    {
        lock (gate)
        {
            return SnapshotReader.Read(Current);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            Close();
            writersLock.Dispose();
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            // The system lets go of it when the process ends, however it ends. The file itself stays: deleting it would open a race.
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new UsageException("Another campaign is running in this repository.", "Wait until it has ended, or end it; then run the same command again.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be written.", "Check the permissions of the folder .mutators.");
        }
    }

    /// <summary>Puts a finished store in the place of the one that is there, which is kept unless the new one holds all of it.</summary>
    /// <returns>The name of the file that now holds the earlier campaign; null if there was none, or it was merged.</returns>
    internal string? Replace(string file, CampaignIdentity identity)
    {
        lock (gate)
        {
            string? archived = null;
            if (Matches(identity))
            {
                Close();
            }
            else
            {
                archived = Archive();
            }

            File.Move(file, FilePath, overwrite: true);
            database = Database.Open(FilePath);
            Identity = identity;
            return archived;
        }
    }

    private string? Archive()
    {
        if (database is null)
        {
            return null;
        }

        // Closing the last connection folds the write-ahead log into the file, which then can be moved alone.
        Close();
        for (var number = 1; number <= MaximumArchived; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"campaign-{number}.db");
            var path = Path.Combine(directory, name);
            if (!File.Exists(path))
            {
                File.Move(FilePath, path);
                return name;
            }
        }

        throw new UsageException($"{directory} holds {MaximumArchived} earlier campaigns.", "Delete those that are not needed: campaign-*.db");
    }

    private void Close()
    {
        database?.Dispose();
        database = null;
    }

    private void Insert(Outcome outcome)
    {
        Invariant.Holds(outcome.Flags.Contains(outcome.Mode));
        Invariant.Holds(outcome.Differences.Length <= Outcome.MaximumDifferences);
        var (mutant, workload) = (("$mutant", (object?)outcome.Mutant.ToString()), ("$workload", (object?)outcome.Workload));
        foreach (var table in (ReadOnlySpan<string>)["difference", "finding", "second_round", "recovery"])
        {
            Current.Execute($"DELETE FROM {table} WHERE mutant = $mutant AND workload = $workload", mutant, workload);
        }

        Current.Execute("DELETE FROM harness_error WHERE mutant = $mutant AND workload = $workload", mutant, workload);
        Current.Execute(
            """
            INSERT INTO outcome VALUES ($mutant, $workload, $mode, $flags, $detection, $detectors, $reason, $engine, $runs)
            ON CONFLICT DO UPDATE SET mode = excluded.mode, flags = excluded.flags, detection = excluded.detection, detectors = excluded.detectors,
                reason = excluded.reason, engine = excluded.engine, times_run = times_run + excluded.times_run
            """,
            mutant,
            workload,
            ("$mode", outcome.Mode.ToString()),
            ("$flags", JsonSerializer.Serialize(outcome.Flags.Select(flag => flag.ToString()))),
            ("$detection", outcome.Detection.ToString()),
            ("$detectors", JsonSerializer.Serialize(outcome.Detectors)),
            ("$reason", outcome.Reason),
            ("$engine", outcome.Engine),
            ("$runs", outcome.Mode.IsActivated ? 1 : 0));
        Current.ExecuteMany("INSERT INTO difference VALUES ($mutant, $workload, $ordinal, $golden, $line)", outcome.Differences.Index(), row =>
            [mutant, workload, ("$ordinal", row.Index), ("$golden", row.Item.Golden), ("$line", row.Item.Mutant)]);
        Current.ExecuteMany("INSERT INTO finding VALUES ($mutant, $workload, $ordinal, $mode, $detection, $detector, $reason, $round, $at)", outcome.Findings.Index(), row =>
        [
            mutant, workload, ("$ordinal", row.Index), ("$mode", row.Item.Mode.ToString()), ("$detection", row.Item.Detection.ToString()),
            ("$detector", row.Item.Detector), ("$reason", row.Item.Reason), ("$round", row.Item.Round), ("$at", row.Item.At),
        ]);
        if (outcome.SecondRound is { } second)
        {
            Current.Execute("INSERT INTO second_round VALUES ($mutant, $workload, $mode)", mutant, workload, ("$mode", second.ToString()));
        }

        Current.ExecuteMany("INSERT INTO recovery VALUES ($mutant, $workload, $ordinal, $measure, $back, $detail, $guests, $kept, $restarted, $duration)", outcome.Recovery.Index(), row =>
        [
            mutant, workload, ("$ordinal", row.Index), ("$measure", row.Item.Measure), ("$back", row.Item.IsBack ? 1 : 0), ("$detail", row.Item.Detail),
            ("$guests", row.Item.Guests), ("$kept", row.Item.Kept), ("$restarted", row.Item.Restarted), ("$duration", row.Item.DurationNs),
        ]);
    }

    private static (string, object?)[] Parameters(MutantRecord mutant) =>
    [
        ("$ordinal", mutant.Ordinal == 0 ? null : mutant.Ordinal), ("$id", mutant.Id.ToString()), ("$operator", mutant.Operator), ("$operatorName", mutant.OperatorName),
        ("$class", mutant.FaultClass.ToString()), ("$path", mutant.Path), ("$member", mutant.Member), ("$line", mutant.Line),
        ("$column", mutant.Column), ("$change", mutant.Change), ("$subject", mutant.Subject), ("$branch", mutant.Branch),
        ("$commit", mutant.Commit), ("$startLine", mutant.Edit.StartLine), ("$startColumn", mutant.Edit.StartColumn),
        ("$endLine", mutant.Edit.EndLine), ("$endColumn", mutant.Edit.EndColumn), ("$replacement", mutant.Edit.Replacement), ("$diff", mutant.Diff),
        ("$origin", mutant.Origin.ToString()), ("$component", mutant.Component), ("$stratum", mutant.Stratum),
        ("$warnings", JsonSerializer.Serialize(mutant.Warnings)), ("$sameAs", mutant.SameAs?.ToString()),
    ];
}
