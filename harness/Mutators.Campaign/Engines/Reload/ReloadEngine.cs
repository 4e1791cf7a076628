using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Projects;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>
/// The fast engine: branches are read from git's objects, many of them compiled at once as bodies beside golden's, and each run is a delta in
/// a warm worker. What that cannot express goes a slower way, and the result says which and why. docs/engines.md explains the choices.
/// </summary>
public sealed class ReloadEngine : IDisposable
{
    /// <summary>The engine's name in campaigns.</summary>
    public const string Name = "reload";

    /// <summary>
    /// Mutants that share the first whole compilation. Each batch is twice as large as the one before, since each begins with new workers, whose code is slow until
    /// the runtime has optimised it.
    /// </summary>
    private const int FirstBatch = 500;

    /// <summary>Mutants that go before, where there are many: their results come while the first whole batch is still compiled.</summary>
    private const int Vanguard = 40;

    /// <summary>Where there are no more than these, one compilation of all is soon done, and costs less.</summary>
    private const int FewMutants = 400;

    /// <summary>Mutants that share a compilation at most, in a project of ordinary size: the trees that a campaign of any length holds are bounded.</summary>
    private const int LargestBatch = 2000;

    /// <summary>
    /// Lines of golden per mutant of the largest batch. A line of golden then costs a batch as much as twenty lines of a variant cost it, and a
    /// variant is about that long: golden's part is half of the compilation at most.
    /// </summary>
    private const int LinesPerMutant = 20;

    /// <summary>Mutants, each in an assembly of its own, for which a worker is begun.</summary>
    private const int FewestForWorker = 3;

    private readonly IReadOnlyList<TargetProject> _targets;
    private readonly CampaignConfiguration _configuration;
    private readonly BranchSources _sources;
    private readonly string _directory;
    private readonly string _root;
    private readonly Dictionary<string, string> _goldenFolders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _unusable = new(StringComparer.Ordinal);
    private readonly HashSet<string> _quickened = new(StringComparer.Ordinal);
    private readonly Dictionary<WorkloadProgram, Exercise> _exercises = [];
    private readonly int _lanes;
    private Func<ReloadJob, bool> _isWanted = _ => true;
    private readonly int _largestBatch;

