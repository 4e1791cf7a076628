using System.Collections.Immutable;
using System.Globalization;
using Mutators.Campaign.Outcomes;

namespace Mutators.Reporting.Results;

/// <summary>Who noticed failures, which monitors are worth having, and how long it took.</summary>
internal static class DetectionSections
{
    public static IEnumerable<Section> Of(Study study)
    {
        yield return new Section("detection", "Who noticed the failures",
        [
            Strongest(study),
            new Paragraph("Each failure counts in one row, that of the strongest who noticed it in any workload and either round."),
            Kinds(study),
            new Paragraph("Each failure counts in every row that applies. The monitors of basic functionality alone are the first row: what an administrator would see who watches nothing else."),
        ], IsDetection: true);
        yield return new Section("monitors", "Detection by monitor", [.. Monitors(study)], IsDetection: true);
        yield return new Section("latency", "Latency from activation to detection",
        [
            Latency(study),
            CumulativePlot.Draw("latency", "Share of noticed failures by the time since activation", [.. study.Targets.Select(target => (target, Times(study, target)))]),
            new Paragraph("Virtual time from the first activation to the first notice, in the workload where it was shortest. Monitors look when the workload asks them to, so the rhythm of the workloads is part of it."),
        ], IsDetection: true);
    }

    private static Table Strongest(Study study) => new(
        ["failures", .. study.TargetRows.SelectMany(row => Study.ShareColumns.Select((column, i) => i == 0 ? $"{row.Name} {column}" : column))],
        [
            .. CampaignFigures.DetectionsOfFailures.Select(detection => ImmutableArray.Create<Cell>(
            [
                detection.Words,
                .. study.TargetRows.SelectMany(row => Study.Share(Failed(study, row.Target).Where(each => each.Detection == detection), Failed(study, row.Target).Count())),
            ])),
        ]);

    private static Table Kinds(Study study)
    {
        (string Name, Func<StudiedMutant, bool> Holds)[] rows =
        [
            ("noticed by a monitor of basic functionality", each => Notices(each, Detection.Monitor)),
            ("signalled by an operation or by the death of a component", each => Notices(each, Detection.Signalled)),
            ("noticed by an invariant check", each => Notices(each, Detection.InvariantCheck)),
            ("noticed by any of them", each => each.Noticed.Count > 0),
        ];
        return new Table(
            ["failures", .. study.TargetRows.SelectMany(row => Study.ShareColumns.Select((column, i) => i == 0 ? $"{row.Name} {column}" : column))],
            [
                .. rows.Select(row => ImmutableArray.Create<Cell>(
                    [row.Name, .. study.TargetRows.SelectMany(target => Study.Share(Failed(study, target.Target).Where(row.Holds), Failed(study, target.Target).Count()))])),
            ]);
    }

    private static IEnumerable<Block> Monitors(Study study)
    {
        var failed = Failed(study, null).ToList();
        var monitors = failed.SelectMany(each => each.Noticed).Where(each => each.Detection is Detection.Monitor or Detection.InvariantCheck).Distinct()
            .Select(notice => (Notice: notice, By: failed.Where(each => each.Noticed.Contains(notice)).ToList()))
            .OrderBy(each => each.Notice.Detection).ThenByDescending(each => each.By.Count).ThenBy(each => each.Notice.Name, StringComparer.Ordinal)
            .ToList();
        yield return new Table(
            ["monitor or invariant", "kind", .. Study.ShareColumns, "nobody else noticed"],
            [
                .. monitors.Select(each => ImmutableArray.Create<Cell>(
                [
                    each.Notice.Name, each.Notice.Detection is Detection.Monitor ? "monitor" : "invariant", .. Study.Share(each.By, failed.Count),
                    Cell.Of(each.By.Where(mutant => mutant.Noticed.Count == 1)),
                ])),
            ]);
        yield return new Paragraph("The smallest set of monitors, taken one by one, each time the one that notices most of what is left:");
        yield return Cover(failed, [.. monitors.Where(each => each.Notice.Detection is Detection.Monitor)]);
    }

    private static Table Cover(List<StudiedMutant> failed, List<(Notice Notice, List<StudiedMutant> By)> monitors)
    {
        var left = monitors.SelectMany(each => each.By).ToHashSet();
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<Cell>>();
        var covered = new HashSet<StudiedMutant>();
        while (left.Count > 0)
        {
            var (notice, by) = monitors.MaxBy(each => each.By.Count(left.Contains));
            var gained = by.Where(left.Contains).ToList();
            covered.UnionWith(gained);
            left.ExceptWith(gained);
            rows.Add([notice.Name, Cell.Of(gained), .. Study.Share(failed.Where(covered.Contains), failed.Count)]);
        }

        return new Table(["monitor", "notices in addition", "together k/n", "share", "95 % interval"], rows.ToImmutable());
    }

    private static Table Latency(Study study) => new(
        ["target", "failures with a known latency", "median", "90 % within", "longest"],
        [
            .. study.TargetRows.Select(row =>
            {
                var times = Times(study, row.Target);
                return ImmutableArray.Create<Cell>(
                    row.Name, Cell.Of(Failed(study, row.Target).Where(each => each.LatencyNs is not null)), Quantile(times, 0.5), Quantile(times, 0.9), Quantile(times, 1));
            }),
        ]);

    private static ImmutableArray<long> Times(Study study, string? target) => [.. Failed(study, target).Select(each => each.LatencyNs).OfType<long>().Order()];

    private static string Quantile(ImmutableArray<long> sorted, double share) =>
        sorted.IsEmpty ? "–" : string.Create(CultureInfo.InvariantCulture, $"{sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)] / 1e9:0.000} s");

    private static bool Notices(StudiedMutant mutant, Detection detection) => mutant.Noticed.Any(each => each.Detection == detection);

    private static IEnumerable<StudiedMutant> Failed(Study study, string? target) => study.Of(target).Where(each => each.Failed);
}
