using System.Collections.Immutable;
using System.Text.Json;

namespace Mutators.Campaign.Store;

/// <summary>
/// What makes a campaign this one: with the same identity the same mutants are run in the same way, so its outcomes can be taken as
/// they are and an interrupted campaign resumed.
/// </summary>
/// <param name="GoldenCommit">The commit that the mutants branch off.</param>
/// <param name="GoldenTree">Its tree.</param>
/// <param name="Engine">How mutants are run.</param>
/// <param name="Configuration">The effective configuration as JSON: projects, workloads, limits, shares.</param>
/// <param name="Faultload">What was chosen out of all sites, and why.</param>
public sealed record CampaignIdentity(string GoldenCommit, string GoldenTree, string Engine, string Configuration, FaultloadRecord Faultload)
{
    /// <summary>By what an asked-for campaign differs from this one, in words; null where it is the same.</summary>
    public string? DifferenceTo(CampaignIdentity asked) =>
        GoldenCommit != asked.GoldenCommit || GoldenTree != asked.GoldenTree ? "another golden commit"
        : Configuration != asked.Configuration ? "another configuration"
        : Faultload.ToJson() != asked.Faultload.ToJson() ? "another faultload"
        : Engine != asked.Engine ? "another engine"
        : null;
}

/// <summary>How the mutants of a campaign were drawn.</summary>
/// <param name="Seed">The seed of the draw.</param>
/// <param name="Rule">The sampling rule in words, for example <c>field-weighted, 300 of 4512 sites</c>.</param>
/// <param name="Strata">The sizes, one stratum for each operator.</param>
public sealed record FaultloadRecord(ulong Seed, string Rule, ImmutableArray<Stratum> Strata)
{
    /// <summary>What is to be kept of a faultload.</summary>
    public static FaultloadRecord Of(Faultload faultload)
    {
        var rule = faultload.Rule switch
        {
            SamplingRule.FieldWeighted => "field-weighted",
            SamplingRule.Uniform => "uniform",
            _ => "all",
        };
        var sites = faultload.Strata.Sum(stratum => stratum.Available);
        var amount = faultload.Sample is null ? $"{sites} sites" : $"{faultload.Mutants.Length} of {sites} sites";
        var shortfall = faultload.Shortfall > 0 ? $", {faultload.Shortfall} fewer than asked for" : "";
        return new FaultloadRecord(faultload.Seed, $"{rule}, {amount}{shortfall}", faultload.Strata);
    }

    /// <summary>As the store keeps it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>From what the store keeps.</summary>
    public static FaultloadRecord FromJson(string json) =>
        JsonSerializer.Deserialize<FaultloadRecord>(json) ?? throw new JsonException("A faultload is null.");
}
