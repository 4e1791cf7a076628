using System.Collections.Immutable;
using System.Globalization;
using Mutators.Campaign.Outcomes;

namespace Mutators.Reporting.Results;

/// <summary>What brings the host back after a drastic failure.</summary>
internal static class RecoverySection
{
    /// <summary>The measures of the case study by cost; others that a workload knows follow.</summary>
    private static readonly ImmutableArray<string> Known = ["nothing", "micro-reboot", "toolstack-restart", "driver-domain-restart", "dom0-reboot", "dom0-and-driver-domain"];

    private static readonly ImmutableArray<FailureMode> Drastic = [FailureMode.HostCrash, FailureMode.ControlHang, FailureMode.ControlCrash];

    public static Section Of(Study study)
    {
        var runs = study.Activated.SelectMany(mutant => mutant.Runs.Select(run => (Mutant: mutant, Run: run))).Where(each => ModeOf(each.Run) is not null).ToList();
        var named = runs.SelectMany(each => each.Run.Outcome.Recovery.Select(attempt => attempt.Measure)).Distinct().ToList();
        ImmutableArray<string> measures = [.. Known.Where(named.Contains), .. named.Except(Known).Order(StringComparer.Ordinal)];
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<Cell>>();
        foreach (var (name, target) in study.TargetRows)
        {
            foreach (var mode in Drastic)
            {
                rows.Add(Row($"{name}: {mode.Words}", [.. runs.Where(each => (target is null || each.Mutant.Target == target) && ModeOf(each.Run) == mode)], measures));
            }
        }

        return new Section("recovery", "Recovery: what brings the host back",
        [
            new Paragraph(
                "After a host crash, a hang or a crash the workload takes measures of growing cost, until the host does again what hosts are for: xl answers, the store keeps what is written, a new guest and one with "
                + "a disk can be made and used. The fault is gone by then where it could be taken out of the process: counted is whether a measure clears what the fault has left behind, not whether the fault would strike again."),
            new Table(
                ["mutants, by the worst of their runs", "in all", .. measures.Select(measure => measure == "nothing" ? "back by itself" : $"back by {measure}"), "by none", "not tried", "guests kept", "restarted"],
                rows.ToImmutable()),
            new Paragraph("Not tried: the program itself had ended (a loop that never returns, an exception outside of every component), so there was nothing left to recover. Guests: of all runs in which the host came back, those whose programs found their data and whose network answered afterwards."),
        ]);
    }

    private static ImmutableArray<Cell> Row(string name, ImmutableArray<(StudiedMutant Mutant, StudiedRun Run)> runs, ImmutableArray<string> measures)
    {
        // Of several runs of a mutant the one that took most stands for it.
        var worst = runs.GroupBy(each => each.Mutant).ToDictionary(group => group.Key, group => group.Max(each => Cost(each.Run, measures)));
        IEnumerable<StudiedMutant> Taking(int cost) => worst.Where(each => each.Value == cost).Select(each => each.Key);
        var back = runs.Select(each => each.Run.Outcome.Recovery.LastOrDefault(attempt => attempt.IsBack)).OfType<RecoveryAttempt>().ToList();
        return
        [
            name,
            Cell.Of(worst.Keys),
            .. measures.Select((_, cost) => Cell.Of(Taking(cost))),
            Cell.Of(Taking(measures.Length)),
            Cell.Of(Taking(-1)),
            string.Create(CultureInfo.InvariantCulture, $"{back.Sum(attempt => attempt.Kept)}/{back.Sum(attempt => attempt.Guests)}"),
            string.Create(CultureInfo.InvariantCulture, $"{back.Sum(attempt => attempt.Restarted)}"),
        ];
    }

    /// <summary>The place of the measure that sufficed; behind all of them if none did, before them if none was tried. With several hosts, the dearest.</summary>
    private static int Cost(StudiedRun run, ImmutableArray<string> measures)
    {
        var attempts = run.Outcome.Recovery;
        return attempts.IsEmpty ? -1
            : !attempts[^1].IsBack ? measures.Length
            : attempts.Where(attempt => attempt.IsBack).Max(attempt => measures.IndexOf(attempt.Measure));
    }

    private static FailureMode? ModeOf(StudiedRun run) => Drastic.Where(run.Outcome.Flags.Contains).Cast<FailureMode?>().FirstOrDefault();
}
