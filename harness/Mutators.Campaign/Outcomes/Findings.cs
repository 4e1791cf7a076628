using System.Collections.Immutable;
using System.Globalization;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Outcomes;

/// <summary>
/// All evidence that a mutant's run gives against golden's. Evidence of two kinds: what somebody noticed (an error was
/// <em>signalled</em>), and what only differs. Where something was signalled the run may go another way from there on: digests, plain
/// lines and missing observations then are consequences, and only violated invariants and damaged data still count for themselves.
/// </summary>
internal sealed class Findings
{
    private const string VirtualTime = "virtual-time";

    private readonly GoldenRun golden;
    private readonly WorkloadRun run;
    private readonly Alignment alignment;
    private readonly int round;
    private readonly List<Finding> findings = [];

    /// <param name="golden">The golden run.</param>
    /// <param name="run">The mutant's run.</param>
    /// <param name="alignment">The observations of the round that is looked at.</param>
    /// <param name="round">Which round that is, 1 or 2.</param>
    /// <param name="isLast">Whether the mutant's run came to its end in this round.</param>
    /// <param name="wasSignalled">Whether anything was signalled in the round before.</param>
    /// <param name="degradedShare">What share above golden's use counts as degraded.</param>
    public Findings(GoldenRun golden, WorkloadRun run, Alignment alignment, int round, bool isLast, bool wasSignalled, double degradedShare)
    {
        this.golden = golden;
        this.run = run;
        this.alignment = alignment;
        this.round = round;

        foreach (var pair in alignment.Pairs.Where(pair => !pair.Agree && pair.Mutant is not null))
        {
            AddNoticed(pair.Golden, pair.Mutant!);
        }

        if (isLast)
        {
            AddEndOfProcess();
        }

        // The second look needs the first: whether anything was signalled in the whole run.
        var signalled = wasSignalled || IsSignalled;
        foreach (var pair in alignment.Pairs.Where(pair => !pair.Agree))
        {
            AddDifferent(pair.Golden, pair.Mutant, signalled);
        }

        AddDegraded(degradedShare);
    }

    /// <summary>The evidence: what was noticed in the order of observation, then what only differs.</summary>
    public ImmutableArray<Finding> All => [.. findings];

    /// <summary>Whether anything was signalled, after which a run may go another way.</summary>
    public bool IsSignalled => findings.Exists(each => each.Detection is Detection.Signalled or Detection.Monitor);

    private void AddNoticed(Observation? before, Observation now)
    {
        switch (now)
        {
            case { Kind: ObservationKind.Component }:
                AddComponent(now);
                break;

            // A monitor that is not ok says that a basic function is not available to its user: the same as an operation that fails.
            case { Kind: ObservationKind.Monitor, Ok: false }:
                Add(FailureMode.OperationError, Detection.Monitor, now);
                break;

            case { Kind: ObservationKind.Operation, Code: not 0 }:
                AddFailedOperation(before, now);
                break;

            case { Kind: ObservationKind.Invariant, Ok: false }:
                Add(FailureMode.InconsistentState, Detection.InvariantCheck, now);
                break;

            case { Kind: ObservationKind.Data, Ok: false }:
                Add(FailureMode.SilentDataFailure, Detection.GuestCheck, now);
                break;
        }
    }

    private void AddComponent(Observation component)
    {
        var mode = component switch
        {
            { Containment: "host", Event: "crash" } => FailureMode.HostCrash,
            { Containment: "guest" } => FailureMode.GuestFailure,
            { Event: "hang" } => FailureMode.ControlHang,
            _ => FailureMode.ControlCrash,
        };
        var detection = component.Event switch
        {
            "hang" => Detection.Monitor,
            "io-loss" => Detection.GuestCheck,
            _ => Detection.Signalled,
        };
        Add(mode, detection, component);
    }

    private void AddFailedOperation(Observation? before, Observation now)
    {
        var reason = before switch
        {
            { Code: 0 } or null => now.InWords(),
            { Code: { } code } when code != now.Code => $"{now.InWords()}{Finding.WrongCode}{code}",
            _ => $"{now.InWords()}{Finding.WrongMessage}'{before.Detail}'",
        };
        findings.Add(new Finding(FailureMode.OperationError, Detection.Signalled, now.Name, reason, round, now.At));
    }

    private void AddEndOfProcess()
    {
        switch (run.End)
        {
            case ProcessEnd.TimedOut:
                Ended(FailureMode.ControlHang, Detection.Monitor, "time limit", $"{run.Death}{Progress()}");
                break;
            case ProcessEnd.OutputLimit:
                Ended(FailureMode.ControlHang, Detection.Monitor, "output limit", $"{run.Death}: it prints without end");
                break;
            case ProcessEnd.OutOfMemory:
                Ended(FailureMode.ControlCrash, Detection.Signalled, "process exit", $"{run.Death}{Progress()}");
                break;
            case ProcessEnd.Crashed:
                Ended(FailureMode.ControlCrash, Detection.Signalled, "process exit", $"exit {run.ExitCode}, {run.Death}");
                break;

            // A workload that reports a dead or hanging component says so by its exit code too: the component is the finding.
            case ProcessEnd.Exited when run.ExitCode != golden.Run.ExitCode && !findings.Exists(IsComponent):
                AddExitCode();
                break;
        }
    }

