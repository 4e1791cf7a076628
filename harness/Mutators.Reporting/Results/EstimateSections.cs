using System.Collections.Immutable;
using System.Globalization;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting.Results;

/// <summary>
/// The same shares as estimates for the field: plain; each operator weighed by its faults in the field study; and only the faults that the
/// project's own unit tests execute and do not catch.
/// </summary>
internal static class EstimateSections
{
    private static readonly Dictionary<string, int> fieldCounts = FaultOperator.All
        .Where(each => each.Definition is { Origin: FaultOrigin.Library, FieldCount: not null })
        .ToDictionary(each => each.Definition.Id, each => each.Definition.FieldCount!.Value, StringComparer.Ordinal);

    public static IEnumerable<Section> Of(Study study)
    {
        (string Name, Func<StudiedMutant, bool> Holds)[] measures =
        [
            ("fails", each => each.Failed),
            ("single point of failure", each => each.LosesHost || each.HarmsUnrelated),
            ("host crash", each => each.LosesHost),
            ("inconsistent state", each => each.Mode is FailureMode.InconsistentState),
        ];
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<Cell>>();
        foreach (var (name, target) in study.TargetRows)
        {
            var all = study.Of(target).ToList();
            var residual = all.Where(each => each.Result.UnitTests?.Answer is UnitTestAnswer.NotCaught).ToList();
            rows.Add([$"{name}: plain", .. measures.Select(measure => Plain(all, measure.Holds))]);
            rows.Add([$"{name}: weighed by the field study", .. measures.Select(measure => Weighed(all, measure.Holds))]);
            if (residual.Count > 0)
            {
                rows.Add([$"{name}: residual only, plain", .. measures.Select(measure => Plain(residual, measure.Holds))]);
                rows.Add([$"{name}: residual only, weighed", .. measures.Select(measure => Weighed(residual, measure.Holds))]);
            }
        }

        var asked = study.All.Count(each => each.Result.UnitTests is not null);
        yield return new Section("estimates", "Estimates: plain, weighed, residual",
        [
            new Table(["of activated faults", .. measures.Select(each => each.Name)], rows.ToImmutable()),
            new Paragraph("Weighed: the ratio Σ w f / Σ w a over operators, w being the operator's share among the faults of the field study, f and a its failed and activated faults per injected one; the interval is that of the linearised variance."),
            new Paragraph(asked == 0
                ? "The residual filter was not asked for in this campaign: run --residual asks the project's unit tests about each activated fault, and adds rows for those that they execute and do not catch."
                : $"Unit tests were asked about {asked} faults."),
        ]);
        yield return new Section("size", "Sample sizes", [Sizes(study)]);
    }

    private static Cell Plain(List<StudiedMutant> mutants, Func<StudiedMutant, bool> holds)
    {
        var activated = mutants.Where(each => each.IsActivated).ToList();
        var counted = activated.Where(holds).ToImmutableArray();
        var share = new Proportion(counted.Length, activated.Count);
        return new Cell($"{share}, {Figures.Percent(share)} ({(counted.IsEmpty && share.N > 0 ? Figures.UpperBound(share) : Figures.Range(share))})", counted);
    }

    private static Cell Weighed(List<StudiedMutant> mutants, Func<StudiedMutant, bool> holds)
    {
        var strata = mutants
            .Where(each => each.Mode is not (null or FailureMode.BuildReject or FailureMode.Equivalent or FailureMode.Duplicate) && fieldCounts.ContainsKey(each.Operator))
            .GroupBy(each => each.Operator, StringComparer.Ordinal)
            .Select(group => new StratumCounts(fieldCounts[group.Key], group.Count(), group.Count(each => each.IsActivated), group.Count(each => each.IsActivated && holds(each))))
            .ToList();
        return WeightedShare.Of(strata) is { } weighed
            ? string.Create(CultureInfo.InvariantCulture, $"{weighed.Share * 100:0.0} % ({weighed.Interval.Low * 100:0.0}–{weighed.Interval.High * 100:0.0} %)")
            : "–";
    }

    private static Table Sizes(Study study) => new(
        ["target", "sites in the campaign", "activated", "needed for 5 % at 95 %", "for 3 %", "for 1 %"],
        [
            .. study.TargetRows.Select(row =>
            {
                var sites = study.Of(row.Target).ToList();
                return ImmutableArray.Create<Cell>(
                [
                    row.Name, Cell.Of(sites), Cell.Of(sites.Where(each => each.IsActivated)),
                    .. new[] { 0.05, 0.03, 0.01 }.Select(margin => (Cell)new SampleSize(margin, 0.95).Of(sites.Count).ToString(CultureInfo.InvariantCulture)),
                ]);
            }),
        ]);
}
