using System.Collections.Immutable;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Propagation;

/// <summary>One side of a delta execution: lines that are taken one by one, and how the run ended once there are no more.</summary>
/// <param name="read">Gives the next line; null at the end.</param>
/// <param name="finish">How the run ended; gets the lines that are output.</param>
public sealed class ExecutionSide(Func<string?> read, Func<IEnumerable<string>, WorkloadRun> finish)
{
    /// <summary>A faulty run may flood: a stretch of more steps than that between two observations is taken for endless.</summary>
    private const int LongestStretch = 500_000;

    private readonly List<string> _output = [];

    /// <summary>The steps since the last observation.</summary>
    public List<Rendezvous> Stretch { get; } = [];

    /// <summary>The times that the fault's site was reached since the last observation.</summary>
    public List<SiteReached> Reached { get; } = [];

    /// <summary>The steps so far.</summary>
    public long Told { get; private set; }

    /// <summary>The steps that were told before the fault's site was reached for the first time; null if it was not.</summary>
    public long? ReachedAfter { get; private set; }

    /// <summary>The output so far: all lines but those that only tell of rendezvous.</summary>
    public IReadOnlyList<string> Output => _output;

    /// <summary>The steps did not end.</summary>
    public bool IsFlood { get; private set; }

    /// <summary>There is nothing more to read.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Goes on to the next observation, where the workload itself makes a stop; null at the end.</summary>
    /// <param name="keep">Whether the steps before belong to the same stretch.</param>
    public Observation? Advance(bool keep = false)
    {
        if (!keep)
        {
            Stretch.Clear();
            Reached.Clear();
        }

        while (Stretch.Count < LongestStretch && read() is { } line)
        {
            if (Rendezvous.IsOne(line) && Rendezvous.Parse(line) is { } rendezvous)
            {
                Stretch.Add(rendezvous);
                Told++;
            }
            else if (SiteReached.Parse(line) is { } reached)
            {
                Reached.Add(reached);
                ReachedAfter ??= Told;
            }
            else
            {
                _output.Add(line);
                return ObservationParser.Parse(line);
            }
        }

        IsFlood = Stretch.Count == LongestStretch;
        HasEnded = true;
        return null;
    }

    /// <summary>How the run ended.</summary>
    public WorkloadRun Finish() => IsFlood ? finish(_output) with { End = ProcessEnd.OutputLimit } : finish(_output);
}

/// <summary>
/// Delta execution: the fault-free and the faulty run side by side, compared online at each rendezvous. Giuffrida, Cavallaro and Tanenbaum, "It Wasn't My
/// Fault!"; the definitions are those of docs/delta-execution.md.
/// </summary>
/// <param name="golden">The fault-free side.</param>
/// <param name="faulty">The faulty side.</param>
/// <param name="reference">A whole golden run without an onlooker: what the outcome is judged by.</param>
/// <param name="mode">Whose messages the others hear.</param>
public sealed class DeltaExecution(ExecutionSide golden, ExecutionSide faulty, GoldenRun reference, PropagationMode mode = PropagationMode.Full)
{
    private readonly DeltaComparison _comparison = new(mode);
    private readonly HashSet<string> _origins = new(StringComparer.Ordinal);
    private HashSet<string> _originsBefore = new(StringComparer.Ordinal);
    private Noticed? _noticed;
    private Detected? _detected;
    private SiteReached? _reached;
    private string? _unfinished;
    private long _hits;

