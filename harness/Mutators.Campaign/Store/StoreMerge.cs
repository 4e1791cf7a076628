using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
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

    private const string StagedName = "campaign.staged.db";

    /// <summary>
    /// What is kept in memory of a store that rows are compared with: the indices of a million outcomes. Their ids are hashes, so that each look-up goes to
    /// another page.
    /// </summary>
    private const int CacheOfKnownKibibytes = 512 << 10;

    /// <summary>What is sorted in one piece.</summary>
    private const int CacheOfStagedKibibytes = 64 << 10;

    /// <summary>Parts that are compared in one transaction, below the ten that SQLite attaches: each transaction writes nearly every page of the indices.</summary>
    private const int PartsAtOnce = 8;

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
            heads.Insert(0, own);
        }

        var (temporary, staged) = (Path.Combine(directory, TemporaryName), Path.Combine(directory, StagedName));
        Delete(temporary);
        Delete(staged);
        try
        {
            var (mutants, disagreements) = Write(temporary, staged, heads, cancel);
            cancel.ThrowIfCancellationRequested();
            Flush(temporary);
            var whole = heads[0].Identity.Faultload.Strata.Sum(stratum => stratum.Drawn);
            return new MergedStore(heads.Count, mutants, whole, disagreements, target.Replace(temporary, heads[0].Identity));
        }
        finally
        {
            Delete(temporary);
            Delete(staged);
        }
    }

    private static (int Mutants, ImmutableArray<Disagreement> Disagreements) Write(string file, string stagedFile, IReadOnlyList<PartHead> heads, CancellationToken cancel)
    {
        using var merged = Database.Create(file, _ => { });

        // The file is nobody's yet: a crash leaves the stores that it is made of. Its references hold as they do in the parts.
        merged.Execute("PRAGMA synchronous = OFF");
        merged.Execute("PRAGMA foreign_keys = OFF");
        merged.Execute("PRAGMA journal_mode = OFF");
        var known = WriteDisjoint(merged, stagedFile, heads, cancel);
        WriteKnown(merged, known, cancel);

        UniteGolden(merged, heads);

        // What one store could not run and another could is known.
        merged.Execute("DELETE FROM harness_error WHERE EXISTS (SELECT 1 FROM outcome WHERE outcome.mutant = harness_error.mutant AND outcome.workload = harness_error.workload)");
        merged.Execute("PRAGMA journal_mode = WAL");
        merged.Execute("PRAGMA synchronous = FULL");
        return ((int)merged.Query("SELECT count(*) FROM mutant", row => row.GetInt64(0))[0], SnapshotReader.Disagreements(merged));
    }

    /// <summary>Who reaches a mutant's site is known to the shard of the mutant only, and kept with its golden run of the tests.</summary>
    private static void UniteGolden(Database merged, IReadOnlyList<PartHead> heads)
    {
        foreach (var runs in heads.SelectMany(head => head.Golden).Where(golden => golden.Tests is not null).GroupBy(golden => golden.Workload.Name, StringComparer.Ordinal))
        {
            var first = runs.OrderBy(golden => golden.Run.Duration).ThenBy(golden => string.Join('\n', TestRecord.OfTests(golden.Run.Output)), StringComparer.Ordinal).First();
            merged.Execute(
                "UPDATE golden_run SET output = $output WHERE workload = $workload",
                ("$output", JsonSerializer.Serialize(TestRecord.United(first.Run.Output, runs.Select(golden => golden.Run.Output)))), ("$workload", runs.Key));
        }
    }

    /// <summary>Writes the parts whose mutants are in no part before them, and gives back the others.</summary>
    private static List<PartHead> WriteDisjoint(Database merged, string stagedFile, IReadOnlyList<PartHead> heads, CancellationToken cancel)
    {
        merged.Execute($"PRAGMA cache_size = -{CacheOfStagedKibibytes}");
        using var staged = new StagedParts(merged, stagedFile);
        var known = new List<PartHead>();
        foreach (var head in heads)
        {
            cancel.ThrowIfCancellationRequested();
            Attached(merged, [head], parts =>
            {
                KnownMutants.AddShared(merged, parts[0].Name);
                if (!staged.TryAdd(parts[0].Name, head.IsShard))
                {
                    known.Add(head);
                }
            });
        }

        merged.InTransaction(() => staged.Write(cancel));
        return known;
    }

    private static void WriteKnown(Database merged, IReadOnlyList<PartHead> heads, CancellationToken cancel)
    {
        merged.Execute($"PRAGMA cache_size = -{CacheOfKnownKibibytes}");
        foreach (var some in heads.Chunk(PartsAtOnce))
        {
            cancel.ThrowIfCancellationRequested();
            Attached(merged, some, parts => parts.ForEach(part => KnownMutants.Add(merged, part.Name, part.Head.File, part.Head.IsShard)));
        }
    }

    /// <summary>Works on parts in one transaction.</summary>
    private static void Attached(Database merged, IEnumerable<PartHead> heads, Action<List<(PartHead Head, string Name)>> work)
    {
        var parts = heads.Select((head, number) => (Head: head, Name: $"part{number}")).ToList();
        parts.ForEach(part => merged.Attach(part.Head.File, part.Name));
        foreach (var (head, name) in parts)
        {
            if (MergedTables.Foreign(merged, name) is { } table)
            {
                throw new UsageException($"{head.File} was written by another version of mutators: its table {table} has other columns.", "Run its shard again with this version.");
            }
        }

        merged.InTransaction(() => work(parts));
        parts.ForEach(part => merged.Detach(part.Name));
    }

    /// <summary>The store that it takes the place of must not go before it is on the disk.</summary>
    private static void Flush(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
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
                throw new UsageException($"{other.File} is of {difference}: {theirs}. {File} has {mine}.", "Merge stores of one campaign only: name them, or run the odd one again as the others were run; a shard's folder that is left over can be deleted.");
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
}
