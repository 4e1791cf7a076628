using System.Globalization;
using Xen.Guests;
using Xen.Mechanisms.Clusters;

namespace Xen.Mechanisms.Patching;

/// <summary>How the patch is brought in.</summary>
public enum PatchMethod
{
    /// <summary>The control: shut down, patched, started again.</summary>
    RestartInPlace,

    /// <summary>A copy goes into service as soon as it has started.</summary>
    Copy,

    /// <summary>A copy goes into service after it has been watched for a while.</summary>
    CopyWithQuarantine,

    /// <summary>Afterwards the original is kept for a while, to go back to.</summary>
    CopyWithQuarantineAndProbation,
}

/// <summary>What is wrong with the patch.</summary>
public enum PatchDefect
{
    None,

    /// <summary>The patched service panics after some requests.</summary>
    Crashes,

    /// <summary>It answers wrongly after some requests.</summary>
    AnswersWrongly,

    /// <summary>It panics, but later than any quarantine lasts.</summary>
    CrashesLater,
}

/// <summary>What applying a patch has cost.</summary>
/// <param name="Outcome">What became of the patched VM; null for a restart in place.</param>
/// <param name="Requests">That fell due.</param>
/// <param name="Missed">Late, wrong or unanswered.</param>
/// <param name="Wrong">Answers that were wrong.</param>
/// <param name="LongestWaitMs">The longest time that a request waited: the unavailability that a client sees.</param>
/// <param name="Interleaved">Clients that fell back to an older version.</param>
/// <param name="VersionServed">The version that gave the last answer of most clients.</param>
/// <param name="Complaint">What was wrong with the patched VM.</param>
public sealed record PatchRun(PatchOutcome? Outcome, int Requests, int Missed, int Wrong, double LongestWaitMs, int Interleaved, string VersionServed, string? Complaint);

/// <summary>One service under steady load is patched.</summary>
public static class PatchExperiment
{
    private const int Clients = 32;
    private const int Rate = 20;
    private const int EarlyDefect = 200;
    private const int LateDefect = 1000;
    private const long PatchAtNs = Cluster.SecondNs;
    private const long QuarantineNs = Cluster.SecondNs;
    private const long ProbationNs = Cluster.SecondNs;
    private const long DurationNs = 5 * Cluster.SecondNs;

    public static PatchRun Run(ulong seed, PatchMethod method, PatchDefect defect = PatchDefect.None)
    {
        var cluster = new Cluster(seed, 2, ["a"]);
        var router = new RequestRouter(cluster);
        var machine = cluster.Machines[0];
        var original = new VmPlan("web", new ServiceOptions { Id = 1, Version = 1, WorkUs = 500, BootMs = 1000 });
        var patched = new VmPlan("web-patched", original.Service with
        {
            Id = 2,
            Version = 2,
            CrashAt = defect switch { PatchDefect.Crashes => EarlyDefect, PatchDefect.CrashesLater => LateDefect, _ => 0 },
            WrongFrom = defect == PatchDefect.AnswersWrongly ? EarlyDefect : 0,
        });
        cluster.Create(machine, original);
        var pool = new ClientPool(cluster, router, new ClientPlan(0, Clients, Rate), 1);
        pool.Start(DurationNs);
        var deployment = new PatchDeployment(cluster, router, machine);
        PatchOutcome? outcome = null;
        var timeline = new Timeline(cluster);
        timeline.At(PatchAtNs, () =>
        {
            if (method == PatchMethod.RestartInPlace) deployment.RestartInPlace(original, patched);
            else outcome = deployment.Apply(original, patched, method == PatchMethod.Copy ? 0 : QuarantineNs, method == PatchMethod.CopyWithQuarantineAndProbation ? ProbationNs : 0, pool.Acknowledged);
        });
        timeline.Run(DurationNs + Cluster.SecondNs);
        return new PatchRun(outcome, pool.Requests, pool.Missed, pool.Wrong, pool.LongestWaitNs / (double)Cluster.MillisecondNs, pool.Interleaved,
            string.Join(", ", pool.AnswersByVersion.Select(version => $"{version.Value} by version {version.Key}")), deployment.Complaint);
    }

    /// <summary>The rows of the table.</summary>
    public static ExperimentResult Measure(ulong seed)
    {
        var inPlace = Run(seed, PatchMethod.RestartInPlace);
        var copy = Run(seed, PatchMethod.CopyWithQuarantine);
        var caught = Run(seed, PatchMethod.CopyWithQuarantine, PatchDefect.Crashes);
        var notCaught = Run(seed, PatchMethod.Copy, PatchDefect.Crashes);
        var wrongCaught = Run(seed, PatchMethod.CopyWithQuarantine, PatchDefect.AnswersWrongly);
        var wrongNotCaught = Run(seed, PatchMethod.Copy, PatchDefect.AnswersWrongly);
        var late = Run(seed, PatchMethod.CopyWithQuarantine, PatchDefect.CrashesLater);
        var rolledBack = Run(seed, PatchMethod.CopyWithQuarantineAndProbation, PatchDefect.CrashesLater);
        return new ExperimentResult(
            [
                $"restart in place: {Text(inPlace)}",
                $"copy with quarantine: {Text(copy)}",
                $"a patch that crashes, quarantine: {Text(caught)}",
                $"a patch that crashes, no quarantine: {Text(notCaught)}",
                $"a patch that answers wrongly, quarantine: {Text(wrongCaught)}",
                $"a patch that answers wrongly, no quarantine: {Text(wrongNotCaught)}",
                $"a patch that crashes after the quarantine: {Text(late)}",
                $"a patch that crashes after the quarantine, original kept: {Text(rolledBack)}",
            ],
            [
                new Finding("patch on a copy", "longest wait of a request", Ms(inPlace), Ms(copy),
                    copy is { Outcome: PatchOutcome.Deployed, Missed: 0, Wrong: 0, Interleaved: 0 } && inPlace.LongestWaitMs > 1000,
                    "the defect shows after the quarantine only", $"{late.Outcome}, {late.Missed} of {late.Requests} requests failed; {rolledBack.Missed} where the original is kept to go back to",
                    late is { Outcome: PatchOutcome.Deployed, Missed: > 100 } && rolledBack is { Outcome: PatchOutcome.RolledBack, Wrong: 0 } && rolledBack.Missed < late.Missed),
                new Finding("quarantine", "requests that a bad patch fails", $"{notCaught.Missed} (crash), {wrongNotCaught.Wrong} wrong", $"{caught.Missed} (crash), {wrongCaught.Wrong} wrong",
                    caught is { Outcome: PatchOutcome.Rejected, Missed: 0 } && wrongCaught is { Outcome: PatchOutcome.Rejected, Wrong: 0 },
                    "no quarantine", $"{notCaught.Outcome}, {notCaught.Missed} of {notCaught.Requests} requests failed", notCaught is { Outcome: PatchOutcome.Deployed, Missed: > 100 } && wrongNotCaught.Wrong > 100),
            ]);
    }

    private static string Ms(PatchRun run) => string.Create(CultureInfo.InvariantCulture, $"{run.LongestWaitMs:0} ms");

    private static string Text(PatchRun run) => string.Create(CultureInfo.InvariantCulture,
        $"{(run.Outcome is { } outcome ? $"{outcome}{(run.Complaint is null ? "" : $" ({run.Complaint})")}, " : "")}{run.Missed} of {run.Requests} missed, {run.Wrong} wrong, longest wait {run.LongestWaitMs:0} ms; {run.VersionServed}");
}