    /// <summary>Runs both sides to their end, or until they are equal for good.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="allHits">How often golden reaches the site in all, where that is known: once it has, equal stays equal.</param>
    /// <param name="degradedShare">What share above golden's use counts as degraded.</param>
    public Delta Run(MutantId mutant, long? allHits, double degradedShare)
    {
        while (true)
        {
            var left = golden.Advance();
            var right = AdvanceFaulty(left);
            var parted = left?.Identity != right?.Identity;
            if (parted)
            {
                NoticeIfNew(right);
                ReadToEnd();
            }

            var same = left is not null && right is not null && left.SaysTheSameAs(right);
            if (!parted && !same && right is not null)
            {
                Notice(right);
            }

            var run = parted || left is null ? faulty.Finish() : null;
            if (run?.Death is { } death)
            {
                _noticed ??= new Noticed(death, null, faulty.Stretch.Count, faulty.Told);
            }

            Activate();
            if (run is { End: not ProcessEnd.Exited })
            {
                EndWithFaulty();
            }

            CompareStretch();

            if (_comparison.HasComeBack)
            {
                return EqualAgain(mutant, degradedShare) with { End = _comparison.IsBlocked ? DeltaEnd.Blocked : DeltaEnd.CameBack };
            }

            if (parted || left is null)
            {
                return Result(mutant, run!, degradedShare);
            }

            if (same && _hits > 0 && _hits == allHits && _comparison.IsEqualNow)
            {
                return EqualAgain(mutant, degradedShare);
            }
        }
    }

    /// <summary>Golden has no word for the death of a component: the faulty side's stretch goes on to the observation that both may have.</summary>
    private Observation? AdvanceFaulty(Observation? counterpart)
    {
        var right = faulty.Advance();
        while (right is { Kind: ObservationKind.Component } && right.Identity != counterpart?.Identity)
        {
            Notice(right);
            right = faulty.Advance(keep: true);
        }

        return right;
    }

    /// <summary>The workload itself took another course: what is left of both is one stretch.</summary>
    private void ReadToEnd()
    {
        while (!golden.HasEnded)
        {
            golden.Advance(keep: true);
        }

        while (!faulty.HasEnded)
        {
            NoticeIfNew(faulty.Advance(keep: true));
        }
    }

    /// <summary>
    /// The faulty program itself is no more, and with it the whole of what it simulates: what golden did from then on has no counterpart, and nobody was infected there. Of the step that did not come to its end
    /// nothing is known but that.
    /// </summary>
    private void EndWithFaulty()
    {
        var last = faulty.Stretch is [.., var end] ? end.At : 0;
        var reached = golden.Reached.FirstOrDefault(each => each.At >= last);
        var isPrefix = golden.Stretch.Count >= faulty.Stretch.Count && faulty.Stretch.Zip(golden.Stretch).All(pair => pair.First.TellsTheSameAs(pair.Second));
        if (isPrefix && reached is not null && golden.Stretch.Skip(faulty.Stretch.Count).FirstOrDefault(each => each.Of == reached.Of && each.At >= reached.At) is { } step)
        {
            golden.Stretch.RemoveRange(faulty.Stretch.Count, golden.Stretch.Count - faulty.Stretch.Count);
            golden.Stretch.Add(step.Bare());
            _unfinished = step.Of;
            _comparison.Ran(step.Of);
        }
        else
        {
            golden.Stretch.RemoveAll(each => each.At > last);
        }
    }

    private void NoticeIfNew(Observation? observation)
    {
        if (observation is not null && !reference.Observations.Any(observation.SaysTheSameAs))
        {
            Notice(observation);
        }
    }

    private void Activate()
    {
        _originsBefore = new(_origins, StringComparer.Ordinal);
        foreach (var each in golden.Reached)
        {
            _origins.Add(each.Of);
            _reached ??= each;
            _hits = Math.Max(_hits, each.Hits);
            _comparison.Activated(each.Of);
        }
    }

    /// <summary>Keeps the first observation by which somebody says that something is wrong.</summary>
    private void Notice(Observation observation)
    {
        if (observation is { Kind: ObservationKind.Component } or { Kind: ObservationKind.Monitor or ObservationKind.Invariant, Ok: false } or { Kind: ObservationKind.Operation, Code: not 0 })
        {
            _noticed ??= new Noticed(observation.InWords(), observation.At, faulty.Stretch.Count, faulty.Told);
        }
    }

