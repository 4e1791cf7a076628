using System.Globalization;
using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Workloads;

namespace Benchmarks;

/// <summary>
/// Delta executions of drawn mutants: what they cost against the two plain runs that each consists of, and whether any difference is there that the fault did not make.
/// </summary>
internal static class DeltaCost
{
    /// <summary>Seeds under which golden is compared with golden.</summary>
    private const int Seeds = 5;

    /// <summary>The workloads of the case study; a repository without it has its own.</summary>
    private static readonly (string Name, string Domains)[] caseStudy = [("lifecycle", "3"), ("storage", "1"), ("network", "2"), ("migration", "1"), ("mixed", "2"), ("devices", "1")];

    public static int Run(string repository, int mutants)
    {
        var file = ConfigurationFile.Read(Path.Combine(repository, ConfigurationFile.DefaultName));
        var workloads = Directory.Exists(Path.Combine(repository, "samples/XenWorkloads")) ? [.. caseStudy.Select(each => CaseStudy(each.Name, 1, each.Domains))] : file.Workloads;
        var (costs, findings, checkedMutants) = (new List<string>(), new List<string>(), 0);
        var each = (mutants + workloads.Length - 1) / workloads.Length;
        foreach (var workload in workloads)
        {
            var wanted = Math.Min(each, mutants - checkedMutants);
            var share = new WorkloadShare(workload);
            using var bench = Bench.OpenDrawnFromReached(repository, file with { Workloads = [workload] }, wanted);
            share.Check(bench);
            checkedMutants += share.Traced;
            costs.Add(share.CostRow);
            findings.AddRange(share.Findings);
            Console.WriteLine(share.CheckRow);
        }

        Console.WriteLine($"""

            | workload | plain run | delta execution | **ratio to its two plain runs** | of it comparing |
            |---|---|---|---|---|
            {string.Join('\n', costs)}

            {checkedMutants} activated mutants, {findings.Count} findings
            """);
        findings.ForEach(Console.WriteLine);
        return findings.Count == 0 ? 0 : 3;
    }

    private static Workload CaseStudy(string name, int seed, string domains) =>
        new(name, "samples/XenWorkloads", [name, "--seed", seed.ToString(CultureInfo.InvariantCulture), "--domains", domains]) { Rendezvous = ["--rendezvous"] };

    /// <summary>The mutants of one workload.</summary>
    private sealed class WorkloadShare(Workload workload)
    {
        private readonly List<double> _ratios = [];
        private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
        private double _plain;
        private double _delta;
        private double _comparing;

        public int Traced { get; private set; }

        public List<string> Findings { get; } = [];

        public string CostRow => string.Create(
            CultureInfo.InvariantCulture,
            $"| {workload.Name} | {_plain / Math.Max(1, Traced):0.00} s | {_delta / Math.Max(1, Traced):0.00} s | **{_delta / (2 * _plain):0.0}** (median {_ratios.Order().ElementAtOrDefault(_ratios.Count / 2):0.0}, largest {_ratios.DefaultIfEmpty().Max():0.0}) | {_comparing / _delta:P0} |");

        public string CheckRow => $"{workload.Name}: {Traced} traced, {string.Join(", ", _counts.Select(each => $"{each.Value} {each.Key}"))}";

        public void Check(Bench bench)
        {
            var program = bench.Workspace.Programs[0];
            var tracer = bench.Tracer();
            foreach (var branch in bench.Branches)
            {
                TracedMutant traced;
                try
                {
                    traced = tracer.Compile(branch.Id, branch.CommitSha, program, CancellationToken.None);
                }
                catch (UsageException refused)
                {
                    Count($"not traced ({refused.Message.Split(':')[0].Replace(branch.Id.ToString(), "the mutant", StringComparison.Ordinal)})");
                    continue;
                }

                Traced++;
                var began = ProcessorTime.OfChildren();
                RebuildEngine.Execute(program, bench.Configuration.GoldenLimits, CancellationToken.None);
                var plain = (ProcessorTime.OfChildren() - began).TotalSeconds;
                var before = (Own: ProcessorTime.Own(), Children: ProcessorTime.OfChildren());
                var delta = tracer.Run(traced, program, bench.Golden, PropagationMode.Full, null, CancellationToken.None);
                var (own, children) = ((ProcessorTime.Own() - before.Own).TotalSeconds, (ProcessorTime.OfChildren() - before.Children).TotalSeconds);
                _plain += plain;
                _delta += children + own;
                _comparing += own;
                _ratios.Add((children + own) / (2 * plain));
                Judge(branch.Id, delta, bench.Golden);
                var healed = tracer.RunHealed(traced, program, bench.Golden, PropagationMode.Full, CancellationToken.None);
                Require(healed.IsEmpty && healed.Outcome!.Mode is FailureMode.NoImpact, branch.Id, "differs from golden although its fault is undone");
                var isolated = tracer.Run(traced, program, bench.Golden, PropagationMode.Isolated, null, CancellationToken.None);
                Require(!isolated.IsEmpty || delta.IsEmpty, branch.Id, "is empty in isolation and not in full");
                Require(isolated.Infections.Select(each => each.Component).All(delta.Origins.Contains), branch.Id, "infects others in isolation");
                Alone(branch, tracer, traced, program, delta, bench);
            }

            for (var seed = 1; seed <= Seeds && bench.Branches.Count > 0; seed++)
            {
                Again(bench, tracer, program, seed);
            }
        }