    /// <param name="repository">Where the branches are.</param>
    /// <param name="workspace">Golden, built.</param>
    /// <param name="configuration">The limits.</param>
    /// <param name="lanes">Workers at a time; 0 for one on each core.</param>
    /// <param name="programs">The programs of its jobs; null for the workloads'.</param>
    public ReloadEngine(MutantRepository repository, GoldenWorkspace workspace, CampaignConfiguration configuration, int lanes = 0, IReadOnlyList<WorkloadProgram>? programs = null)
    {
        _targets = workspace.Targets;
        _configuration = configuration;
        _sources = new BranchSources(repository, _targets);
        _directory = Path.Combine(repository.OwnFolder, "reload");
        _root = workspace.Checkout.Directory;
        _lanes = lanes > 0 ? lanes : Environment.ProcessorCount;
        _largestBatch = Math.Max(LargestBatch, _targets.Sum(target => target.Sources.Sum(source => source.Tree.GetText().Lines.Count)) / LinesPerMutant);
        ProgramFolder.Delete(_directory);
        foreach (var program in programs ?? workspace.Programs)
        {
            // What lies in the checkout is a mutant's as soon as the rebuild engine has had its turn.
            var folder = Path.Combine(_directory, "golden", _goldenFolders.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (_goldenFolders.TryAdd(program.Assembly, folder))
            {
                _quickened.Add(program.Assembly);
                ProgramFolder.Copy(Path.GetDirectoryName(program.Assembly)!, folder);
            }
        }
    }

    /// <summary>Where the time went so far.</summary>
    public LaneStatistics Statistics { get; } = new();

    /// <summary>Runs jobs, the next batch being compiled while one is run.</summary>
    /// <param name="jobs">The jobs; those of one mutant stand together.</param>
    /// <param name="done">Takes each result; one call at a time, from any thread.</param>
    /// <param name="cancel">Ends the runs that are under way.</param>
    /// <param name="isWanted">
    /// Asked when the programs before it have run a mutant: whether a job still has to be run, by what they have found. Null if all have to.
    /// </param>
    public void Run(IReadOnlyList<ReloadJob> jobs, Action<ReloadResult> done, CancellationToken cancel, Func<ReloadJob, bool>? isWanted = null)
    {
        _isWanted = isWanted ?? (_ => true);
        var batches = Batches(jobs.Select(job => job.Commit)).ToList();
        var byCommit = jobs.ToLookup(job => job.Commit, StringComparer.Ordinal);
        var gate = new Lock();
        void Done(ReloadResult result)
        {
            lock (gate)
            {
                done(result);
            }
        }

        var next = batches.Count > 0 ? Prepare(batches[0], cancel) : null;
        for (var i = 0; i < batches.Count; i++)
        {
            using var batch = next!.GetAwaiter().GetResult();
            next = i + 1 < batches.Count ? Prepare(batches[i + 1], cancel) : null;
            Execute(batch, [.. batches[i].SelectMany(commit => byCommit[commit])], i, Done, cancel);
        }
    }

    /// <summary>Commits, each once, in the batches in which they are compiled.</summary>
    public IEnumerable<string[]> Batches(IEnumerable<string> commits)
    {
        var distinct = commits.Distinct().ToArray();
        var at = distinct.Length > FewMutants ? Vanguard : 0;
        if (at > 0)
        {
            yield return distinct[..at];
        }

        var size = FirstBatch;
        while (at < distinct.Length)
        {
            // A rest that is small beside a batch costs less in it than by itself.
            var count = distinct.Length - at <= size + size / 2 ? distinct.Length - at : size;
            yield return distinct[at..(at + count)];
            at += count;
            size = Math.Min(2 * size, _largestBatch);
        }
    }

    /// <summary>Reads and compiles a batch without running anything: what compilation alone costs.</summary>
    /// <returns>How many branches have a delta, and how many have not.</returns>
    public (int Deltas, int Refused) CompileOnly(IReadOnlyList<string> commits, CancellationToken cancel)
    {
        using var batch = Batch.Prepare(_sources, _targets, commits, cancel);
        var deltas = batch.Mutants.Values.Count(mutant => mutant.NoDelta is null);
        return (deltas, batch.Mutants.Count - deltas);
    }

    /// <summary>Runs one job by itself: the whole target compiled with the mutant in it, without ticks, in a process of its own. What a delta must be equal to.</summary>
    public ReloadResult RunWhole(ReloadJob job, CancellationToken cancel)
    {
        const string Why = "asked for";
        return _sources.Read(job.Commit, out var refusal) is { } trees
            ? new WholeEmission(_goldenFolders, Path.Combine(_directory, "whole"), _root, ExerciseOf).Run(job, trees, Why, lane: null, cancel)
            : new ReloadResult(job, ReloadWay.Rebuild(refusal!), null);
    }

    /// <inheritdoc/>
    public void Dispose() => ProgramFolder.Delete(_directory);

    private Task<Batch> Prepare(string[] commits, CancellationToken cancel) => Task.Factory.StartNew(
        () =>
        {
            var (began, cpu) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
            var batch = Batch.Prepare(_sources, _targets, commits, cancel);
            Statistics.AddPreparation(Stopwatch.GetElapsedTime(began), Process.GetCurrentProcess().TotalProcessorTime - cpu);
            return batch;
        },
        cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Execute(Batch batch, ReloadJob[] jobs, int number, Action<ReloadResult> done, CancellationToken cancel)
    {
        foreach (var program in jobs.ToLookup(job => job.Program))
        {
            var group = program.Where(_isWanted).GroupBy(job => job.Program).SingleOrDefault();
            if (group is null)
            {
                continue;
            }

            if (WhyUnusable(group.Key) is { } unusable)
            {
                foreach (var job in group)
                {
                    done(new ReloadResult(job, ReloadWay.Rebuild(unusable), null));
                }

                continue;
            }

            var folder = Path.Combine(_directory, $"{number}-{group.Key.Workload.Name}");
            var stage = Set(folder, group.Key, batch);
            bool HasDelta(ReloadJob job) => batch.Mutants[job.Commit] is { NoDelta: null } mutant && stage.Holds(mutant);

            // Before the first mutant that needs assemblies of its own, golden is run in such: the others do not wait for that.
            var warm = new ConcurrentQueue<ReloadJob>(group.Where(HasDelta).OrderBy(job => ExerciseOf(job).WhyAlone(job) is not null));
            var slow = new ConcurrentQueue<(ReloadJob Job, string Why)>(group.Where(job => !HasDelta(job)).Select(job => (job, batch.Mutants[job.Commit].NoDelta ?? "the program does not use its assembly")));
            var golden = ExerciseOf(group.First()).FirstFor(warm);
            var first = Lane(0);
            if (!warm.IsEmpty && first.WhyUnusable(cancel) is not null && _quickened.Remove(group.Key.Assembly))
            {
                // A program may be able to tell that a part of it is optimised; as it was built it must be golden.
                first.Dispose();
                stage = Set(folder, group.Key, batch);
                first = Lane(0);
                _unusable[group.Key.Assembly] = first.WhyUnusable(cancel);
            }

            InLanes(ExerciseOf(group.First()).LanesFor([.. group], _lanes), lane =>
            {
                using var worker = lane == 0 ? first : Lane(lane);
                worker.Run(warm, result => Take(result, slow, done), cancel);
                var emission = new WholeEmission(_goldenFolders, Path.Combine(_directory, $"emit-{lane}"), _root, ExerciseOf);
                while (slow.TryDequeue(out var each))
                {
                    // To begin a worker for a few costs more than their processes.
                    done(batch.Mutants[each.Job.Commit] is { NoEmission: null, Trees: { } trees }
                        ? emission.Run(each.Job, trees, each.Why, worker.IsWarm || slow.Count + 1 >= FewestForWorker ? worker : null, cancel)
                        : new ReloadResult(each.Job, ReloadWay.Rebuild(batch.Mutants[each.Job.Commit].NoEmission ?? each.Why), null));
                }
            });
            ProgramFolder.Delete(folder);

            WorkerLane Lane(int lane) =>
                new(stage, ExerciseOf(group.First()), golden, batch, $"{folder}-{lane}", Statistics);
        }
    }

    private Exercise ExerciseOf(ReloadJob job)
    {
        lock (_exercises)
        {
            return _exercises.TryGetValue(job.Program, out var exercise) ? exercise : _exercises[job.Program] = Exercise.For(job.Program, job.Golden, _configuration);
        }
    }

    private Stage Set(string folder, WorkloadProgram program, Batch batch) =>
        Stage.Set(folder, _goldenFolders[program.Assembly], program, batch, _quickened.Contains(program.Assembly));

    private string? WhyUnusable(WorkloadProgram program)
    {
        if (!_unusable.TryGetValue(program.Assembly, out var why))
        {
            _unusable.Add(program.Assembly, why = Stage.WhyUnsuited(Path.Combine(_goldenFolders[program.Assembly], Path.GetFileName(program.Assembly))));
        }

        return why;
    }

    /// <summary>A job that a lane could not run as a delta after all takes the next way.</summary>
    private static void Take(ReloadResult result, ConcurrentQueue<(ReloadJob, string)> slow, Action<ReloadResult> done)
    {
        if (result is { Run: null, CompileError: null, Way: { Why: { } why } way } && way.Name != RebuildEngine.Name)
        {
            slow.Enqueue((result.Job, why));
        }
        else
        {
            done(result);
        }
    }

    private static void InLanes(int lanes, Action<int> work)
    {
        var problems = new ConcurrentQueue<ExceptionDispatchInfo>();
        var threads = Enumerable.Range(0, lanes).Select(lane => new Thread(() =>
        {
            try
            {
                work(lane);
            }
            catch (Exception problem) when (problem is not OutOfMemoryException)
            {
                // Carried to the caller's thread, where it is thrown.
                problems.Enqueue(ExceptionDispatchInfo.Capture(problem));
            }
        }) { Name = $"lane {lane}" }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (problems.TryDequeue(out var first))
        {
            first.Throw();
        }
    }
}
