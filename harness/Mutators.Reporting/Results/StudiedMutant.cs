using System.Collections.Immutable;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Mutators.Reporting.Results;

/// <summary>A mutant with what the study asks of it, over all workloads.</summary>
public sealed class StudiedMutant
{
    private readonly ImmutableArray<StudiedRun> runs;

    internal StudiedMutant(MutantResult result, IReadOnlyDictionary<string, GoldenRun> golden, IReadOnlySet<string> withoutMonitors)
    {
        Result = result;
        runs = [.. result.Outcomes.Where(each => each.Outcome.Mode.IsActivated).Select(each => new StudiedRun(result, each.Outcome, golden[each.Outcome.Workload], withoutMonitors))];
        Noticed = runs.SelectMany(run => run.Noticed).ToImmutableHashSet();
    }

    /// <summary>All that is stored of it.</summary>
    public MutantResult Result { get; }

    /// <summary>Its name.</summary>
    public MutantId Id => Result.Mutant.Id;

    /// <summary>The target that it belongs to.</summary>
    public string Target => Result.Mutant.Component;

    /// <summary>Its fault operator.</summary>
    public string Operator => Result.Mutant.Operator;

    /// <summary>What stands for it; null if nothing is known.</summary>
    public FailureMode? Mode => Result.Headline?.Mode;

    /// <summary>Whether some workload activated its fault.</summary>
    public bool IsActivated => Mode is { IsActivated: true };

    /// <summary>Whether something failed.</summary>
    public bool Failed => Mode is { IsFailure: true };

    /// <summary>Its runs under the workloads that activate it.</summary>
    public ImmutableArray<StudiedRun> Runs => runs;

    /// <summary>Who noticed, over all workloads and both rounds.</summary>
    public ImmutableHashSet<Notice> Noticed { get; }

    /// <summary>Whether some run shows a mode, in either round.</summary>
    public bool Shows(FailureMode mode) => runs.Any(run => run.Outcome.Flags.Contains(mode));

    /// <summary>The host was lost.</summary>
    public bool LosesHost => Shows(FailureMode.HostCrash);

    /// <summary>Guests failed that no operation had touched since the fault was first activated.</summary>
    public bool HarmsUnrelated => runs.Any(run => !run.Unrelated.IsEmpty);

    /// <summary>The most guests that failed in one run.</summary>
    public int Guests => runs.Select(run => run.Guests.Length).DefaultIfEmpty().Max();

    /// <summary>Damaged data of which nobody was told.</summary>
    public bool IsSilentDataFailure => runs.Any(run => run.IsSilentDataFailure);

    /// <summary>The strongest detection over all runs that failed.</summary>
    public Detection Detection => runs.Where(run => run.Outcome.Mode.IsFailure).Select(run => run.Detection).DefaultIfEmpty(Detection.None).Min();

    /// <summary>The shortest time from activation to the first notice; null where nobody noticed or nobody knows when.</summary>
    public long? LatencyNs => runs.Select(run => run.LatencyNs).Min();
}

/// <summary>Somebody who noticed something.</summary>
/// <param name="Detection">What kind of somebody.</param>
/// <param name="Name">Its name without the names of guests.</param>
public sealed record Notice(Detection Detection, string Name);

/// <summary>What a mutant did under one workload.</summary>
public sealed class StudiedRun
{
    private const string Create = "xl create ";

    private readonly ImmutableArray<Finding> noticed;

    internal StudiedRun(MutantResult result, Outcome outcome, GoldenRun golden, IReadOnlySet<string> withoutMonitors)
    {
        Outcome = outcome;
        noticed = [.. outcome.Findings.Where(each => each.Detection.IsDetected && !(each.Detection is Detection.Monitor && withoutMonitors.Contains(ClassOf(each.Detector))))];
        Noticed = [.. noticed.Select(each => new Notice(each.Detection, each.Detection is Detection.Monitor or Detection.InvariantCheck ? ClassOf(each.Detector) : "")).Distinct()];
        Detection = noticed.Select(each => each.Detection)
            .Concat(outcome.Findings.Select(each => each.Detection).Where(each => !each.IsDetected))
            .Concat(noticed.Length < outcome.Findings.Length ? [Detection.GoldenDifferenceOnly] : [])
            .DefaultIfEmpty(Detection.None).Min();
        var activatedAt = result.Activations.FirstOrDefault(each => each.Workload == outcome.Workload)?.FirstAt;
        LatencyNs = activatedAt is { } began && noticed.Where(each => each.At >= began).Min(each => each.At) is { } at ? at - began : null;
        (Guests, Unrelated) = Harmed(outcome, golden, activatedAt);
    }

    /// <summary>What is stored of it.</summary>
    public Outcome Outcome { get; }

    /// <summary>Who noticed.</summary>
    public ImmutableArray<Notice> Noticed { get; }

    /// <summary>The strongest of them.</summary>
    public Detection Detection { get; }

    /// <summary>From the first activation to the first notice, in virtual nanoseconds; null where that is not known.</summary>
    public long? LatencyNs { get; }

    /// <summary>The guests that failed.</summary>
    public ImmutableArray<string> Guests { get; }

    /// <summary>Those of them that no operation had touched between the fault's first activation and their failure.</summary>
    public ImmutableArray<string> Unrelated { get; }

    /// <summary>Damaged data of which nobody was told.</summary>
    public bool IsSilentDataFailure => Outcome.Flags.Contains(FailureMode.SilentDataFailure) && !Detection.IsDetected;

    /// <summary>A monitor's name without the guest or host that it looked at: <c>web1 read-back</c> is <c>read-back</c>.</summary>
    public static string ClassOf(string detector) => detector[(detector.LastIndexOf(' ') + 1)..];

    private static (ImmutableArray<string> Guests, ImmutableArray<string> Unrelated) Harmed(Outcome outcome, GoldenRun golden, long? activatedAt)
    {
        var failures = outcome.Findings.Where(each => each.Mode is FailureMode.GuestFailure).GroupBy(each => each.Detector, StringComparer.Ordinal).ToList();
        if (failures.Count == 0)
        {
            return ([], []);
        }

        var unrelated = failures.Where(guest =>
        {
            var harmedAt = guest.Min(each => each.At) ?? long.MaxValue;
            return activatedAt is { } began && golden.Observations.Any(each => each.Name == Create + guest.Key && each.At < began)
                && !golden.Observations.Any(each => each.Kind is ObservationKind.Operation && each.At >= began && each.At <= harmedAt && each.Name.Split(' ').Contains(guest.Key));
        });
        return ([.. failures.Select(each => each.Key)], [.. unrelated.Select(each => each.Key)]);
    }
}