        private void Judge(MutantId mutant, Delta delta, GoldenRun golden)
        {
            Count(delta.Reached is null ? "without a site that is probed" : delta.IsEmpty ? "without any difference" : delta.Infections.IsEmpty ? "only late" : delta.Infections.Length == 1 ? "infected one component" : "infected several");
            Require(!delta.DiffersTooEarly, mutant, "differs before its site is reached");
            Require(delta.GoldenOutput.SequenceEqual(golden.Run.Output), mutant, "has a golden side that prints something else than golden alone");
            var isSame = delta.FaultyOutput.SequenceEqual(golden.Run.Output);
            Require(!delta.IsEmpty || isSame, mutant, "prints something else than golden, and nothing was seen to differ");
            Require(isSame || delta.Outcome!.Mode is not FailureMode.NoImpact, mutant, "prints something else than golden, and is said to have no impact");
            foreach (var hidden in delta.Infections.Where(each => !each.IsExplained))
            {
                Require(false, mutant, $"has no message that explains the infection of {hidden.Component}");
            }
        }

        /// <summary>The faulty run by itself, without anybody who looks on.</summary>
        private void Alone(MutantBranch branch, DeltaTracer tracer, TracedMutant traced, WorkloadProgram program, Delta delta, Bench bench)
        {
            var alone = tracer.RunAlone(traced, program, bench.Golden, CancellationToken.None);
            var outcome = OutcomeClassifier.Classify(branch.Id, bench.Golden, alone, RebuildEngine.Name, bench.Configuration.DegradedShare);
            if (delta.End is DeltaEnd.TimedOut)
            {
                Count("ended at a limit");
                return;
            }

            Require(alone.Output.SequenceEqual(delta.FaultyOutput), branch.Id, "prints something else where nobody looks on");
            Require(outcome.Mode == delta.Outcome!.Mode, branch.Id, $"is {delta.Outcome.Mode.Words} in its trace and {outcome.Mode.Words} alone");
        }

        /// <summary>Golden against golden: another seed orders what may come in any order otherwise.</summary>
        private void Again(Bench bench, DeltaTracer tracer, WorkloadProgram program, int seed)
        {
            var at = program.Workload.Arguments.IndexOf("--seed");
            if (at < 0)
            {
                return;
            }

            var other = program with { Workload = program.Workload with { Arguments = program.Workload.Arguments.SetItem(at + 1, seed.ToString(CultureInfo.InvariantCulture)) } };
            var golden = new GoldenRun(other.Workload, RebuildEngine.Execute(other, bench.Configuration.GoldenLimits, CancellationToken.None));
            var delta = tracer.RunHealed(tracer.Compile(bench.Branches[0].Id, bench.Branches[0].CommitSha, other, CancellationToken.None), other, golden, PropagationMode.Full, CancellationToken.None);
            Count("golden against golden");
            Require(delta.IsEmpty && delta.Outcome!.Mode is FailureMode.NoImpact, bench.Branches[0].Id, $"golden differs from golden with seed {seed}");
        }

        private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;

        private void Require(bool holds, MutantId mutant, string otherwise)
        {
            if (!holds)
            {
                Findings.Add($"{mutant} under {workload.Name} {otherwise}");
                Console.WriteLine(Findings[^1]);
            }
        }
    }
}
