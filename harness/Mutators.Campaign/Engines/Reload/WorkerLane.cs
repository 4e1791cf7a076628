using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection.Metadata;
using Mutators.Agent;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Projects;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>
/// One core's share of a batch under one workload: takes jobs, runs each as a delta in a warm worker, and sees to it that no run inherits
/// anything from one before. An outcome counts only after the same worker has reproduced golden; where it does not, the worker is replaced
/// and everything since its last good check is run again, each job with a check of its own.
/// </summary>
internal sealed class WorkerLane : IDisposable
{
    /// <summary>Old bodies, type loads and growing heaps stay with a process: it is replaced at one of these bounds.</summary>
    private const int MaximumRuns = 4000;
    private const long MaximumWorkingSet = 768L << 20;

    /// <summary>
    /// How many times golden's ticks a mutant may spend, and how many at least. A program that is short in golden may rightly do much more;
    /// twenty million ticks are a fraction of a second.
    /// </summary>
    private const long TickFactor = 100;
    private const long MinimumTicks = 20_000_000;

    private readonly RunFolder _folder;
    private readonly string _assembly;
    private readonly Stage _stage;
    private readonly Exercise _exercise;
    private readonly Batch _batch;
    private readonly string _deltaFile;
    private readonly ImmutableArray<(TargetProject Target, MetadataReader Metadata)> _modules;
    private readonly LaneStatistics _statistics;
    private readonly List<ReloadResult> _unchecked = [];
    private readonly Queue<ReloadJob> _again = new();
    private readonly Queue<ReloadJob> _later = new();
    private readonly HashSet<ReloadJob> _anew = [];
    private readonly CheckDistance _distance = new();
    private readonly Dictionary<TargetProject, MethodDelta> _deltas = [];

    private ImmutableArray<string> _golden;
    private WorkerProcess? _worker;
    private string? _unusable;
    private long _tickLimit;
    private Residue _usualResidue;

    /// <param name="stage">The program.</param>
    /// <param name="exercise">What its workload means.</param>
    /// <param name="golden">The arguments of a worker's first golden runs.</param>
    /// <param name="batch">The mutants.</param>
    /// <param name="folder">A folder of the lane's own.</param>
    /// <param name="statistics">Takes where the time goes.</param>
    public WorkerLane(
        Stage stage, Exercise exercise, ImmutableArray<string> golden, Batch batch, string folder, LaneStatistics statistics)
    {
        _golden = golden;
        _folder = new RunFolder(stage.Folder, folder);
        _assembly = Path.Combine(folder, Path.GetFileName(stage.Assembly));
        _stage = stage;
        _deltaFile = folder + ".delta";
        _exercise = exercise;
        _batch = batch;
        _modules = stage.Modules;
        _statistics = statistics;
    }

    /// <summary>Why no worker can run this program at all; null if one can. It may start one.</summary>
    public string? WhyUnusable(CancellationToken cancel) => EnsureWorker(cancel) ? null : _unusable;

    /// <summary>Why each run needs a process of its own; null if it does not.</summary>
    public string? OnlyOnce { get; private set; }

