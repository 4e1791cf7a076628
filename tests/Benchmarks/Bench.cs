using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Outcomes;
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

    public IReadOnlyList<ReloadJob> Jobs => [.. Branches.Select(branch => new ReloadJob(branch.Id, branch.CommitSha, Workspace.Programs[0], Golden))];

    /// <summary>Prepares a repository.</summary>
    /// <param name="root">Its folder.</param>
    /// <param name="configuration">Targets and one workload.</param>
    /// <param name="count">How many mutants, drawn uniformly.</param>
    public static Bench Open(string root, CampaignConfiguration configuration, int count)
    {
        var repository = MutantRepository.Open(root);
        var workspace = GoldenWorkspace.Open(repository, configuration, NullLogger.Instance, CancellationToken.None);
        workspace.BuildGolden(CancellationToken.None);
        var sites = workspace.Sites(CancellationToken.None);
        var drawn = Faultload.Draw(sites, Math.Min(count, sites.Length), 1, SamplingRule.Uniform).Mutants;
        var texts = workspace.Targets.SelectMany(target => target.Sources).DistinctBy(source => source.Path)
            .ToDictionary(source => source.Path, source => source.Tree.GetText(), StringComparer.Ordinal);
        var branches = repository.Emit(drawn, path => texts[path], new EmissionOptions(1));
        var program = workspace.Programs[0];
        var golden = new GoldenRun(program.Workload, RebuildEngine.Execute(program, new CampaignConfiguration().GoldenLimits, CancellationToken.None));
        return new Bench(repository, workspace, configuration, golden, branches);
    }

    public ReloadEngine Engine(int lanes = 0) => new(_repository, Workspace, Configuration, lanes);

    /// <summary>One mutant by the rebuild engine.</summary>
    public (TimeSpan Time, FailureMode Mode) Rebuild(RebuildEngine engine, ReloadJob job)
    {
        var began = Stopwatch.GetTimestamp();
        var built = engine.Prepare(job.Commit, job.Program.Workload.Project, CancellationToken.None);
        var mode = built.Succeeded
            ? OutcomeClassifier.Classify(job.Mutant, Golden, RebuildEngine.Execute(job.Program, Configuration.LimitsFor(Golden.Run.Duration), CancellationToken.None), RebuildEngine.Name).Mode
            : FailureMode.BuildReject;
        return (Stopwatch.GetElapsedTime(began), mode);
    }

    public void Dispose()
    {
        Workspace.Dispose();
        _repository.Dispose();
    }
}
