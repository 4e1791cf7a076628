using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Configuration;

namespace Mutators.Campaign.Faultloads;

/// <summary>Chooses the mutants of a campaign: draws them out of the sites that the filters let through, or takes those that a file names.</summary>
/// <param name="workspace">Golden.</param>
/// <param name="configuration">Sample, rule, seed and filters; those of <paramref name="file"/>, if there is one.</param>
/// <param name="file">The file that names the mutants; null to draw.</param>
/// <param name="log">Where it is told what was chosen, and what is short.</param>
/// <param name="dismissed">Mutants that a reviewer has dismissed, which are not drawn; a file that names them is obeyed all the same.</param>
public sealed class FaultloadChoice(
    GoldenWorkspace workspace, CampaignConfiguration configuration, FaultloadFile? file, ILogger log, IReadOnlyCollection<MutantId>? dismissed = null)
{
    /// <summary>Chooses.</summary>
    public Faultload Choose(CancellationToken cancel)
    {
        var sites = workspace.Sites(cancel);
        if (file is null && dismissed is { Count: > 0 })
        {
            var all = sites.Length;
            sites = [.. sites.Where(site => !dismissed.Contains(site.Id))];
            if (sites.Length < all)
            {
                log.LogInformation("{Step,-10} {Count} sites, in review: they are not drawn again (dotnet mutators review --all shows the decisions)", "dismissed", all - sites.Length);
            }
        }

        var faultload = file is null ? Draw(sites) : Restore(file, sites);
        log.LogInformation("{Step,-10} {Sites} in {Targets}; drawn: {Drawn}, {Rule}, seed {Seed}",
            "sites", sites.Length, string.Join(", ", workspace.Targets.Select(target => target.Name)), faultload.Mutants.Length, Rule(faultload.Rule), faultload.Seed);
        if (faultload.Strata.Where(stratum => stratum.Shortfall > 0).ToArray() is { Length: > 0 } isShort)
        {
            log.LogWarning("{Step,-10} too few sites in {Strata}. None are drawn in their place: estimates weigh the others up",
                "short", string.Join(", ", isShort.Select(stratum => string.Create(CultureInfo.InvariantCulture, $"{stratum.Name} ({stratum.Drawn} of {stratum.Wanted})"))));
        }

        return faultload;
    }

    /// <summary>The rule in words: <c>field-weighted</c>.</summary>
    internal static string Rule(SamplingRule rule) => rule switch
    {
        SamplingRule.FieldWeighted => "field-weighted",
        SamplingRule.Component => "equally by component",
        SamplingRule.Operator => "equally by operator",
        SamplingRule.Uniform => "uniform",
        _ => "all",
    };

    private Faultload Draw(ImmutableArray<Mutant> sites)
    {
        var size = configuration.Margin is { } margin ? new SampleSize(margin, configuration.Confidence) : null;
        if (configuration.Sampling is SamplingRule.All && (configuration.Sample is not null || size is not null))
        {
            throw new UsageException("A sample cannot be drawn by the rule 'all'.", "Leave the sample out, or choose --sampling field-weights, component, operator or uniform.");
        }

        var operators = workspace.Operators;
        var isWeighted = operators.Any(each => each.Definition is { Origin: FaultOrigin.Library, FieldCount: not null });
        var rule = configuration.Sampling ?? (isWeighted ? SamplingRule.FieldWeighted : SamplingRule.Uniform);
        if (rule is SamplingRule.FieldWeighted && !isWeighted && (configuration.Sample is not null || size is not null))
        {
            throw new UsageException(
                "Nothing is drawn: no published field data weigh the chosen operators.", "Choose --sampling uniform, component or operator, or leave the sample out.");
        }

        return configuration.Sample is { } count ? Faultload.Draw(sites, count, configuration.Seed, rule, operators, workspace.ComponentOf)
            : size is not null ? Faultload.Draw(sites, size, configuration.Seed, rule, operators, workspace.ComponentOf)
            : Faultload.Draw(sites, sample: null, configuration.Seed, SamplingRule.All, operators);
    }

    private Faultload Restore(FaultloadFile saved, ImmutableArray<Mutant> sites)
    {
        var faultload = saved.Restore(sites, out var vanished);
        var golden = workspace.Repository.Golden.CommitSha;
        var total = saved.Ids.Length;
        if (vanished.Length == total && total > 0)
        {
            throw new UsageException(
                $"None of the {total} mutants of the faultload are in golden {golden[..10]}; it was drawn from {saved.Golden[..Math.Min(10, saved.Golden.Length)]}.",
                $"Go back to that commit, or draw a new one: dotnet mutators list --save FILE");
        }

        if (!vanished.IsEmpty && saved.Golden == golden)
        {
            throw new UsageException(
                $"{vanished.Length} of {total} mutants of the faultload are no sites of its own golden commit: {string.Join(", ", vanished.Take(5))}{(vanished.Length > 5 ? ", …" : "")}.",
                "The file was edited, or written by another version of the tool: draw it again.");
        }

        if (saved.Golden != golden)
        {
            log.LogWarning("{Step,-10} the faultload was drawn from {Drawn}, and golden is {Golden}: {Kept} of {Total} mutants are still there",
                "warning", saved.Golden[..Math.Min(10, saved.Golden.Length)], golden[..10], total - vanished.Length, total);
        }

        foreach (var id in vanished)
        {
            log.LogWarning("{Step,-10} {Mutant}", "vanished", id);
        }

        return faultload;
    }
}