    /// <summary>Runs jobs until there are none.</summary>
    /// <param name="jobs">The jobs that all lanes share; each has a delta.</param>
    /// <param name="done">Takes each result once, when it is certain.</param>
    /// <param name="cancel">Ends the run that is under way.</param>
    public void Run(ConcurrentQueue<ReloadJob> jobs, Action<ReloadResult> done, CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var isAgain = _again.TryDequeue(out var job);
            if (!isAgain && !_later.TryDequeue(out job) && !jobs.TryDequeue(out job))
            {
                if (_unchecked.Count == 0)
                {
                    return;
                }

                Check(done, cancel);
                continue;
            }

            if (!EnsureWorker(cancel))
            {
                done(new ReloadResult(job!, ReloadWay.Rebuild(_unusable!), null));
            }
            else if ((OnlyOnce ?? WhyAlone(job!)) is { } why && (OnlyOnce is not null || !LoadsAnew(cancel)))
            {
                RunAlone(job!, why, done, cancel);
            }
            else if (!EnsureWorker(cancel))
            {
                done(new ReloadResult(job!, ReloadWay.Rebuild(_unusable!), null));
            }
            else
            {
                RunWarm(job!, mustCheck: isAgain, done, cancel);
            }
        }
    }

    /// <summary>Whether it has a worker that runs.</summary>
    public bool IsWarm => _worker is not null;

    /// <summary>Runs a mutant whose assembly was compiled by itself, in the worker, in assemblies that are loaded once more; when all other jobs are done.</summary>
    /// <param name="job">The mutant.</param>
    /// <param name="target">What it changes.</param>
    /// <param name="folder">The folder with the mutant's assembly.</param>
    /// <param name="cancel">Ends the run.</param>
    /// <returns>The run; null where only a process of its own can tell.</returns>
    public WorkloadRun? RunLoaded(ReloadJob job, TargetProject target, string folder, CancellationToken cancel)
    {
        if (!_exercise.MayLoadAnew || !EnsureWorker(cancel) || OnlyOnce is not null || !LoadsAnew(cancel) || !EnsureWorker(cancel))
        {
            return null;
        }

        _folder.Restore();
        var load = new FreshLoad(_stage.Own, [target.AssemblyName, Path.GetFileNameWithoutExtension(_assembly)], [], folder);
        var ran = _worker!.Run(new Command([], [.. _exercise.Of(job)], 0, [], load), _exercise.LimitsOf(job), cancel);
        _statistics.Add(ran);
        if (ran is not { IsAlive: true, Report: { Kind: ReportKind.Returned } report })
        {
            // It met a clean worker, so how that has ended is its outcome, unless there is more to run.
            Replace("that died with a mutant");
            return _exercise.Behind(job, ran.Run).IsEmpty ? ran.Run : null;
        }

        if (report.Residue.HasFlag(Residue.NotFresh) || _exercise.IsDoubtful(ran.Run)
            || (_exercise.Doubts(ran.Run).ToList() is { Count: > 0 } doubts && !AreSettled(doubts, cancel)))
        {
            return null;
        }

        // It was alone since the last check, so what it has left behind is no other's.
        if ((WhyNotGolden([new ReloadResult(job, ReloadWay.Load("its assembly is its own"), ran.Run)], cancel) ?? WhyWorn(report)) is { } worn)
        {
            Replace(worn);
        }

        return ran.Run;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _folder.Dispose();
    }

    private string? WhyAlone(ReloadJob job) => _exercise.WhyAlone(job) ?? (_anew.Contains(job) ? "what golden has made before may run golden's code" : null);

    private void RunWarm(ReloadJob job, bool mustCheck, Action<ReloadResult> done, CancellationToken cancel)
    {
        _folder.Restore();
        var exchanges = _batch.Mutants[job.Commit].Exchanges;
        var whyAlone = WhyAlone(job);
        var ran = whyAlone is null
            ? _worker!.Run(CommandFor(exchanges, _exercise.Of(job)), _exercise.LimitsOf(job), cancel)
            : _worker!.Run(CommandToLoad(exchanges, [.. exchanges.Select(each => each.Target)], _exercise.Of(job)), _exercise.LimitsOf(job), cancel);
        _statistics.Add(ran);
        if (ran.Report is { } whole && whole.Residue.HasFlag(Residue.NotFresh))
        {
            RunAlone(job, whyAlone!, done, cancel);
            return;
        }

        if (ran.NotApplied)
        {
            RunLater();
            Replace("where the runtime refused the delta");
            done(new ReloadResult(job, ReloadWay.Emit("the runtime refuses the delta"), null));
            return;
        }

        if (_exercise.WaitsForThreads && ran.Report is { } report && report.Residue.HasFlag(Residue.Threads))
        {
            // An ordinary process would wait for these threads before it ends: this run says nothing.
            RunLater();
            Replace("with threads that a mutant left behind");
            done(RunFresh(job, "it leaves threads behind", cancel));
            return;
        }

        if (ran.IsAlive && _exercise.Doubts(ran.Run).ToList() is { Count: > 0 } doubts && !AreSettled(doubts, cancel))
        {
            _again.Enqueue(job);
            return;
        }

        if (_exercise.IsDoubtful(ran.Run))
        {
            RunLater();
            Replace("behind a test that does not end the same way twice");
            done(RunFresh(job, "a test does not end the same way twice", cancel, isDoubtful: true));
            return;
        }

        _unchecked.Add(new ReloadResult(job, whyAlone is null ? ReloadWay.Warm : ReloadWay.Load(whyAlone), ran.Run));
        if (!ran.IsAlive || (ran.Report!.Residue & ~_usualResidue).HasFlag(Residue.StuckStatics))
        {
            Replace(ran.IsAlive ? "with statics that a mutant left and nothing takes back" : "that died with a mutant");
            AfterDeath(done, cancel);
        }
        else if (mustCheck || _unchecked.Count >= _distance.Runs || IsSuspicious(ran))
        {
            Check(done, cancel);
            if (ran.Report is { } last && WhyWorn(last) is { } worn)
            {
                Replace(worn);
            }
        }
    }

    /// <summary>Why a worker that still reproduces golden should not go on; null if it may.</summary>
    private string? WhyWorn(Report report)
    {
        var left = report.Residue & ~Residue.Statics & ~_usualResidue;
        return left != Residue.None ? $"where a mutant left {Named(left)}"
            : report.WorkingSet > MaximumWorkingSet ? $"above {MaximumWorkingSet >> 20} MiB"
            : _worker?.Runs > MaximumRuns ? $"after {MaximumRuns} runs"
            : null;

        static string Named(Residue left) => left.HasFlag(Residue.StuckStatics) ? "statics that nothing takes back" : left.HasFlag(Residue.Threads) ? "threads" : "work in the thread pool";
    }

    /// <summary>In a process of its own. What golden would show there too, a test that passes only behind another one for example, is no outcome either.</summary>
    private void RunAlone(ReloadJob job, string why, Action<ReloadResult> done, CancellationToken cancel)
    {
        var result = RunFresh(job, why, cancel);
        if (OnlyOnce is null && _exercise.Doubts(result.Run!).ToList() is { Count: > 0 } doubts && EnsureWorker(cancel) && OnlyOnce is null && !AreSettled(doubts, cancel))
        {
            _again.Enqueue(job);
            return;
        }

        done(result);
    }

    /// <summary>
    /// Whether golden shows none of what is doubted, here and now. If it does, a worker without any mutant before it says whose fault that is: the
    /// mutant's, that has left something behind, or the test's own, that passes only among others.
    /// </summary>
    private bool AreSettled(List<int> doubts, CancellationToken cancel)
    {
        bool IsGolden(int doubt) => RunGolden(_exercise.Alone(doubt), cancel) is { IsAlive: true, Report.Kind: ReportKind.Returned } ran && _exercise.IsGolden(ran.Run);
        var shown = doubts.FindAll(doubt =>
        {
            var isGolden = IsGolden(doubt);
            if (isGolden)
            {
                _exercise.Settle(doubt, isGolden);
            }

            return !isGolden;
        });
        if (shown.Count == 0)
        {
            return true;
        }

        Retry();
        Replace("where a test failed behind a mutant that golden fails too");
        if (EnsureWorker(cancel) && OnlyOnce is null)
        {
            foreach (var doubt in shown)
            {
                _exercise.Settle(doubt, IsGolden(doubt));
            }

            Stop();
        }

        return false;
    }

    /// <summary>Something was unlike golden's runs that matters for the next one.</summary>
    private bool IsSuspicious(WorkerRun ran) => ran.OutOfTicks || ran.Report is not { Kind: ReportKind.Returned } report || (report.Residue & ~_usualResidue) != Residue.None;

    /// <summary>Runs golden where mutants ran: if it is as ever, their outcomes count.</summary>
    private void Check(Action<ReloadResult> done, CancellationToken cancel)
    {
        if (WhyNotGolden(_unchecked, cancel) is not { } why)
        {
            _distance.Good(_unchecked.Count);
            Accept(done, cancel);
            return;
        }

        Replace(why);
        AcceptOrRetry(done, cancel);
    }

    /// <summary>Runs golden behind some mutants; null if it is as ever, otherwise why the worker is of no more use.</summary>
    private string? WhyNotGolden(IEnumerable<ReloadResult> since, CancellationToken cancel)
    {
        var ran = RunGolden(_exercise.Check(since), cancel);
        _statistics.AddCheck(ran.Run.Duration);
        return ran is { IsAlive: true, Report.Kind: ReportKind.Returned } && _exercise.IsGolden(ran.Run) ? null : ran.IsAlive ? "no longer like golden" : "that died in golden's run";
    }

    /// <summary>The worker is no longer as good as new. A job that ran alone since the last good check met a clean worker, so its outcome stands; of several none is certain.</summary>
    private void AcceptOrRetry(Action<ReloadResult> done, CancellationToken cancel)
    {
        if (_unchecked.Count == 1)
        {
            Accept(done, cancel);
        }
        else
        {
            Retry();
        }
    }

    /// <summary>
    /// The last job took the worker with it. It runs once more, alone and first; those before it, of which none is suspicious, run again as if for the
    /// first time. So each death settles one job, and costs the others one run.
    /// </summary>
    private void AfterDeath(Action<ReloadResult> done, CancellationToken cancel)
    {
        if (_unchecked.Count == 1)
        {
            Accept(done, cancel);
            return;
        }

        _statistics.AddRetries(1);
        _again.Enqueue(_unchecked[^1].Job);
        _unchecked.RemoveAt(_unchecked.Count - 1);
        RunLater();
    }

    /// <summary>No check can be had any more of the jobs since the last one: they run again, and are checked together.</summary>
    private void RunLater() => Requeue(_later);

    private void Accept(Action<ReloadResult> done, CancellationToken cancel)
    {
        foreach (var result in _unchecked)
        {
            if (result.Way == ReloadWay.Warm && _batch.Mutants[result.Job.Commit].MayMissObjects && _exercise.SaysTooLittle(result.Run!))
            {
                _anew.Add(result.Job);
                _later.Enqueue(result.Job);
                continue;
            }

            done(_exercise.Behind(result.Job, result.Run!).IsEmpty ? result : result with { Run = RunInAnother(result.Job, result.Run, cancel) });
        }

        _unchecked.Clear();
    }

    /// <summary>None of the jobs since the last check is certain: each runs again, with a check of its own.</summary>
    private void Retry() => Requeue(_again);

    private void Requeue(Queue<ReloadJob> queue)
    {
        _distance.Loss();
        _statistics.AddRetries(_unchecked.Count);
        foreach (var result in _unchecked)
        {
            queue.Enqueue(result.Job);
        }

        _unchecked.Clear();
    }

    private WorkerRun RunGolden(ImmutableArray<string> arguments, CancellationToken cancel)
    {
        _folder.Restore();
        return _worker!.Run(CommandFor([], arguments), _exercise.Limits, cancel);
    }

    private bool EnsureWorker(CancellationToken cancel)
    {
        if (_worker is not null || OnlyOnce is not null)
        {
            return true;
        }

        if (_unusable is not null)
        {
            return false;
        }

        _deltas.Clear();
        foreach (var (target, metadata) in _modules)
        {
            _deltas.Add(target, new MethodDelta(metadata));
        }

        _worker = WorkerProcess.Start(_assembly, _exercise.Limits.MemoryBytes, _exercise.Environment, out _unusable, cancel);
        _statistics.AddWorker();
        if (_worker is null)
        {
            return false;
        }

        _tickLimit = 0;
        var first = RunGolden(_golden, cancel);
        if (first.Report is not { Kind: ReportKind.Returned } report || !_exercise.IsGolden(first.Run))
        {
            Stop();
            if (!_golden.SequenceEqual(_exercise.First))
            {
                // A part of golden may need the rest of it.
                _golden = _exercise.First;
                return EnsureWorker(cancel);
            }

            _unusable = Why(first);
            return false;
        }

        _tickLimit = Math.Max(MinimumTicks, report.Ticks * TickFactor);
        if (_stage.UsualResidue is { } usual)
        {
            // Another worker of this very program has shown that it runs twice in one process.
            _usualResidue = usual;
            return true;
        }

        var second = RunGolden(_golden, cancel);
        OnlyOnce = _exercise.WhyOnlyOnce(report.Residue)
            ?? (second.Report is not { Kind: ReportKind.Returned } || !_exercise.IsGolden(second.Run) || _exercise.WhyOnlyOnce(second.Report.Residue) is not null
                ? "golden does not run twice in one process" : null);
        if (OnlyOnce is not null)
        {
            Stop();
            return true;
        }

        _stage.UsualResidue = _usualResidue = second.Report!.Residue;
        return true;

        static string Why(WorkerRun run) => run.Run.Death is { } death ? $"golden with ticks does not survive: {death}" : "golden with ticks does not behave as golden";
    }

    private ReloadResult RunFresh(ReloadJob job, string why, CancellationToken cancel, bool isDoubtful = false)
    {
        Func<WorkloadRun> once = () => RunInAnother(job, died: null, cancel);
        var run = isDoubtful ? _exercise.Agreed(job, once) : once();
        return new ReloadResult(job, ReloadWay.Fresh(why), !isDoubtful && _exercise.IsDoubtful(run) ? _exercise.Agreed(job, once) : run);
    }

    /// <summary>Runs a mutant in a process of its own, or goes on there behind the death of this lane's.</summary>
    private WorkloadRun RunInAnother(ReloadJob job, WorkloadRun? died, CancellationToken cancel)
    {
        var writers = _modules.ToDictionary(module => module.Target, module => new MethodDelta(module.Metadata));
        var exchanges = _batch.Mutants[job.Commit].Exchanges;
        using (var file = File.Create(_deltaFile))
        {
            new Command(Written(writers, exchanges, each => each.Mutant), [], 0, Written(writers, exchanges, each => each.Golden)).Write(file);
        }

        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [AgentVariables.Hooks] = typeof(Worker).Assembly.Location,
            [AgentVariables.Modifiable] = "debug",
            [AgentVariables.Deltas] = _deltaFile,
        };
        _folder.Restore();
        var run = _exercise.RunOnce(_assembly, job, environment, cancel, died);
        return run with { Output = [.. run.Output.Select(VariantText.WithoutSuffixes)], Error = [.. run.Error.Select(VariantText.WithoutSuffixes)] };
    }

    /// <summary>A run with the bodies of a mutant, which finds golden's in the worker and leaves them there.</summary>
    private Command CommandFor(ImmutableArray<(TargetProject Target, BodyExchange Exchange)> exchanges, ImmutableArray<string> arguments)
    {
        // In this order: each delta continues the one before.
        var deltas = Written(_deltas, exchanges, each => each.Mutant);
        return new Command(deltas, [.. arguments], _tickLimit, Written(_deltas, exchanges, each => each.Golden));
    }

    /// <summary>A run with assemblies of its own, which have the bodies of a mutant: nothing is initialised in them yet.</summary>
    private Command CommandToLoad(
        ImmutableArray<(TargetProject Target, BodyExchange Exchange)> exchanges, IEnumerable<TargetProject> used, ImmutableArray<string> arguments) => new(
        [], [.. arguments], _tickLimit, [],
        new FreshLoad(_stage.Own, [.. used.Select(target => target.AssemblyName).Append(Path.GetFileNameWithoutExtension(_assembly))], [.. exchanges.Select(each => new ImageChange(each.Target.AssemblyName, each.Exchange.AddressPosition, each.Exchange.MutantAddress))]));

    /// <summary>Whether golden is golden also where its assemblies are loaded once more: some test frameworks keep to those that they have seen first.</summary>
    private bool LoadsAnew(CancellationToken cancel)
    {
        if (_stage.LoadsAnew is { } known)
        {
            return known;
        }

        _folder.Restore();
        var ran = _worker!.Run(CommandToLoad([], [.. _modules.Select(module => module.Target)], _golden), _exercise.Limits, cancel);
        _stage.LoadsAnew = ran is { IsAlive: true, Report: { Kind: ReportKind.Returned } report } && !report.Residue.HasFlag(Residue.NotFresh) && _exercise.IsGolden(ran.Run);
        if (!ran.IsAlive)
        {
            RunLater();
            Replace("that died loading assemblies anew");
        }

        return _stage.LoadsAnew.Value;
    }

    private static List<Delta> Written(
        Dictionary<TargetProject, MethodDelta> writers, ImmutableArray<(TargetProject Target, BodyExchange Exchange)> exchanges, Func<BodyExchange, ImmutableArray<byte>> body)
    {
        var deltas = new List<Delta>();
        foreach (var group in exchanges.GroupBy(each => each.Target))
        {
            var (metadata, il) = writers[group.Key].Write([.. group.Select(each => (each.Exchange.Method, body(each.Exchange)))]);
            deltas.Add(new Delta(group.Key.AssemblyName, metadata, il));
        }

        return deltas;
    }

    private void Replace(string why)
    {
        if (_worker is not null)
        {
            _statistics.AddReplacement(why);
        }

        Stop();
    }

    private void Stop()
    {
        _worker?.Dispose();
        _worker = null;
    }
}
