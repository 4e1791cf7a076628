using System.Collections.Immutable;
using Mutators.Agent;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>What a workload means for a worker: with which arguments golden and mutants run, and by what golden is known again.</summary>
/// <param name="golden">The golden run that mutants are compared with.</param>
/// <param name="configuration">The limits.</param>
internal abstract class Exercise(GoldenRun golden, CampaignConfiguration configuration)
{
    /// <summary>The golden run that mutants are compared with.</summary>
    protected GoldenRun Golden { get; } = golden;

    /// <summary>The limits.</summary>
    protected CampaignConfiguration Configuration { get; } = configuration;

    /// <summary>Variables of its processes, beside the agent's own.</summary>
    public abstract ImmutableDictionary<string, string> Environment { get; }

    /// <summary>The arguments of a worker's first golden runs, whatever it will run.</summary>
    public abstract ImmutableArray<string> First { get; }

    /// <summary>Whether an ordinary process waits for the threads that a run leaves behind: then a run that leaves some says nothing.</summary>
    public abstract bool WaitsForThreads { get; }

    /// <summary>What a process may spend that runs all of it once.</summary>
    public virtual RunLimits Limits => Configuration.LimitsFor(Golden.Run.Duration);

    /// <summary>How many workers at a time are worth what each of them costs before it is warm.</summary>
    /// <param name="jobs">What there is to run.</param>
    /// <param name="most">How many there may be.</param>
    public virtual int LanesFor(IReadOnlyCollection<ReloadJob> jobs, int most) => Math.Min(most, Math.Max(1, jobs.Count));

    /// <summary>The arguments of a mutant's run.</summary>
    public abstract ImmutableArray<string> Of(ReloadJob job);

    /// <summary>What a mutant may spend in a warm worker.</summary>
    public virtual RunLimits LimitsOf(ReloadJob job) => Limits;

    /// <summary>What a mutant may spend in a process of its own.</summary>
    public virtual RunLimits LimitsAlone(ReloadJob job) => Limits;

    /// <summary>The arguments of a worker's first golden runs where it will run these jobs only.</summary>
    public virtual ImmutableArray<string> FirstFor(IEnumerable<ReloadJob> jobs) => First;

    /// <summary>The arguments of the golden run that decides whether some mutants' runs count.</summary>
    public virtual ImmutableArray<string> Check(IEnumerable<ReloadResult> since) => First;

    /// <summary>Whether golden with ticks has behaved as golden.</summary>
    public abstract bool IsGolden(WorkloadRun run);

    /// <summary>Whether a mutant may be run in assemblies that are loaded once more, instead of a process of its own.</summary>
    public virtual bool MayLoadAnew => false;

    /// <summary>Why a mutant needs a process of its own; null if it does not.</summary>
    public virtual string? WhyAlone(ReloadJob job) => null;

    /// <summary>
    /// Whether a mutant's run in a warm worker says too little where objects that golden has made may run golden's code on: nothing was noticed, so perhaps nothing
    /// was executed either.
    /// </summary>
    public virtual bool SaysTooLittle(WorkloadRun run) => false;

    /// <summary>Why each mutant needs a process of its own, by what golden's first run left behind; null if it does not.</summary>
    public virtual string? WhyOnlyOnce(Residue residue) => null;

    /// <summary>What in a mutant's run only counts if golden is known not to show it by itself: the numbers of failed tests.</summary>
    public virtual IEnumerable<int> Doubts(WorkloadRun run) => [];

    /// <summary>The arguments of the golden run that settles a doubt.</summary>
    public virtual ImmutableArray<string> Alone(int doubt) => First;

    /// <summary>Keeps how a doubt was settled.</summary>
    public virtual void Settle(int doubt, bool isGolden)
    {
    }

    /// <summary>Whether a mutant's run in a warm worker may have ended by chance, so that only several runs, each in a process of its own, can tell.</summary>
    public virtual bool IsDoubtful(WorkloadRun run) => false;

    /// <summary>What is left to run of a mutant behind the death of a process; empty where that has said it all.</summary>
    public virtual ImmutableArray<string> Behind(ReloadJob job, WorkloadRun run) => [];

    /// <summary>A run and the one that went on behind its death, as one.</summary>
    public virtual WorkloadRun Joined(WorkloadRun run, WorkloadRun behind) => behind;

    /// <summary>Several runs of one mutant, each in a process of its own, as one: that they agree, or that they do not.</summary>
    /// <param name="job">The mutant.</param>
    /// <param name="run">Runs it once more.</param>
    public virtual WorkloadRun Agreed(ReloadJob job, Func<WorkloadRun> run) => run();

    /// <summary>Runs a program or its tests in a process of their own; in several, where one has to go on behind the death of another.</summary>
    /// <param name="assembly">The program.</param>
    /// <param name="job">The mutant.</param>
    /// <param name="agent">The agent's variables, if it is to change something first.</param>
    /// <param name="cancel">Ends the run.</param>
    /// <param name="died">A run that has died already; null to begin.</param>
    public WorkloadRun RunOnce(string assembly, ReloadJob job, IEnumerable<KeyValuePair<string, string>> agent, CancellationToken cancel, WorkloadRun? died = null)
    {
        var environment = Environment.SetItems(agent);
        var run = died ?? ProgramRun.Execute(assembly, Of(job), environment, LimitsAlone(job), cancel);
        for (var deaths = 0; deaths < MaximumDeaths && Behind(job, run) is { IsEmpty: false } arguments; deaths++)
        {
            run = Joined(run, ProgramRun.Execute(assembly, arguments, environment, LimitsAlone(job), cancel));
        }

        return run;
    }

    /// <summary>Processes that one mutant may take down before the rest of its tests is left alone.</summary>
    private const int MaximumDeaths = 25;

    /// <summary>The exercise of a workload.</summary>
    public static Exercise For(WorkloadProgram program, GoldenRun golden, CampaignConfiguration configuration) =>
        program.IsTests ? new TestExercise(golden, configuration) : new ProgramExercise(golden, configuration);
}

/// <summary>A program: every run has the workload's arguments, and golden is known by its observations.</summary>
internal sealed class ProgramExercise(GoldenRun golden, CampaignConfiguration configuration) : Exercise(golden, configuration)
{
    public override ImmutableDictionary<string, string> Environment => ImmutableDictionary<string, string>.Empty;

    public override ImmutableArray<string> First => Golden.Workload.Arguments;

    public override bool WaitsForThreads => true;

    public override ImmutableArray<string> Of(ReloadJob job) => job.Program.Workload.Arguments;

    public override bool IsGolden(WorkloadRun run) => GoldenRun.Compare(Golden, new GoldenRun(Golden.Workload, run)).IsEmpty;

    public override string? WhyOnlyOnce(Residue residue) =>
        (residue & (Residue.Threads | Residue.Pool)) != Residue.None ? "golden leaves threads or work behind"
        : residue.HasFlag(Residue.StuckStatics) ? "golden's statics cannot be put back"
        : null;
}
