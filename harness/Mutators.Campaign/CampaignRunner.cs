using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.CodeAnalysis.Text;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Activation;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Campaign.UnitTests;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign;

/// <summary>
/// Carries out a campaign from source to outcomes: golden, faultload, branches, activation, runs. Whatever is known is in the store at once, so
/// that a campaign that ends at any moment, by whatever cause, goes on where it was.
/// </summary>
/// <param name="repository">The user's repository.</param>
/// <param name="configuration">What to do.</param>
/// <param name="log">Where progress is told.</param>
/// <param name="faultloadFile">The file that names the mutants, already applied to the configuration; null to draw them.</param>
/// <param name="shard">The part of the faultload to run; null for all of it. A shard writes no notes: merging does.</param>
public sealed class CampaignRunner(
    MutantRepository repository, CampaignConfiguration configuration, ILogger log, FaultloadFile? faultloadFile = null, FaultloadShard? shard = null)
{
    /// <summary>Mutants that may fail in a row for a reason that is not theirs, before the campaign gives up: the environment is broken.</summary>
    private const int EnvironmentFailuresInARow = 3;

    /// <summary>Told after each mutant.</summary>
    public event Action<CampaignProgress>? Progressed;

    /// <summary>What the cross-check of the last run found; null if none was asked for.</summary>
    public CrossCheck? CrossChecked { get; private set; }

    /// <summary>Where the time went so far.</summary>
    public CampaignCosts Costs { get; } = new();

    /// <summary>Where mutants are kept, one of <see cref="MutantRepository.RefPrefixes"/>; null for branches, unless they are too many.</summary>
    public string? RefPrefix { get; init; }

    /// <summary>Runs or resumes the campaign.</summary>
    /// <param name="fresh">True begins anew even if the store holds this very campaign.</param>
    /// <param name="cancel">Stops after the run that is under way; the outcomes so far are kept.</param>
    /// <param name="crossCheck">How many outcomes of the reload engine to repeat by the rebuild engine afterwards.</param>
    public CampaignSnapshot Run(bool fresh, CancellationToken cancel, int crossCheck = 0)
    {
        Costs.Begin("load");
        using var workspace = GoldenWorkspace.Open(repository, configuration, log, cancel);
        workspace.RequirePrograms();
        using var store = CampaignStore.Open(repository.EnsureOwnFolder());
        Costs.Begin("draw");
        var (faultload, dismissed) = DrawToResume(workspace, fresh ? null : store, cancel);
        Costs.Begin("ask the compiler");
        var asked = DrawnMutant.Of(faultload, workspace, cancel, shard);
        var drawn = Mine(faultload, asked);
        var identity = Identity(faultload, dismissed);
        if (fresh || !store.Matches(identity) || store.Load().Golden.Length < workspace.Programs.Length)
        {
            Begin(store, identity, workspace, faultload, asked, cancel);
        }
        else
        {
            // The branches may be gone, by clean or by hand: the same input gives the same commits.
            Emit(drawn, cancel);
            var known = store.Load();
            if (known.Mutants.Length < drawn.Length)
            {
                throw new UsageException(
                    $"The campaign here was merged from shards, and {drawn.Length - known.Mutants.Length} of its {drawn.Length} mutants are in none of them.",
                    "Run the shards that are missing and merge again, or begin anew on this machine: dotnet mutators run --fresh");
            }

            log.LogInformation("{Step,-10} {Pending} of {Total} mutants are still to be judged", "resumed", known.Pending, drawn.Length);
        }

        Costs.Begin("judge");
        try
        {
            if (configuration.Engine is CampaignEngine.Reload)
            {
                Reload(workspace).Judge(store, workspace, progress => Progressed?.Invoke(progress), cancel);
            }
            else
            {
                Judge(store, workspace, cancel);
            }

            if (configuration.Residual)
            {
                new ResidualClassification(repository, workspace, configuration, Reload(workspace), log).Classify(store, faultload.Mutants, cancel);
            }
        }
        finally
        {
            if (shard is null)
            {
                repository.WriteNotes(store.Load());
            }
        }

        log.LogInformation("{Step,-10} {Costs}", "spent", Costs.InWords());
        CrossChecked = crossCheck > 0 ? Rebuild(workspace).Compare(store.Load(), crossCheck, workspace, cancel) : null;
        return store.Load();
    }

    /// <summary>Builds golden and runs it twice under each workload; no mutant is made.</summary>
    /// <returns>The targets' project files, and the golden runs.</returns>
    /// <exception cref="UsageException">Golden does not build, does not run, or not twice the same.</exception>
    public (ImmutableArray<string> Targets, ImmutableArray<GoldenRun> Golden) Prove(CancellationToken cancel)
    {
        using var workspace = GoldenWorkspace.Open(repository, configuration, log, cancel);
        workspace.BuildGolden(cancel);
        return ([.. workspace.Targets.Select(target => target.Path)], GoldenRuns(workspace, cancel));
    }

    /// <summary>What a run would do, up to the compiler: nothing is emitted, built or run.</summary>
    /// <returns>The mutants, each with the compiler's first error, or null where it compiles.</returns>
    public ImmutableArray<(Mutant Mutant, string? Error)> Plan(CancellationToken cancel)
    {
        using var workspace = GoldenWorkspace.Open(repository, configuration, log, cancel, isRead: true);
        var faultload = Draw(workspace, Dismissed(), cancel);
        return [.. Mine(faultload, DrawnMutant.Of(faultload, workspace, cancel, shard)).Select(each => (each.Mutant, each.Error))];
    }

    /// <summary>Draws the faultload and emits its branches; builds and runs nothing.</summary>
    public IReadOnlyList<MutantBranch> Emit(CancellationToken cancel)
    {
        using var workspace = GoldenWorkspace.Open(repository, configuration, log, cancel, isRead: true);
        return Emit(DrawnMutant.Of(Draw(workspace, Dismissed(), cancel), workspace, cancel), cancel);
    }

    /// <summary>Runs one mutant again, by its branch, and says what came of it; the store is not changed.</summary>
    public ImmutableArray<Outcome> Repeat(MutantBranch branch, CancellationToken cancel)
    {
        repository.RequireGolden(branch);
        using var workspace = GoldenWorkspace.Open(repository, configuration, log, cancel);
        workspace.BuildGolden(cancel);
        var golden = WithKnownReach(branch, GoldenRuns(workspace, cancel));
        if (configuration.Engine is CampaignEngine.Reload)
        {
            var outcomes = new ConcurrentBag<Outcome>(golden.SelectMany(run => run.Tests?.NotJudged([branch.Id], run.Workload.Name) ?? []));
            var silent = outcomes.Select(outcome => outcome.Workload).ToHashSet(StringComparer.Ordinal);
            var jobs = workspace.Programs.Zip(golden).Where(each => !silent.Contains(each.First.Workload.Name))
                .Select(each => new ReloadJob(branch.Id, branch.CommitSha, each.First, each.Second)).ToList();
            Reload(workspace).Run(jobs, workspace, outcomes.Add, problem => throw new BuildEnvironmentException(problem.Message), cancel);
            return [.. outcomes.OrderBy(outcome => outcome.Workload, StringComparer.Ordinal)];
        }

        var rebuild = Rebuild(workspace);
        return [.. workspace.Programs.Select((program, index) => rebuild.Judge(branch.Id, branch.CommitSha, program, golden[index], cancel))];
    }

    /// <summary>Golden runs of tests, with what the last campaign has found of who reaches the mutant; without it every test counts as one that does.</summary>
    private ImmutableArray<GoldenRun> WithKnownReach(MutantBranch branch, ImmutableArray<GoldenRun> golden)
    {
        if (!CampaignStore.Exists(repository.OwnFolder) || CampaignStore.Read(repository.OwnFolder) is not { } known
            || known.Identity.GoldenCommit != repository.Golden.CommitSha || !known.Mutants.Any(each => each.Mutant.Id == branch.Id && each.Mutant.Commit == branch.CommitSha))
        {
            return golden;
        }

        return [.. golden.Select(run => known.Golden.FirstOrDefault(each => each.Workload.Name == run.Workload.Name) is { Tests: { } tests } stored && tests.Digest == run.Tests?.Digest
            ? new GoldenRun(run.Workload, run.Run with { Output = TestRecord.United(run.Run.Output, [stored.Run.Output]) })
            : run)];
    }

    /// <summary>
    /// A campaign that is there is drawn as it was, without what was dismissed before it began: a decision about one of its mutants is no
    /// reason to run all the others again. A new campaign leaves out all that is dismissed by now.
    /// </summary>
    private (Faultload Faultload, ImmutableArray<MutantId> Dismissed) DrawToResume(GoldenWorkspace workspace, CampaignStore? store, CancellationToken cancel)
    {
        var now = Dismissed();
        if (store?.Identity is { } earlier && earlier.GoldenCommit == repository.Golden.CommitSha && !earlier.Faultload.DismissedIds.SequenceEqual(now))
        {
            var then = earlier.Faultload.DismissedIds;
            var faultload = Draw(workspace, then, cancel);
            if (store.Matches(Identity(faultload, then)))
            {
                return (faultload, then);
            }
        }

        return (Draw(workspace, now, cancel), now);
    }

    /// <summary>The mutants that reviewers have dismissed, in the order of their ids.</summary>
    private ImmutableArray<MutantId> Dismissed() => [.. new DecisionNotes(repository, TimeProvider.System).All().Keys];

    private Faultload Draw(GoldenWorkspace workspace, ImmutableArray<MutantId> dismissed, CancellationToken cancel) =>
        new FaultloadChoice(workspace, configuration, faultloadFile, log, dismissed).Choose(cancel);

    private IReadOnlyList<MutantBranch> Emit(ImmutableArray<DrawnMutant> drawn, CancellationToken cancel)
    {
        var accepted = drawn.Where(each => each.Error is null).Select(each => each.Mutant).ToImmutableArray();
        var prefix = RefPrefix ?? EmissionOptions.PrefixFor(accepted.Length);
        var branches = repository.Emit(accepted, Texts(drawn).GetValueOrDefault!, new EmissionOptions(configuration.Seed, prefix), cancel);
        var rejected = drawn.Where(each => each.Error is not null).CountBy(each => each.Mutant.Id.Operator).OrderBy(each => each.Key, StringComparer.Ordinal).ToList();
        log.LogInformation("{Step,-10} {Count} {Kind}; {Rejected} sites are refused by the compiler{Of}",
            "emitted", branches.Count, prefix == MutantRepository.BranchPrefix ? "branches mutants/<operator>/<hash>" : $"mutants as {prefix}<operator>/<hash>, which git branch does not list", drawn.Length - accepted.Length, rejected.Count == 0 ? "" : $" ({string.Join(", ", rejected.Select(each => $"{each.Key} {each.Value}"))})");
        return branches;
    }

    private static Dictionary<string, SourceText> Texts(ImmutableArray<DrawnMutant> drawn) =>
        drawn.DistinctBy(each => each.Mutant.Path).ToDictionary(each => each.Mutant.Path, each => each.Golden, StringComparer.Ordinal);

    private CampaignIdentity Identity(Faultload faultload, ImmutableArray<MutantId> dismissed) => new(
        repository.Golden.CommitSha,
        repository.Golden.TreeSha,
        configuration.Engine is CampaignEngine.Reload ? ReloadEngine.Name : RebuildEngine.Name,
        JsonSerializer.Serialize(configuration.WithoutResidual),
        FaultloadRecord.Of(faultload, configuration) with { Dismissed = faultloadFile is null ? [.. dismissed.Select(id => id.ToString())] : [] });

    /// <summary>Golden first: as long as it does not run, or not twice the same, no branch is made and no campaign begun.</summary>
    private void Begin(
        CampaignStore store,
        CampaignIdentity identity,
        GoldenWorkspace workspace,
        Faultload faultload,
        ImmutableArray<DrawnMutant> asked,
        CancellationToken cancel)
    {
        var drawn = Mine(faultload, asked);
        Costs.Begin("build");
        workspace.BuildGolden(cancel);
        Costs.Begin("golden");

        // Tests leave a core to the compiler. Programs do not: how long golden takes may matter to what counts as degraded.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var comparing = workspace.Programs.All(program => program.IsTests) ? Task.Run(() => Equivalences(asked, workspace, stop.Token), stop.Token) : null;
        ImmutableArray<GoldenRun> golden = default;
        try
        {
            golden = GoldenRuns(workspace, cancel, isFollowedByCoverage: true);
        }
        finally
        {
            if (golden.IsDefault)
            {
                stop.Cancel();
            }
        }

        Costs.Begin("emit");
        var branches = Emit(drawn, cancel).ToDictionary(branch => branch.Id);
        if (store.Begin(identity, [.. workspace.Programs.Select(program => program.Workload)], shard) is { } archived)
        {
            log.LogInformation("{Step,-10} the earlier campaign is kept in .mutators/{File}", "archived", archived);
        }

        Costs.Begin("compare");
        var same = Of(comparing?.GetAwaiter().GetResult() ?? Equivalences(asked, workspace, cancel), drawn);
        var places = faultload.Mutants.Index().ToDictionary(each => each.Item.Id, each => each.Index + 1);
        var duplicateOf = same.Duplicates.ToDictionary(each => each.Mutant, each => each.Same);
        store.AddMutants([.. drawn.Select(Record)], Texts(drawn).ToDictionary(each => each.Key, each => each.Value.ToString(), StringComparer.Ordinal));
        foreach (var workload in workspace.Programs.Select(program => program.Workload.Name))
        {
            store.Record(
            [
                .. drawn.Where(each => each.Error is not null).Select(each => OutcomeClassifier.BuildReject(each.Mutant.Id, workload, each.Error!)),
                .. same.Equivalent.Select(id => OutcomeClassifier.Equivalent(id, workload)),
                .. same.Duplicates.Select(each => OutcomeClassifier.Duplicate(each.Mutant, workload, each.Same)),
            ]);
        }

        Costs.Begin("activate");
        var takenOut = same.Equivalent.Concat(duplicateOf.Keys).ToHashSet();
        golden = Activate(store, workspace, [.. drawn.Where(each => each.Error is null && !takenOut.Contains(each.Mutant.Id)).Select(each => each.Mutant)], golden, cancel);

        // Last: a campaign whose golden runs are stored is one that has begun in full.
        foreach (var run in golden)
        {
            store.AddGoldenRun(run);
        }

        MutantRecord Record(DrawnMutant each)
        {
            var branch = branches.GetValueOrDefault(each.Mutant.Id);
            return MutantRecord.Of(each.Mutant, each.Golden, branch?.RefName ?? "", branch?.CommitSha ?? "") with
            {
                Ordinal = places[each.Mutant.Id],
                Component = each.Component,
                Stratum = each.Stratum,
                Warnings = each.Warnings,
                SameAs = duplicateOf.TryGetValue(each.Mutant.Id, out var twin) ? twin : null,
            };
        }
    }

    /// <summary>Those of the asked mutants that are to be run here.</summary>
    private ImmutableArray<DrawnMutant> Mine(Faultload faultload, ImmutableArray<DrawnMutant> asked)
    {
        if (shard is null)
        {
            return asked;
        }

        var mine = shard.Of(faultload).Select(mutant => mutant.Id).ToHashSet();
        return [.. asked.Where(each => mine.Contains(each.Mutant.Id))];
    }

    /// <summary>What was found of the mutants that are to be run here.</summary>
    private static TrivialEquivalence Of(TrivialEquivalence found, ImmutableArray<DrawnMutant> drawn)
    {
        var mine = drawn.Select(each => each.Mutant.Id).ToHashSet();
        return new TrivialEquivalence(
            [.. found.Equivalent.Where(mine.Contains)], [.. found.Duplicates.Where(each => mine.Contains(each.Mutant))], [.. found.Rejected.Where(mine.Contains)], found.Errors);
    }

    private TrivialEquivalence Equivalences(ImmutableArray<DrawnMutant> drawn, GoldenWorkspace workspace, CancellationToken cancel)
    {
        if (!configuration.Equivalence)
        {
            return new TrivialEquivalence([], [], []);
        }

        var started = Stopwatch.GetTimestamp();
        var found = DrawnMutant.Equivalences(drawn, workspace, cancel);
        log.LogInformation("{Step,-10} {Equivalent} mutants are equivalent to golden and {Duplicates} to another, for the compiler: not run ({Seconds:0.0} s)",
            "compared", found.Equivalent.Length, found.Duplicates.Length, Stopwatch.GetElapsedTime(started).TotalSeconds);
        if (!found.Rejected.IsEmpty)
        {
            log.LogWarning("{Step,-10} {Count} mutants could not be compared, the first because of {Error}: they are run",
                "warning", found.Rejected.Length, found.Errors.TryGetValue(found.Rejected[0], out var error) ? error : "the compiler");
        }

        return found;
    }

    /// <summary>Golden twice under each workload; of tests once, if they run for the second time with probes.</summary>
    private ImmutableArray<GoldenRun> GoldenRuns(GoldenWorkspace workspace, CancellationToken cancel, bool isFollowedByCoverage = false)
    {
        var runs = ImmutableArray.CreateBuilder<GoldenRun>();
        foreach (var program in workspace.Programs)
        {
            if (program.IsTests)
            {
                var tests = new GoldenTests(configuration, log);
                runs.Add(isFollowedByCoverage ? tests.Run(program, cancel) : tests.RunTwice(program, cancel));
                continue;
            }

            var first = new GoldenRun(program.Workload, RebuildEngine.Execute(program, configuration.GoldenLimits, cancel));
            if (first.WhyUnusable is { } why)
            {
                throw new UsageException(
                    $"No mutant could be judged: {why}.",
                    $"Make it pass without a fault: dotnet run --project {program.Workload.Project} -- {string.Join(' ', program.Workload.Arguments)}",
                    ExitCode.GoldenNotUsable);
            }

            var second = new GoldenRun(program.Workload, RebuildEngine.Execute(program, configuration.GoldenLimits, cancel));
            if (GoldenRun.Compare(first, second) is [var difference, ..])
            {
                throw new UsageException(
                    $"Workload '{program.Workload.Name}' is not repeatable: first '{difference.Golden ?? "(nothing)"}', then '{difference.Mutant ?? "(nothing)"}'.",
                    "Take away what makes it differ: times, random numbers without a seed, unordered output, threads.",
                    ExitCode.GoldenNotUsable);
            }

            log.LogInformation("{Step,-10} golden run of {Workload}: {Observations} observations, repeatable, {Seconds:0.00} s",
                "ok", program.Workload.Name, first.Observations.Length, first.Run.Duration.TotalSeconds);
            runs.Add(first);
        }

        return runs.ToImmutable();
    }

    private ImmutableArray<GoldenRun> Activate(
        CampaignStore store, GoldenWorkspace workspace, ImmutableArray<Mutant> mutants, ImmutableArray<GoldenRun> golden, CancellationToken cancel)
    {
        var instrumented = InstrumentedGolden.Compile(workspace.Targets, mutants, Path.Combine(repository.OwnFolder, "activation"), cancel);
        var known = ImmutableArray.CreateBuilder<GoldenRun>();
        foreach (var (program, reference) in workspace.Programs.Zip(golden))
        {
            if (program.IsTests)
            {
                var (recorded, activations) = new GoldenTests(configuration, log).Cover(program, reference, instrumented, mutants, cancel);
                known.Add(recorded);
                store.AddActivations(activations);
                store.Record([.. recorded.Tests!.NotJudged(mutants.Select(mutant => mutant.Id), program.Workload.Name)]);
                continue;
            }

            known.Add(reference);
            var (run, reached) = instrumented.Run(program.Workload, program.Assembly, configuration.GoldenLimits, cancel);
            if (run.Death is { } death)
            {
                throw new UsageException(
                    $"With probes, workload '{program.Workload.Name}' does not survive: {death}.",
                    "Raise the limit that it meets (memoryMebibytes, outputMebibytes), or take a smaller workload.",
                    ExitCode.GoldenNotUsable);
            }

            if (GoldenRun.Compare(reference, new GoldenRun(program.Workload, run)) is [var difference, ..])
            {
                log.LogWarning("{Step,-10} {Workload} runs differently with probes ('{Golden}', '{Probed}'): every site counts as reached",
                    "warning", program.Workload.Name, difference.Golden, difference.Mutant);
                reached = [.. mutants.Select(mutant => new SiteReach(mutant.Id, 1, null, null))];
            }

            // A site that is reached only after the fault has been taken away is as good as none.
            reached = [.. reached.Where(each => each.FirstAt is not { } at || reference.HealedAt is not { } healed || at < healed)];
            var byMutant = reached.ToDictionary(each => each.Mutant);
            store.AddActivations(
                [.. mutants.Select(mutant => byMutant.TryGetValue(mutant.Id, out var reach)
                    ? new ActivationRecord(mutant.Id, program.Workload.Name, reach.Hits, reach.Order, reach.FirstAt)
                    : new ActivationRecord(mutant.Id, program.Workload.Name, 0))]);
            store.Record([.. mutants.Where(mutant => !byMutant.ContainsKey(mutant.Id)).Select(mutant => OutcomeClassifier.NotActivated(mutant.Id, program.Workload.Name))]);
            log.LogInformation("{Step,-10} {Reached} of {Total} sites by {Workload}", "activated", reached.Length, mutants.Length, program.Workload.Name);
        }

        return known.ToImmutable();
    }

    private void Judge(CampaignStore store, GoldenWorkspace workspace, CancellationToken cancel)
    {
        var snapshot = store.Load();
        var rebuild = Rebuild(workspace);
        var golden = snapshot.Golden.ToDictionary(run => run.Workload.Name, StringComparer.Ordinal);
        var done = 0;
        var failuresInARow = 0;
        foreach (var result in snapshot.Mutants)
        {
            cancel.ThrowIfCancellationRequested();
            var known = result.Outcomes.Select(each => each.Outcome.Workload).ToHashSet(StringComparer.Ordinal);
            var outcomes = result.Outcomes;
            foreach (var program in workspace.Programs.Where(program => !known.Contains(program.Workload.Name)))
            {
                if (new MutantResult(result.Mutant, [], outcomes, []).IsDecided(workspace.Programs.Length, configuration.Matrix))
                {
                    break;
                }

                try
                {
                    var outcome = rebuild.Judge(result.Mutant.Id, result.Mutant.Commit, program, golden[program.Workload.Name], cancel);
                    store.Record(outcome);
                    outcomes = outcomes.Add(new StoredOutcome(outcome, TimesRun: 1));
                    failuresInARow = 0;
                }
                catch (BuildEnvironmentException problem)
                {
                    store.Record(new HarnessError(result.Mutant.Id, program.Workload.Name, problem.Message));
                    if (++failuresInARow == EnvironmentFailuresInARow)
                    {
                        throw new UsageException($"The build fails for a reason that is not the mutants': {problem.Message}", "Mend it, then run the same command again: it resumes.");
                    }
                }
            }

            done++;
            Progressed?.Invoke(new CampaignProgress(
                done, snapshot.Mutants.Length, new MutantResult(result.Mutant, result.Activations, outcomes, result.Errors), WasKnown: known.Count == workspace.Programs.Length));
        }
    }

    private ReloadJudging Reload(GoldenWorkspace workspace)
    {
        var rebuild = Rebuild(workspace);
        return new ReloadJudging(repository, configuration, log, (job, cancel) => rebuild.Judge(job.Mutant, job.Commit, job.Program, job.Golden, cancel));
    }

    private RebuildJudging Rebuild(GoldenWorkspace workspace) => new(new RebuildEngine(workspace.Checkout, workspace.Build), configuration, log);
}

/// <summary>How far a campaign is.</summary>
/// <param name="Done">Mutants judged so far.</param>
/// <param name="Total">Mutants in the faultload.</param>
/// <param name="Result">The mutant judged last.</param>
/// <param name="WasKnown">True if its outcome was known before this run.</param>
public sealed record CampaignProgress(int Done, int Total, MutantResult Result, bool WasKnown);
