using System.Collections.Immutable;
using System.Globalization;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Workloads;

namespace Benchmarks;

/// <summary>
/// Delta executions of one workload's mutants, each checked for differences that the fault did not make, against the plain runs that it consists of.
/// </summary>
/// <param name="bench">Golden, built.</param>
/// <param name="share">The workload with its golden run.</param>
internal sealed class DeltaChecks(Bench bench, BenchShare share)
{
    private const int PlainRuns = 3;

    private readonly DeltaTracer _tracer = bench.Tracer();
    private readonly SortedSet<string> _findings = new(StringComparer.Ordinal);
    private double _plainGolden;

    public string Workload => share.Program.Workload.Name;

    /// <summary>Traces a mutant in every way and says what does not hold.</summary>
    public DeltaCheck Check(MutantBranch branch)
    {
        _findings.Clear();
        TracedMutant traced;
        try
        {
            traced = _tracer.Compile(branch.Id, branch.CommitSha, share.Program, CancellationToken.None);
        }
        catch (UsageException refused)
        {
            return Result(branch.Id.ToString(), $"not traced ({refused.Message.Split(':')[0].Replace(branch.Id.ToString(), "the mutant", StringComparison.Ordinal)})", 0, 0, 0);
        }

        var before = (Own: ProcessorTime.Own(), Children: ProcessorTime.OfChildren());
        var delta = _tracer.Run(traced, share.Program, share.Golden, PropagationMode.Full, null, CancellationToken.None);
        var (own, children) = ((ProcessorTime.Own() - before.Own).TotalSeconds, (ProcessorTime.OfChildren() - before.Children).TotalSeconds);
        Judge(delta);
        var plain = PlainGolden() + Alone(branch, traced, delta);
        Healed(traced);
        var isolated = _tracer.Run(traced, share.Program, share.Golden, PropagationMode.Isolated, null, CancellationToken.None);
        Require(!isolated.IsEmpty || delta.IsEmpty, "is empty in isolation and not in full");
        return Result(branch.Id.ToString(), What(delta), plain, children + own, own);
    }

    /// <summary>
    /// Golden against golden, both with this seed of the workload, and with other neutral choices on each side: a run has nothing in it that differs from run to run, and no order that components
    /// may run in makes a difference.
    /// </summary>
    public DeltaCheck Again(MutantBranch any, int seed)
    {
        _findings.Clear();
        var at = share.Program.Workload.Arguments.IndexOf("--seed");
        var text = seed.ToString(CultureInfo.InvariantCulture);
        var other = share.Program with { Workload = share.Program.Workload with { Arguments = share.Program.Workload.Arguments.SetItem(at + 1, text) } };
        var golden = new GoldenRun(other.Workload, RebuildEngine.Execute(other, bench.Configuration.GoldenLimits, CancellationToken.None));
        var delta = _tracer.RunReordered(_tracer.Compile(any.Id, any.CommitSha, other, CancellationToken.None), other, golden, seed, CancellationToken.None);
        Require(delta.IsEmpty && delta.Outcome!.Mode is FailureMode.NoImpact, $"golden differs from golden with seed {seed} and other neutral choices");
        Require(delta.EqualSteps is not null, $"golden and golden with seed {seed} run in the same order, so that no neutral choice was made");
        return Result($"seed {text}", "golden against golden", 0, 0, 0);
    }

    private DeltaCheck Result(string mutant, string what, double plain, double delta, double comparing) =>
        new("", Workload, mutant, what, plain, delta, comparing, [.. _findings]);

    private static string What(Delta delta) =>
        delta.Reached is null ? "without a site that is probed"
        : delta.IsEmpty ? "without any difference"
        : delta.Infections.IsEmpty ? "only late"
        : delta.Infections.Length == 1 ? "infected one component" : "infected several";

    /// <summary>Golden's plain run in seconds of processor time: the median of some, measured once.</summary>
    private double PlainGolden()
    {
        if (_plainGolden == 0)
        {
            _plainGolden = Enumerable.Range(0, PlainRuns).Select(_ =>
            {
                var began = ProcessorTime.OfChildren();
                RebuildEngine.Execute(share.Program, bench.Configuration.GoldenLimits, CancellationToken.None);
                return (ProcessorTime.OfChildren() - began).TotalSeconds;
            }).Order().ElementAt(PlainRuns / 2);
        }

        return _plainGolden;
    }

