using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>
/// The share of failures among activated faults, where strata were drawn with other proportions than they stand for: the ratio
/// Σ w f / Σ w a of what failed and what was activated in each stratum, with the interval of its linearised variance.
/// </summary>
/// <param name="Share">The estimate.</param>
/// <param name="StandardError">Its standard error.</param>
public sealed record WeightedShare(double Share, double StandardError)
{
    private const double Z = 1.959963984540054;

    /// <summary>The two-sided 95 % interval by the normal approximation.</summary>
    public (double Low, double High) Interval => (Math.Max(0, Share - (Z * StandardError)), Math.Min(1, Share + (Z * StandardError)));

    /// <summary>The estimate of a campaign; null where its strata have no weights, or nothing was activated.</summary>
    /// <remarks>Strata of which nothing was run stand for nothing; the others are weighed up.</remarks>
    public static WeightedShare? Of(CampaignSnapshot campaign)
    {
        var weights = campaign.Identity.Faultload.Strata.Where(stratum => stratum.Weight is not null).ToDictionary(stratum => stratum.Name, stratum => stratum.Weight!.Value);
        var strata = campaign.Mutants
            .Where(each => each.Headline is { Mode: not (FailureMode.BuildReject or FailureMode.Equivalent or FailureMode.Duplicate) } && weights.ContainsKey(each.Mutant.Stratum))
            .GroupBy(each => each.Mutant.Stratum, StringComparer.Ordinal)
            .Select(group => new StratumCounts(
                weights[group.Key], group.Count(), group.Count(each => each.Headline!.Mode.IsActivated), group.Count(each => each.Headline!.Mode.IsFailure)))
            .ToList();
        return Of(strata);
    }

    /// <summary>The estimate from what was counted in each stratum.</summary>
    public static WeightedShare? Of(IReadOnlyList<StratumCounts> strata)
    {
        var whole = strata.Sum(each => each.Weight);
        var activated = strata.Sum(each => each.Weight * each.Activated / each.Run);
        if (whole <= 0 || activated <= 0)
        {
            return null;
        }

        var share = strata.Sum(each => each.Weight * each.Failed / each.Run) / activated;
        var variance = strata.Sum(each => each.Weight * each.Weight * each.VarianceAround(share) / each.Run) / (activated * activated);
        return new WeightedShare(share, Math.Sqrt(variance));
    }
}

/// <summary>What was counted in a stratum.</summary>
/// <param name="Weight">What it stands for.</param>
/// <param name="Run">Mutants of which an outcome is known.</param>
/// <param name="Activated">Of these, the activated ones.</param>
/// <param name="Failed">Of these, the ones that failed.</param>
public sealed record StratumCounts(double Weight, int Run, int Activated, int Failed)
{
    /// <summary>The variance of what one mutant says against the share: failed 1 − R, activated −R, not activated 0.</summary>
    public double VarianceAround(double share)
    {
        var plain = Variance(share, added: 0);

        // All of one kind would be certain: as many of a small stratum say little, so the variance alone gets one of each more.
        return plain > 0 ? plain : Variance(share, added: 1);
    }

    private double Variance(double share, int added)
    {
        var (failed, passed, never) = (Failed + added, Activated - Failed + added, Run - Activated + (Run == Activated ? 0 : added));
        double n = failed + passed + never;
        var mean = ((failed * (1 - share)) - (passed * share)) / n;
        return ((failed * (1 - share) * (1 - share)) + (passed * share * share)) / n - (mean * mean);
    }
}
