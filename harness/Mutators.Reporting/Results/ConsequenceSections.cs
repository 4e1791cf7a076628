using System.Collections.Immutable;
using Mutators.Campaign.Outcomes;

namespace Mutators.Reporting.Results;

/// <summary>How far failures reach: drastic ones, guests, wrong answers, inconsistent states at once and later, data.</summary>
internal static class ConsequenceSections
{
    public static IEnumerable<Section> Of(Study study)
    {
        yield return new Section("single-point", "Drastic failures, and the single point of failure",
        [
            Rows(study, ("the host is lost with all its guests", each => each.LosesHost),
                ("guests fail that no operation had touched since activation", each => each.HarmsUnrelated),
                ("either: the privileged virtual machine is a single point of failure", each => each.LosesHost || each.HarmsUnrelated),
                ("drastic: host crash, hang, crash of a component, or guest failure", IsDrastic)),
            new Paragraph("Beside it the experience report: the privileged virtual machine is a single point of failure that must be protected for 4–9 % of the faults. It does not publish the split between toolstack and driver, nor counts."),
        ]);
        yield return new Section("guests", "Guest failures",
        [
            new Table(["guests that failed in one run", .. study.TargetRows.Select(row => row.Name)],
            [
                .. new[] { ("1", (1, 1)), ("2", (2, 2)), ("3 and more", (3, int.MaxValue)) }.Select(range => ImmutableArray.Create<Cell>(
                [
                    range.Item1, .. study.TargetRows.Select(row => Cell.Of(study.Of(row.Target).Where(each => each.Guests >= range.Item2.Item1 && each.Guests <= range.Item2.Item2))),
                ])),
                ["of these: also guests that no operation had touched", .. study.TargetRows.Select(row => Cell.Of(study.Of(row.Target).Where(each => each.HarmsUnrelated)))],
            ]),
            new Paragraph("A guest fails when it crashes, hangs, or loses its disk or its network. It is unrelated when it was created before the fault was first activated, and no operation named it from then until it failed."),
        ]);
        yield return new Section("answers", "Operation errors: right and wrong answers",
        [
            Rows(study, ("an operation or a basic function fails", each => each.Shows(FailureMode.OperationError)),
                ("an operation that rightly fails gives a wrong code or wrong words", each => each.Runs.Any(run => run.Outcome.Findings.Any(finding => finding.IsWrongAnswer))),
                ("an error is reported, and the state is inconsistent as well", each => each.Runs.Any(HasResidue))),
        ]);
        yield return Rounds(study);
        yield return new Section("silent", "Silent data failures",
        [
            Rows(study, ("data missing, unchecked or other than golden's, and nobody was told", each => each.IsSilentDataFailure),
                ("data missing, unchecked or other than golden's, told or not", each => each.Shows(FailureMode.SilentDataFailure))),
        ], IsDetection: true);
    }

    private static Section Rounds(Study study)
    {
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<Cell>>();
        foreach (var (name, target) in study.TargetRows)
        {
            var judged = study.Of(target).Where(each => each.Runs.Any(run => run.Outcome.SecondRound is not null)).ToList();
            var failing = judged.Where(each => each.Runs.Any(run => run.Outcome.SecondRound is not null && FailsFirst(run))).ToList();
            var still = failing.Where(each => each.Runs.Any(run => FailsFirst(run) && run.Outcome.SecondRound is { IsFailure: true })).ToList();
            var latent = judged.Where(each => each.Runs.Any(run => run.Outcome.IsLatent)).ToList();
            var only = latent.Where(each => !failing.Contains(each)).ToList();
            rows.Add([name, Cell.Of(judged), Cell.Of(failing), .. Study.Share(still, failing.Count), Cell.Of(latent), .. Study.Share(only, judged.Count)]);
        }

        return new Section("rounds", "Two rounds: what stays when the fault is gone",
        [
            new Paragraph("In the first round the fault is active. Then golden's code is put back in the running process, nothing is cleaned up, and the workload goes on. What fails then was left behind: an inconsistent state that manifests later."),
            new Table(
                ["target", "second round judged", "failed in the first", "of these still failing", "share", "95 % interval", "failed only in the second, in some workload", "in no workload's first", "share", "95 % interval"],
                rows.ToImmutable()),
            new Table(["in the second round", .. study.TargetRows.Select(row => row.Name)],
                [.. FailureModes.OfPrograms.Select(mode => ImmutableArray.Create<Cell>(
                    [mode.Words, .. study.TargetRows.Select(row => Cell.Of(study.Of(row.Target).Where(each => WorstSecond(each) == mode)))]))]),
            new Paragraph("A run that did not reach its second round (the host or the program was gone) is in neither table, nor one whose fault could not be taken out of the process."),
        ]);
    }

    private static FailureMode? WorstSecond(StudiedMutant mutant) => mutant.Runs.Select(run => run.Outcome.SecondRound).OfType<FailureMode>().Select(each => (FailureMode?)each).DefaultIfEmpty(null).Min();

    private static bool FailsFirst(StudiedRun run) => run.Outcome.Findings.Any(each => each.Round == 1 && each.Mode.IsFailure);

    private static bool HasResidue(StudiedRun run) => run.Outcome.Flags.Contains(FailureMode.OperationError)
        && run.Outcome.Findings.Any(each => each.Mode is FailureMode.InconsistentState);

    private static bool IsDrastic(StudiedMutant mutant) =>
        mutant.Shows(FailureMode.HostCrash) || mutant.Shows(FailureMode.ControlHang) || mutant.Shows(FailureMode.ControlCrash) || mutant.Shows(FailureMode.GuestFailure);

    private static Table Rows(Study study, params (string Name, Func<StudiedMutant, bool> Holds)[] rows) => new(
        ["of activated faults", .. study.TargetRows.SelectMany(row => Study.ShareColumns.Select((column, i) => i == 0 ? $"{row.Name} {column}" : column))],
        [
            .. rows.Select(row => ImmutableArray.Create<Cell>(
            [
                row.Name,
                .. study.TargetRows.SelectMany(target =>
                {
                    var activated = study.Of(target.Target).Where(each => each.IsActivated).ToList();
                    return Study.Share(activated.Where(row.Holds), activated.Count);
                }),
            ])),
        ]);
}
