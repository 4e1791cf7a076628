using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Outcomes;

namespace Mutators.Campaign.Store;

/// <summary>How far the campaign of one store is, counted in the store without reading it whole.</summary>
/// <param name="File">The store.</param>
/// <param name="Shard">The part of the faultload that it is for; null for all of it.</param>
/// <param name="Identity">Which campaign it is.</param>
/// <param name="HasBegun">Whether golden has run and every mutant is in the store; before that its other counts say nothing.</param>
/// <param name="Mutants">Its mutants.</param>
/// <param name="Judged">Those of which nothing is left to run.</param>
/// <param name="Failures">Those of them that failed.</param>
/// <param name="Errors">Those at which the harness failed.</param>
public sealed record StoreProgress(string File, FaultloadShard? Shard, CampaignIdentity Identity, bool HasBegun, int Mutants, int Judged, int Failures, int Errors)
{
    /// <summary>Whether nothing is left to do.</summary>
    public bool IsDone => HasBegun && Judged == Mutants;

    /// <summary>Whether two stores are parts of one campaign, cut into the same number of shards: only of these it means something to add counts up.</summary>
    public bool IsPartOfOneWith(StoreProgress other) => Shard?.Count == other.Shard?.Count && Identity.DifferenceTo(other.Identity) is null;

    /// <summary>Counts in a store, also while another process writes it; null if there is no campaign in it.</summary>
    public static StoreProgress? Read(string file)
    {
        if (!System.IO.File.Exists(file))
        {
            return null;
        }

        using var database = Database.Open(file);
        if (database.IsEmpty)
        {
            return null;
        }

        var failing = string.Join(", ", FailureModes.All.Where(mode => mode.IsFailure).Select(mode => $"'{mode}'"));
        var identity = SnapshotReader.Identity(database);
        var noticed = identity.IsMatrix ? "" : $" OR sum(detection = '{Detection.Test}') > 0";
        StoreProgress? progress = null;
        database.InReadTransaction(() => progress = new StoreProgress(
            file,
            SnapshotReader.Shard(database),
            identity,
            Count("SELECT (SELECT count(*) FROM golden_run) = (SELECT count(*) FROM workload)") > 0,
            Count("SELECT count(*) FROM mutant"),
            Count($"SELECT count(*) FROM (SELECT mutant FROM outcome GROUP BY mutant HAVING count(*) >= (SELECT count(*) FROM workload){noticed})"),
            Count($"SELECT count(DISTINCT mutant) FROM outcome WHERE mode IN ({failing})"),
            Count("SELECT count(DISTINCT mutant) FROM harness_error")));
        return progress;

        int Count(string sql) => (int)database.Query(sql, row => row.GetInt64(0))[0];
    }
}