    private static bool IsComponent(Finding finding) => finding.Mode is >= FailureMode.HostCrash and <= FailureMode.GuestFailure;

    private void AddExitCode()
    {
        var codes = $"exit code {run.ExitCode}, golden's is {golden.Run.ExitCode}";
        if (run.ExitCode == 0)
        {
            Differs(FailureMode.InconsistentState, $"reports success: {codes}");
        }
        else
        {
            Ended(FailureMode.OperationError, Detection.Signalled, "process exit", codes);
        }
    }

    private void AddDifferent(Observation? before, Observation? now, bool signalled)
    {
        switch (before ?? now)
        {
            // Golden's failure is the right answer there; success is the wrong one, whatever else was signalled.
            case { Kind: ObservationKind.Operation } when before is { Code: not 0 } && now is { Code: 0 }:
                Differs(FailureMode.InconsistentState, $"reports success: {now.InWords()}; golden's is code {before.Code}", now.At);
                break;

            case { Kind: ObservationKind.Operation } when !signalled && now is null or { Code: 0 }:
                Differs(FailureMode.InconsistentState, now is null
                    ? $"operation {before!.Name} was not performed, and nothing says so"
                    : $"{(before is null ? "an operation that golden does not perform: " : "")}{now.InWords()}");
                break;

            case { Kind: ObservationKind.Monitor } when !signalled && now is null:
                Differs(FailureMode.InconsistentState, $"monitor {before!.Name} did not report, and nothing says why");
                break;

            case { Kind: ObservationKind.State } when !signalled && before is not null:
                Differs(FailureMode.InconsistentState, now is null
                    ? $"the digest of state {before.Name} is missing"
                    : $"state {before.Name} differs from golden's although every operation succeeded");
                break;

            case { Kind: ObservationKind.Invariant } when !signalled && now is null:
                Differs(FailureMode.InconsistentState, $"invariant {before!.Name} was not checked");
                break;

            // Data that differ stay a flag where an error was signalled; the error is then the headline by its place in the order.
            case { Kind: ObservationKind.Data } when now is { Ok: true } && before is not null:
                Differs(FailureMode.SilentDataFailure, $"data {now.Name} differ from golden's although they are reported as ok");
                break;

            case { Kind: ObservationKind.Data } when !signalled && now is null:
                Differs(FailureMode.SilentDataFailure, $"data {before!.Name} were not checked");
                break;

            case { Kind: ObservationKind.Line } when !signalled && run.ExitCode == golden.Run.ExitCode:
                Differs(FailureMode.SilentDataFailure, LineReason(before, now));
                break;
        }
    }

    private static string LineReason(Observation? before, Observation? now) =>
        now is null ? $"a line is missing: {Cut(before!.Text)}"
        : before is null ? $"a line that golden does not print: {Cut(now.Text)}"
        : $"prints {Cut(now.Text)}, golden's is {Cut(before.Text)}";

    private void AddDegraded(double share)
    {
        foreach (var pair in alignment.Pairs)
        {
            if (pair is { Golden: { Kind: ObservationKind.Resource, Amount: { } before }, Mutant.Amount: { } now })
            {
                AddIfMore(pair.Golden.Name, before, now, share);
            }
        }

        // A workload without an observation of its virtual time still shows it: by when it made its last observation.
        if (!alignment.Pairs.Select(pair => pair.Golden).OfType<Observation>().Any(each => each is { Kind: ObservationKind.Resource, Name: VirtualTime })
            && Last(alignment.Pairs.Select(pair => pair.Golden?.At)) is { } goldenEnd
            && Last(alignment.Pairs.Select(pair => pair.Mutant?.At)) is { } mutantEnd)
        {
            AddIfMore(VirtualTime, goldenEnd, mutantEnd, share);
        }
    }

    private static long? Last(IEnumerable<long?> times) => times.Max();

    private void AddIfMore(string resource, double before, double now, double share)
    {
        if (before > 0 && now > before * (1 + share))
        {
            Differs(FailureMode.Degraded, string.Create(CultureInfo.InvariantCulture, $"{resource} is {now / before:0.0#} × golden's"));
        }
    }

    private string Progress()
    {
        var seen = alignment.Pairs.Count(pair => pair is { Golden: not null, Mutant: not null });
        return $" after {seen} of golden's {golden.Observations.Length} observations";
    }

    private void Add(FailureMode mode, Detection detection, Observation observation) =>
        findings.Add(new Finding(mode, detection, observation.Name, observation.InWords(), round, observation.At));

    private void Ended(FailureMode mode, Detection detection, string detector, string reason) => findings.Add(new Finding(mode, detection, detector, reason, round, null));

    private void Differs(FailureMode mode, string reason, long? at = null) => findings.Add(new Finding(mode, Detection.GoldenDifferenceOnly, "", reason, round, at));

    private static string Cut(string text)
    {
        const int Width = 60;
        return text.Length <= Width ? $"'{text}'" : $"'{text[..(Width - 1)]}…'";
    }
}
