using System.Collections.Immutable;
using System.Globalization;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Store;

/// <summary>What a store says of itself.</summary>
internal sealed record PartHead(string File, CampaignIdentity Identity, ImmutableArray<GoldenRun> Golden, int Mutants, bool IsShard)
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
            : new PartHead(file, SnapshotReader.Identity(database), [.. SnapshotReader.Golden(database)], (int)database.Query("SELECT count(*) FROM mutant", row => row.GetInt64(0))[0], SnapshotReader.Shard(database) is not null);
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
