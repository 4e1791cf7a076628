using System.Collections.Immutable;
using System.Globalization;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting.Results;

/// <summary>
/// The questions of the experience report on software faults in the privileged virtual machine, put to stored campaigns. Pure: the same stores give
/// the same page.
/// </summary>
public sealed class Study
{
    private readonly ImmutableArray<CampaignSnapshot> campaigns;

    /// <param name="campaigns">The campaigns, of one golden commit; a mutant that is in several counts once, where it comes first.</param>
    /// <param name="withoutMonitors">Monitors that are taken for absent, by the last word of their names: what only they noticed was noticed by nobody.</param>
    public Study(IReadOnlyList<CampaignSnapshot> campaigns, IReadOnlySet<string> withoutMonitors)
    {
        this.campaigns = [.. campaigns];
        WithoutMonitors = withoutMonitors;
        All =
        [
            .. campaigns.SelectMany(campaign =>
            {
                var golden = campaign.Golden.ToDictionary(run => run.Workload.Name, StringComparer.Ordinal);
                return campaign.Mutants.Where(each => each.Mutant.Group is FaultGroup.Representative).Select(each => new StudiedMutant(each, golden, withoutMonitors));
            }).DistinctBy(each => each.Id),
        ];
        Targets = [.. All.Select(each => each.Target).Distinct().Order(StringComparer.Ordinal)];
        Workloads = [.. campaigns.SelectMany(each => each.Golden.Select(run => run.Workload.Name)).Distinct()];
        Operators = [.. All.Select(each => each.Operator).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Monitors that are taken for absent.</summary>
    public IReadOnlySet<string> WithoutMonitors { get; }

    /// <summary>Every representative fault that was injected. Other groups are no faults in known proportions, and have no place here.</summary>
    public ImmutableArray<StudiedMutant> All { get; }

    /// <summary>The targets, by name.</summary>
    public ImmutableArray<string> Targets { get; }

    /// <summary>The workloads, in their order.</summary>
    public ImmutableArray<string> Workloads { get; }

    /// <summary>The fault operators, by id.</summary>
    public ImmutableArray<string> Operators { get; }

    /// <summary>The faults that were activated: the denominator of every statement about impact.</summary>
    public IEnumerable<StudiedMutant> Activated => All.Where(each => each.IsActivated);

    /// <summary>The faults of one target, or all of them for null.</summary>
    public IEnumerable<StudiedMutant> Of(string? target) => All.Where(each => target is null || each.Target == target);

    /// <summary>The page.</summary>
    public ResultsPage Page() => new(
        "What software faults in the privileged virtual machine do",
        [
            Summary(),
            .. ImpactSections.Of(this),
            .. ConsequenceSections.Of(this),
            RecoverySection.Of(this),
            .. DetectionSections.Of(this),
            .. EstimateSections.Of(this),
            Facts(),
        ],
        All);

    /// <summary>k of n with Wilson's interval, k leading to its mutants.</summary>
    internal static ImmutableArray<Cell> Share(IEnumerable<StudiedMutant> some, int of)
    {
        var counted = some.ToImmutableArray();
        var share = new Proportion(counted.Length, of);
        return [new Cell(share.ToString(), counted), Figures.Percent(share), counted.Length == 0 && of > 0 ? Figures.UpperBound(share) : Figures.Range(share)];
    }

    /// <summary>The headings of <see cref="Share"/>.</summary>
    internal static readonly ImmutableArray<string> ShareColumns = ["k/n", "share", "95 % interval"];

    /// <summary>The rows of most tables: each target, and all of them where there are several.</summary>
    internal IEnumerable<(string Name, string? Target)> TargetRows =>
        Targets.Select(each => (each, (string?)each)).Concat(Targets.Length > 1 ? [("all", null)] : []);

    private Section Summary()
    {
        var activated = Activated.ToList();
        var failed = activated.Where(each => each.Failed).ToList();
        var single = activated.Where(each => each.LosesHost || each.HarmsUnrelated).ToList();
        var monitored = failed.Where(each => each.Noticed.Any(notice => notice.Detection is Detection.Monitor)).ToList();
        var latent = activated.Where(each => each.Runs.Any(run => run.Outcome.IsLatent)).ToList();
        var silent = activated.Where(each => each.IsSilentDataFailure).ToList();
        return new Section("summary", "Summary",
        [
            new Paragraph([
                Cell.Of(All), " faults were injected, ", Cell.Of(activated), " activated; ", Cell.Of(failed), $" of these led to a failure ({Interval(failed.Count, activated.Count)}). ",
                Cell.Of(single), $" ({Interval(single.Count, activated.Count)}) show the privileged virtual machine as a single point of failure: they cost the host, or guests that nobody had touched. ",
                "The experience report says so of 4–9 % of its faults, on the real system.",
            ]),
            new Paragraph([
                "Of the failures, monitors of basic functionality alone noticed ", Cell.Of(monitored), $" ({Interval(monitored.Count, failed.Count)}). ",
                Cell.Of(latent), " faults left an inconsistent state that failed only when the fault was gone. ",
                "Silent data failures: ", Cell.Of(silent), silent.Count == 0 ? $", so below {Bound(activated.Count)} of activated faults (one-sided 95 % bound)." : $" of {activated.Count} activated ({Interval(silent.Count, activated.Count)}).",
            ]),
        ], IsDetection: true);
    }

    private static string Bound(int n) => string.Create(CultureInfo.InvariantCulture, $"{new Proportion(0, n).ZeroBound * 100:0.00} %");

    private static string Interval(int k, int n) => Figures.Interval(new Proportion(k, n));

    private Section Facts() => new("campaign", "How this was made",
    [
        .. campaigns.Select(campaign => new Paragraph(
            $"Golden commit {campaign.Identity.GoldenCommit}, tree {campaign.Identity.GoldenTree}; {campaign.Identity.Faultload.Rule}, seed {campaign.Identity.Faultload.Seed}; "
            + $"engine {campaign.Identity.Engine}; workloads: {string.Join("; ", campaign.Golden.Select(golden => $"{golden.Workload.Name} ({string.Join(' ', golden.Workload.Arguments)})"))}.")),
        new Paragraph("The campaign: dotnet mutators run --campaign FILE. This page, every number of it, from the campaign's store: dotnet mutators results. Times are virtual; wall time is in no figure."),
        new Paragraph($"Intervals: {Figures.Convention}. Where nothing was seen in n, the one-sided 95 % upper bound 1 − 0.05^(1/n) stands instead."),
        .. WithoutMonitors.Count > 0 ? [new Paragraph($"Monitors that are taken for absent: {string.Join(", ", WithoutMonitors.Order(StringComparer.Ordinal))}.")] : Array.Empty<Block>(),
    ]);
}
