using System.Collections.Immutable;
using Mutators.Campaign.Outcomes;

namespace Mutators.Reporting.Results;

/// <summary>What faults lead to: activation, failure modes by target, operator and workload.</summary>
internal static class ImpactSections
{
    public static IEnumerable<Section> Of(Study study)
    {
        yield return new Section("activation", "Injected, activated, failed", [Activation(study), Distortion(study)]);
        yield return new Section("modes", "Failure modes",
        [
            Modes(study),
            StackedBars.Draw("failure-modes", "Failure modes of activated faults, by target", [.. study.TargetRows.Select(row => (row.Name, Counts(study.Of(row.Target))))]),
            new Paragraph("A fault counts once, under the worst of its workloads; a host crash stands before a hang, a hang before a crash, and so on down the table."),
        ]);
        foreach (var target in study.Targets)
        {
            yield return new Section($"operators-{target}", $"{target}: failure mode × operator",
            [
                ByOperator(study, target),
                StackedBars.Draw($"operators-{target}", $"Failure modes of activated faults in {target}, by operator",
                    [.. study.Operators.Select(id => (id, Counts(study.Of(target).Where(each => each.Operator == id)))).Where(row => row.Item2.Sum(each => each.Count) > 0)]),
            ]);
        }

        yield return new Section("workloads", "Failure modes by workload", [ByWorkload(study)]);
        if (DriverPlaces(study) is { } places)
        {
            yield return places;
        }
    }

    private static Table Activation(Study study) => new(
        ["target", "injected", "not activated", "rejected", "equivalent", "duplicate", "not run", "activated", "failed", "share", "95 % interval"],
        [
            .. study.TargetRows.Select(row =>
            {
                var all = study.Of(row.Target).ToList();
                var activated = all.Where(each => each.IsActivated).ToList();
                var failed = Study.Share(activated.Where(each => each.Failed), activated.Count);
                ImmutableArray<Cell> cells =
                [
                    row.Name, Cell.Of(all), Ended(FailureMode.NotActivated), Ended(FailureMode.BuildReject), Ended(FailureMode.Equivalent), Ended(FailureMode.Duplicate),
                    Cell.Of(all.Where(each => each.Mode is null)), Cell.Of(activated), .. failed,
                ];
                return cells;
                Cell Ended(FailureMode mode) => Cell.Of(all.Where(each => each.Mode == mode));
            }),
        ]);

