using System.Collections.Immutable;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Outcomes;

/// <summary>
/// The evidence of a run in two rounds: in the first the fault is active, in the second it is gone and what it has left behind is not. What fails
/// in the second only was an inconsistent state that manifested later. A workload that never heals has a first round and no second.
/// </summary>
internal sealed class Rounds
{
    private Rounds(ImmutableArray<Finding> first, ImmutableArray<Finding>? second)
    {
        Findings = [.. first, .. second ?? []];
        var now = Modes(first);
        var later = Modes(second ?? []);
        Second = second is null ? null : later.FirstOrDefault(FailureMode.NoImpact);
        IsLatent = !now.Exists(mode => mode.IsFailure) && later.Exists(mode => mode.IsFailure);

        // Damaged data are what they are, whenever they are found; everything else that appears later was a wrong state before.
        var isState = IsLatent && later.Exists(mode => mode.IsFailure && mode is not FailureMode.SilentDataFailure);
        var all = now.Concat(later).Distinct().Order().ToList();
        Flags = isState ? [FailureMode.InconsistentState, .. all.Where(mode => mode is not FailureMode.InconsistentState)]
            : now.Exists(mode => mode.IsFailure) ? [.. now, .. later.Except(now)]
            : all.Count > 0 ? [.. all]
            : [FailureMode.NoImpact];
    }

    /// <summary>The evidence of both rounds.</summary>
    public ImmutableArray<Finding> Findings { get; }

    /// <summary>The modes that apply, the headline first.</summary>
    public ImmutableArray<FailureMode> Flags { get; }

    /// <summary>The first mode of the second round; null if there was none.</summary>
    public FailureMode? Second { get; }

    /// <summary>The observation that decided, in words; null if nothing happened.</summary>
    public string? Reason => IsLatent
        ? Findings.Where(each => each.Round == 2 && each.Mode.IsFailure).OrderBy(each => each.Mode).Select(each => $"after the fault was taken away: {each.Reason}").First()
        : Findings.OrderBy(each => each.Round).FirstOrDefault(each => each.Mode == Flags[0])?.Reason;

    private bool IsLatent { get; }

    public static Rounds Of(GoldenRun golden, WorkloadRun run, ImmutableArray<Observation> observations, double degradedShare, bool isHealed)
    {
        var goldenEnd = EndOfFirst(golden.Observations);
        var mutantEnd = EndOfFirst(observations);
        if (goldenEnd == golden.Observations.Length)
        {
            return new Rounds(new Findings(golden, run, Alignment.Of(golden.Observations, observations), 1, isLast: true, wasSignalled: false, degradedShare).All, null);
        }

        var reachesSecond = mutantEnd < observations.Length;
        var first = new Findings(
            golden, run, Alignment.Of(golden.Observations[..goldenEnd], observations[..mutantEnd]), 1, isLast: !reachesSecond, wasSignalled: false, degradedShare);
        if (!reachesSecond || !isHealed)
        {
            return new Rounds(first.All, null);
        }

        var second = new Findings(
            golden, run, Alignment.Of(golden.Observations[goldenEnd..], observations[mutantEnd..]), 2, isLast: true, wasSignalled: first.IsSignalled, degradedShare);
        return new Rounds(first.All, second.All);
    }

    /// <summary>The observations before the one that says that the fault is gone; all if there is none.</summary>
    private static int EndOfFirst(ImmutableArray<Observation> observations)
    {
        for (var i = 0; i < observations.Length; i++)
        {
            if (observations[i].IsHealing)
            {
                return i;
            }
        }

        return observations.Length;
    }

    private static List<FailureMode> Modes(IEnumerable<Finding> findings) => [.. findings.Select(each => each.Mode).Distinct().Order()];
}