    private void Judge(Delta delta)
    {
        Require(!delta.DiffersTooEarly, "differs before its site is reached");
        Require(delta.GoldenOutput.SequenceEqual(share.Golden.Run.Output), "has a golden side that prints something else than golden alone");
        var isSame = delta.FaultyOutput.SequenceEqual(share.Golden.Run.Output);
        Require(!delta.IsEmpty || isSame, "prints something else than golden, and nothing was seen to differ");
        Require(isSame || delta.Outcome!.Mode is not FailureMode.NoImpact || SaysTheSame(delta.FaultyOutput, share.Golden.Run.Output), "prints something else than golden, and is said to have no impact");
        foreach (var hidden in delta.Infections.Where(each => !each.IsExplained))
        {
            Require(false, $"has no message that explains the infection of {hidden.Component}");
        }
    }

    /// <summary>
    /// A fault that did no harm may have changed when things happen, and with it the run's course, of which the last line is the fingerprint. An outcome looks no further than
    /// to where the fault should have been taken away.
    /// </summary>
    private static bool SaysTheSame(ImmutableArray<string> faulty, ImmutableArray<string> golden)
    {
        var healing = golden.ToList().FindIndex(line => ObservationParser.Parse(line) is { IsHealing: true });
        var (left, right) = healing < 0 || healing >= faulty.Length ? (faulty, golden) : (faulty[..(healing + 1)], golden[..(healing + 1)]);
        return SaysTheSameThroughout(left, right);
    }

    private static bool SaysTheSameThroughout(ImmutableArray<string> faulty, ImmutableArray<string> golden) =>
        faulty.Length == golden.Length && faulty[..^1].Zip(golden[..^1]).All(pair =>
            pair.First == pair.Second || (ObservationParser.Parse(pair.First) is { } said && ObservationParser.Parse(pair.Second) is { } expected && said.SaysTheSameAs(expected)));

    /// <summary>The faulty run by itself, without anybody who looks on; its seconds of processor time.</summary>
    private double Alone(MutantBranch branch, TracedMutant traced, Delta delta)
    {
        var began = ProcessorTime.OfChildren();
        var alone = _tracer.RunAlone(traced, share.Program, share.Golden, CancellationToken.None);
        var seconds = (ProcessorTime.OfChildren() - began).TotalSeconds;
        if (delta.End is not DeltaEnd.TimedOut)
        {
            var outcome = OutcomeClassifier.Classify(branch.Id, share.Golden, alone, RebuildEngine.Name, bench.Configuration.DegradedShare);
            Require(PrintsTheSame(alone, delta.FaultyOutput), "prints something else where nobody looks on");
            Require(outcome.Mode == delta.Outcome!.Mode, $"is {delta.Outcome.Mode.Words} in its trace and {outcome.Mode.Words} alone");
        }

        return seconds;
    }

    /// <summary>What brings a host back is tried only where nobody looks on, after everything else; it goes on with the fingerprint of the run's course, which is the last line.</summary>
    private static bool PrintsTheSame(WorkloadRun run, ImmutableArray<string> told)
    {
        // Where nobody looks on the case study prints at its end: a crash of the program itself takes all of that along.
        var alone = run.Output;
        if (run.End is ProcessEnd.Crashed && alone.IsEmpty)
        {
            return true;
        }

        var recovery = alone.ToList().FindIndex(line => ObservationParser.Parse(line) is { Kind: ObservationKind.Recovery });
        return recovery < 0 ? alone.SequenceEqual(told) : alone[..recovery].SequenceEqual(told[..^1]);
    }

    /// <summary>
    /// With its fault undone a mutant has to be golden: byte for byte, or else in what it does. Since golden's text is put back this says that what a mutant goes through (replaced trees, an image of its own) leaves nothing
    /// behind, and that to look on makes no difference; it says nothing of the fault.
    /// </summary>
    private void Healed(TracedMutant traced)
    {
        if (!traced.IsGoldenWithoutItsFault())
        {
            var healed = _tracer.RunHealed(traced, share.Program, share.Golden, PropagationMode.Full, CancellationToken.None);
            Require(healed.IsEmpty && healed.Outcome!.Mode is FailureMode.NoImpact, "differs from golden although its fault is undone");
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _findings.Add(otherwise);
        }
    }
}