    /// <summary>Whether activation changes the mix of operators: χ² of the activated ones against what was injected.</summary>
    private static Paragraph Distortion(Study study)
    {
        var cells = study.Operators
            .Select(id => (Injected: study.All.Count(each => each.Operator == id && IsRunnable(each)), Activated: study.All.Count(each => each.Operator == id && each.IsActivated)))
            .ToList();
        var share = (double)cells.Sum(each => each.Activated) / Math.Max(1, cells.Sum(each => each.Injected));
        var large = cells.Where(each => each.Injected * Math.Min(share, 1 - share) >= 5).ToList();
        var statistic = large.Sum(each => Square(each.Activated - (each.Injected * share)) / (each.Injected * share * (1 - share)));
        return new Paragraph(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Activation against injection, operator by operator: χ² = {statistic:0.0} over {large.Count} operators with an expectation of at least five ({Math.Max(0, large.Count - 1)} degrees of freedom). A large value says that the activated faults are another mix than the injected ones."));

        static double Square(double x) => x * x;
        static bool IsRunnable(StudiedMutant mutant) => mutant.Mode is not (FailureMode.BuildReject or FailureMode.Equivalent or FailureMode.Duplicate or null);
    }

    private static Table Modes(Study study) => new(
        ["failure mode", .. study.TargetRows.SelectMany(row => Study.ShareColumns.Select((column, i) => i == 0 ? $"{row.Name} {column}" : column))],
        [
            .. FailureModes.OfPrograms.Select(mode => ImmutableArray.Create<Cell>(
            [
                mode.Words,
                .. study.TargetRows.SelectMany(row =>
                {
                    var activated = study.Of(row.Target).Where(each => each.IsActivated).ToList();
                    return Study.Share(activated.Where(each => each.Mode == mode), activated.Count);
                }),
            ])),
        ]);

    private static Table ByOperator(Study study, string target) => Cross(
        "operator", study.Operators.Select(id => (id, study.Of(target).Where(each => each.Operator == id))).Append(("all", study.Of(target))));

    private static Table ByWorkload(Study study) => new(
        ["workload", .. FailureModes.OfPrograms.Select(mode => mode.Words), "activated"],
        [
            .. study.Workloads.Select(workload =>
            {
                var runs = study.All.Select(each => (Mutant: each, Run: each.Runs.FirstOrDefault(run => run.Outcome.Workload == workload))).Where(each => each.Run is not null).ToList();
                return ImmutableArray.Create<Cell>(
                [
                    workload,
                    .. FailureModes.OfPrograms.Select(mode => Cell.Of(runs.Where(each => each.Run!.Outcome.Mode == mode).Select(each => each.Mutant))),
                    Cell.Of(runs.Select(each => each.Mutant)),
                ]);
            }),
        ]);

    private static Table Cross(string first, IEnumerable<(string Name, IEnumerable<StudiedMutant> Mutants)> rows) => new(
        [first, .. FailureModes.OfPrograms.Select(mode => mode.Words), "activated", "injected"],
        [
            .. rows.Select(row => ImmutableArray.Create<Cell>(
            [
                row.Name,
                .. FailureModes.OfPrograms.Select(mode => Cell.Of(row.Mutants.Where(each => each.Mode == mode))),
                Cell.Of(row.Mutants.Where(each => each.IsActivated)),
                Cell.Of(row.Mutants),
            ])),
        ]);

    /// <summary>The same workload with its back-ends in Dom0 and in a domain of their own, for the faults that both activate.</summary>
    private static Section? DriverPlaces(Study study)
    {
        const string DriverDomain = "-driver-domain";
        var pairs = study.Workloads.Where(each => each.EndsWith(DriverDomain, StringComparison.Ordinal) && study.Workloads.Contains(each[..^DriverDomain.Length])).ToList();
        if (pairs.Count == 0)
        {
            return null;
        }

        var rows = ImmutableArray.CreateBuilder<ImmutableArray<Cell>>();
        foreach (var domain in pairs)
        {
            var home = domain[..^DriverDomain.Length];
            var both = study.Of("Drivers").Where(each => RunOf(each, home) is not null && RunOf(each, domain) is not null).ToList();
            foreach (var (name, workload) in new[] { ("in Dom0", home), ("in a driver domain", domain) })
            {
                rows.Add(
                [
                    $"{home}, {name}",
                    .. FailureModes.OfPrograms.Select(mode => Cell.Of(both.Where(each => RunOf(each, workload)!.Outcome.Mode == mode))),
                    Cell.Of(both),
                ]);
            }
        }

        return new Section("driver-domain", "The driver in Dom0 and in a driver domain",
        [
            new Paragraph("The same faults of the drivers under the same workload: only where the back-ends run differs."),
            new Table(["back-ends", .. FailureModes.OfPrograms.Select(mode => mode.Words), "activated by both"], rows.ToImmutable()),
        ]);

        static StudiedRun? RunOf(StudiedMutant mutant, string workload) => mutant.Runs.FirstOrDefault(run => run.Outcome.Workload == workload);
    }

    private static ImmutableArray<(FailureMode Mode, int Count)> Counts(IEnumerable<StudiedMutant> mutants)
    {
        var activated = mutants.Where(each => each.IsActivated).ToList();
        return [.. FailureModes.OfPrograms.Select(mode => (mode, activated.Count(each => each.Mode == mode)))];
    }
}
