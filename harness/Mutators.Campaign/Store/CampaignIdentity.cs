using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Faultloads;

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
    /// <summary>Whether every test that reaches a mutant is run.</summary>
    [JsonIgnore]
    public bool IsMatrix => JsonSerializer.Deserialize<CampaignConfiguration>(Configuration)!.Matrix;

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
/// <param name="Strata">The sizes, one stratum for each operator or component.</param>
public sealed record FaultloadRecord(ulong Seed, string Rule, ImmutableArray<Stratum> Strata)
{
    /// <summary>Hex digits of a digest: enough that no two faultloads of a project share one.</summary>
    private const int DigestLength = 16;

    /// <summary>What is to be kept of a faultload, and of the configuration that it was drawn by.</summary>
    public static FaultloadRecord Of(Faultload faultload, CampaignConfiguration configuration)
    {
        var sites = faultload.Strata.Sum(stratum => stratum.Available);
        var amount = faultload.Sample is null && faultload.Mutants.Length == sites ? $"{sites} sites" : $"{faultload.Mutants.Length} of {sites} sites";
        var shortfall = faultload.Shortfall > 0 ? $", {faultload.Shortfall} fewer than asked for" : "";
        var margin = faultload.Sample is not null && configuration is { Sample: null, Margin: { } share }
            ? string.Create(CultureInfo.InvariantCulture, $", for a margin of {share * 100:0.##} % at {configuration.Confidence * 100:0.##} %")
            : "";
        var filters = new SiteFilter(configuration).InWords;
        var only = filters.IsEmpty ? "" : $"; only {string.Join(", ", filters)}";
        return new FaultloadRecord(faultload.Seed, $"{FaultloadChoice.Rule(faultload.Rule)}, {amount}{margin}{shortfall}{only}", faultload.Strata)
        {
            Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', faultload.Mutants.Select(mutant => mutant.Id)))))[..DigestLength],
        };
    }

    /// <summary>A digest of the ids of all its mutants: two faultloads of one size are told apart by it.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Ids of the mutants that reviewers had dismissed when it was drawn, so that they were left out.</summary>
    public ImmutableArray<string> Dismissed { get; init; } = [];

    /// <summary>The same as ids.</summary>
    [JsonIgnore]
    public ImmutableArray<MutantId> DismissedIds => [.. Dismissed.Select(text => MutantId.TryParse(text, out var id) ? id : default)];

    /// <summary>As the store keeps it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>From what the store keeps.</summary>
    public static FaultloadRecord FromJson(string json) =>
        JsonSerializer.Deserialize<FaultloadRecord>(json) ?? throw new JsonException("A faultload is null.");
}
