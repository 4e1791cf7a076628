using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Activation;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Workloads;

namespace Benchmarks;

/// <summary>A repository with golden built and run, and its mutants as branches.</summary>
internal sealed class Bench : IDisposable
{
    private readonly MutantRepository _repository;

    private Bench(MutantRepository repository, GoldenWorkspace workspace, CampaignConfiguration configuration, GoldenRun golden, IReadOnlyList<MutantBranch> branches)
    {
        _repository = repository;
        Workspace = workspace;
        Configuration = configuration;
        Golden = golden;
        Branches = branches;
    }

    public GoldenWorkspace Workspace { get; }

    public CampaignConfiguration Configuration { get; }

    public GoldenRun Golden { get; }

    public IReadOnlyList<MutantBranch> Branches { get; }

    /// <summary>The workloads with their own mutants, where these were drawn for each.</summary>
    public IReadOnlyList<BenchShare> Shares { get; private set; } = [];

    public IReadOnlyList<ReloadJob> Jobs => [.. Branches.Select(branch => new ReloadJob(branch.Id, branch.CommitSha, Workspace.Programs[0], Golden))];

    /// <summary>Prepares a repository.</summary>
    /// <param name="root">Its folder.</param>
    /// <param name="configuration">Targets and one workload.</param>
    /// <param name="count">How many mutants, drawn uniformly.</param>
    public static Bench Open(string root, CampaignConfiguration configuration, int count) =>
        Open(root, configuration, (_, sites) => Faultload.Draw(sites, Math.Min(count, sites.Length), 1, SamplingRule.Uniform).Mutants);

    /// <summary>Prepares a repository with so many mutants of each operator, of those whose sites the workload reaches.</summary>
    public static Bench OpenReached(string root, CampaignConfiguration configuration, int ofEach) => Open(root, configuration, (workspace, sites) =>
    {
        var isReached = Reached(workspace, sites, configuration);
        return
        [
            .. sites.Where(site => isReached.Contains(site.Id)).GroupBy(site => site.Operator).OrderBy(group => group.Key.Definition.Id, StringComparer.Ordinal)
                .SelectMany(group => Faultload.Draw([.. group], Math.Min(ofEach, group.Count()), configuration.Seed, SamplingRule.Uniform).Mutants),
        ];
    });

    /// <summary>Prepares a repository with so many mutants for each workload, drawn uniformly from those whose sites it reaches.</summary>
    public static Bench OpenDrawnFromReached(string root, CampaignConfiguration configuration, int ofEach)
    {
        var drawn = new List<ImmutableArray<MutantId>>();
        var bench = Open(root, configuration, (workspace, sites) =>
        {
            var golden = Instrumented(workspace, sites);
            var faultload = ImmutableArray.CreateBuilder<Mutant>();
            foreach (var (index, program) in workspace.Programs.Index())
            {
                var isReached = Reached(golden, program, configuration);
                ImmutableArray<Mutant> reached = [.. sites.Where(site => isReached.Contains(site.Id))];
                var mutants = Faultload.Draw(reached, Math.Min(ofEach, reached.Length), configuration.Seed + (ulong)index, SamplingRule.Uniform).Mutants;
                drawn.Add([.. mutants.Select(mutant => mutant.Id)]);
                faultload.AddRange(mutants);
            }

            return [.. faultload.DistinctBy(mutant => mutant.Id)];
        });
        var branches = bench.Branches.ToDictionary(branch => branch.Id);
        bench.Shares =
        [
            .. bench.Workspace.Programs.Zip(drawn).Select(each => new BenchShare(
                each.First,
                new GoldenRun(each.First.Workload, RebuildEngine.Execute(each.First, configuration.GoldenLimits, CancellationToken.None)),
                [.. each.Second.Select(id => branches[id])])),
        ];
        return bench;
    }

    private static HashSet<MutantId> Reached(GoldenWorkspace workspace, ImmutableArray<Mutant> sites, CampaignConfiguration configuration) =>
        Reached(Instrumented(workspace, sites), workspace.Programs[0], configuration);

    private static InstrumentedGolden Instrumented(GoldenWorkspace workspace, ImmutableArray<Mutant> sites) =>
        InstrumentedGolden.Compile(workspace.Targets, sites, Path.Combine(workspace.Repository.OwnFolder, "activation"), CancellationToken.None);

    private static HashSet<MutantId> Reached(InstrumentedGolden golden, WorkloadProgram program, CampaignConfiguration configuration) =>
        golden.Run(program.Workload, program.Assembly, configuration.GoldenLimits, CancellationToken.None).Item2.Select(each => each.Mutant).ToHashSet();

    public DeltaTracer Tracer() => new(_repository, Workspace, Configuration);

    private static Bench Open(string root, CampaignConfiguration configuration, Func<GoldenWorkspace, ImmutableArray<Mutant>, ImmutableArray<Mutant>> draw)
    {
        var repository = MutantRepository.Open(root);
        var workspace = GoldenWorkspace.Open(repository, configuration, NullLogger.Instance, CancellationToken.None);
        workspace.BuildGolden(CancellationToken.None);
        var sites = workspace.Sites(CancellationToken.None);
        var drawn = draw(workspace, sites);
        var texts = workspace.Targets.SelectMany(target => target.Sources).DistinctBy(source => source.Path)
            .ToDictionary(source => source.Path, source => source.Tree.GetText(), StringComparer.Ordinal);
        var branches = repository.Emit(drawn, path => texts[path], new EmissionOptions(1));
        var program = workspace.Programs[0];
        var golden = new GoldenRun(program.Workload, RebuildEngine.Execute(program, new CampaignConfiguration().GoldenLimits, CancellationToken.None));
        return new Bench(repository, workspace, configuration, golden, branches);
    }

    public ReloadEngine Engine(int lanes = 0) => new(_repository, Workspace, Configuration, lanes);

    /// <summary>What a result of the reload engine means; null where it is left to the rebuild engine.</summary>
    public Outcome? OutcomeOf(ReloadResult result) =>
        result.Run is { } run ? OutcomeClassifier.Classify(result.Job.Mutant, Golden, run, result.Way.ToString(), Configuration.DegradedShare)
        : result.CompileError is { } error ? OutcomeClassifier.BuildReject(result.Job.Mutant, Golden.Workload.Name, error)
        : null;

    /// <summary>One mutant by the rebuild engine.</summary>
    public (TimeSpan Time, Outcome Outcome) Rebuild(RebuildEngine engine, ReloadJob job)
    {
        var began = Stopwatch.GetTimestamp();
        var built = engine.Prepare(job.Commit, job.Program, CancellationToken.None);
        var outcome = built.Succeeded
            ? OutcomeClassifier.Classify(
                job.Mutant, Golden, RebuildEngine.Execute(job.Program, Configuration.LimitsFor(Golden.Run.Duration), CancellationToken.None), RebuildEngine.Name, Configuration.DegradedShare)
            : OutcomeClassifier.BuildReject(job.Mutant, Golden.Workload.Name, built.CompileErrors.FirstOrDefault() ?? throw new InvalidOperationException(built.OtherErrors[0]));
        return (Stopwatch.GetElapsedTime(began), outcome);
    }

    public void Dispose()
    {
        Workspace.Dispose();
        _repository.Dispose();
    }
}

/// <summary>A workload, its golden run, and the mutants that were drawn for it.</summary>
internal sealed record BenchShare(WorkloadProgram Program, GoldenRun Golden, IReadOnlyList<MutantBranch> Branches);