    /// <summary>The faulty run's first word that something is wrong.</summary>
    /// <param name="By">The observation in words.</param>
    /// <param name="At">When; null where it does not say.</param>
    /// <param name="InStretch">The faulty run's steps before it in this stretch.</param>
    /// <param name="Told">The faulty run's steps before it in all.</param>
    private sealed record Noticed(string By, long? At, int InStretch, long Told);

    /// <summary>
    /// Both have gone on to what they have in common next. Where somebody has noticed on the way, the damage is what it was then: of golden all that it had done by that time counts.
    /// </summary>
    private void CompareStretch()
    {
        if (_noticed is not { } noticed || _detected is not null)
        {
            _comparison.Compare(golden.Stretch, faulty.Stretch);
            return;
        }

        List<Rendezvous> until = [.. faulty.Stretch.Take(noticed.InStretch)];
        var time = noticed.At ?? (until is [.., var last] ? last.At : 0);
        var damage = _comparison.DamageAfter(golden.Stretch.Where(each => each.At <= time), until);
        var activated = _origins.ToHashSet(StringComparer.Ordinal);
        activated.ExceptWith(golden.Reached.Where(each => each.At > time).Select(each => each.Of));
        activated.UnionWith(_originsBefore);
        _comparison.Compare(golden.Stretch, faulty.Stretch, until is [.., var end] ? end : null);
        if (_comparison.Infections is [var first, ..] && first.Step <= _comparison.StepsUntilNoticed)
        {
            activated.Add(first.Component);
        }

        // In a run that ended within the very step of the activation nothing differs before.
        if (activated.Count == 0 && _reached is { Of.Length: > 0 } reached)
        {
            activated.Add(reached.Of);
        }

        _detected = new Detected(noticed.By, noticed.At, _comparison.StepsUntilNoticed, Ordered(activated), damage) { FaultySteps = noticed.Told };
    }

    /// <summary>What follows is golden's: nothing else is left that could make a difference.</summary>
    private Delta EqualAgain(MutantId mutant, double degradedShare)
    {
        var run = reference.Run with { Output = [.. faulty.Output, .. reference.Run.Output.Skip(golden.Output.Count)] };
        return Result(mutant, run, degradedShare) with { End = DeltaEnd.EqualAgain };
    }

    private Delta Result(MutantId mutant, WorkloadRun run, double degradedShare)
    {
        var origins = _comparison.Origins;
        var escaped = _comparison.Messages.Where(each => origins.Contains(each.From) && !origins.Contains(each.To) && each.Change is not MessageChange.Retimed).ToList();
        return new Delta(
            mutant,
            reference.Workload.Name,
            mode,
            _reached,
            _hits,
            _comparison.Steps,
            [.. _comparison.Infections],
            [.. _comparison.Divergent],
            _comparison.DivergentSteps,
            [.. escaped.Take(Delta.KeptMessages)],
            escaped.Count,
            _comparison.Counts,
            _detected,
            _comparison.Damage,
            run.End switch { ProcessEnd.Exited => DeltaEnd.Ended, ProcessEnd.Crashed or ProcessEnd.OutOfMemory => DeltaEnd.Crashed, _ => DeltaEnd.TimedOut },
            RestartSafety.Of(_detected, _comparison.Messages),
            mode is PropagationMode.Isolated ? null : OutcomeClassifier.Classify(mutant, reference, run, Name, degradedShare))
        {
            LateSteps = _comparison.LateSteps,
            Late = [.. _comparison.Late],
            Reaction = _comparison.Reaction,
            Unfinished = _unfinished,
            Origins = Ordered(origins),
            ReachedAfter = golden.ReachedAfter,
            EqualSteps = _comparison.EqualSteps,
            GoldenOutput = [.. golden.Output],
            FaultyOutput = run.Output,
        };
    }

    private static ImmutableArray<string> Ordered(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];

    /// <summary>The engine's name in outcomes.</summary>
    public const string Name = "delta execution";
}
