using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Propagation;

/// <summary>Delta executions of mutants in a golden workspace whose programs are built.</summary>
/// <param name="repository">The user's repository.</param>
/// <param name="workspace">Golden, loaded and built.</param>
/// <param name="configuration">The limits.</param>
public sealed class DeltaTracer(MutantRepository repository, GoldenWorkspace workspace, CampaignConfiguration configuration)
{
    /// <summary>An execution that tells all its rendezvous takes this many times the plain one's time, at most; a limit for hangs, not for comparisons.</summary>
    private const int TracingFactor = 2;

    /// <summary>32 MiB, as the runtime reads it.</summary>
    private const string YoungBytes = "0x2000000";

    private readonly BranchSources _sources = new(repository, workspace.Targets);

    /// <summary>A golden run of a workload that no campaign has run.</summary>
    public GoldenRun RunGolden(WorkloadProgram program, ILogger log, CancellationToken cancel) => program.IsTests
        ? new GoldenTests(configuration, log).RunTwice(program, cancel)
        : new GoldenRun(program.Workload, RebuildEngine.Execute(program, configuration.GoldenLimits, cancel));

    /// <summary>Runs golden and a mutant side by side.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="commit">Its branch's tip.</param>
    /// <param name="program">The workload and golden's program.</param>
    /// <param name="golden">A golden run of the workload.</param>
    /// <param name="mode">Whose messages the others hear.</param>
    /// <param name="allHits">How often golden reaches the site in all; null if not known: then both run to their end.</param>
    /// <param name="cancel">Ends both.</param>
    public Delta Trace(MutantId mutant, string commit, WorkloadProgram program, GoldenRun golden, PropagationMode mode, long? allHits, CancellationToken cancel)
    {
        if (IsByMembers(program) && mode is PropagationMode.Isolated)
        {
            throw new UsageException(
                $"Workload '{program.Workload.Name}' tells of no rendezvous, so it is followed by its members, and these cannot be isolated: what they hear are the results of their own calls.",
                program.IsTests ? "Take --mode full." : "Take --mode full, or name the arguments that make the program tell: \"rendezvous\" in mutators.json; docs/delta-execution.md has the form.");
        }

        return Run(Compile(mutant, commit, program, cancel), program, golden, mode, allHits, cancel);
    }

    /// <summary>Compiles the two programs of a delta execution, to run them once or more.</summary>
    /// <exception cref="UsageException">The mutant cannot be compiled by itself.</exception>
    public TracedMutant Compile(MutantId mutant, string commit, WorkloadProgram program, CancellationToken cancel)
    {
        var trees = _sources.Read(commit, out var refusal)
            ?? throw new UsageException($"{mutant} cannot be compiled by itself: {refusal}.", "Delta execution needs a branch that changes the sources of one target.");
        return new TracedMutant(mutant, IsByMembers(program) ? TracedBuild.CompileMembers(trees, cancel) : TracedBuild.Compile(trees, cancel));
    }

    /// <summary>Runs golden and a mutant that is compiled already side by side.</summary>
    public Delta Run(TracedMutant mutant, WorkloadProgram program, GoldenRun golden, PropagationMode mode, long? allHits, CancellationToken cancel) =>
        Run(mutant, mutant.Build.Mutant, program, golden, mode, allHits, cancel);

    /// <summary>Runs golden and the mutant with its fault undone: whatever differs then is not the fault's doing.</summary>
    public Delta RunHealed(TracedMutant mutant, WorkloadProgram program, GoldenRun golden, PropagationMode mode, CancellationToken cancel) =>
        Run(mutant, mutant.Build.Plain(), program, golden, mode, null, cancel);

    /// <summary>Runs golden against golden with its neutral choices made otherwise on each side: nothing may differ but the order in which components run.</summary>
    /// <param name="any">A mutant, whose golden is taken.</param>
    /// <param name="program">The workload and golden's program, which tells of its rendezvous and of its neutral choices.</param>
    /// <param name="golden">A golden run of the workload.</param>
    /// <param name="seed">Draws the choices.</param>
    /// <param name="cancel">Ends both.</param>
    public Delta RunReordered(TracedMutant any, WorkloadProgram program, GoldenRun golden, int seed, CancellationToken cancel)
    {
        var choices = NeutralChoices.In(Folder("golden", program));
        Directory.CreateDirectory(Path.GetDirectoryName(choices.FoundIn)!);
        File.Delete(choices.FoundIn);
        using (var finding = Start("golden", any, any.Build.Plain(), program, golden, choices.Finding, cancel))
        {
            while (finding.Read() is not null)
            {
            }
        }

        var draw = new Random(seed);
        using var left = Start("golden", any, any.Build.Golden, program, golden, choices.Drawn("golden", draw), cancel);
        using var right = Start("faulty", any, any.Build.Plain(), program, golden, choices.Drawn("faulty", draw), cancel);
        return new DeltaExecution(new ExecutionSide(left.Read, left.Finish), new ExecutionSide(right.Read, right.Finish), golden).Run(any.Mutant, null, configuration.DegradedShare);
    }

    /// <summary>Runs the mutant by itself, without anybody who looks on: what a campaign would run.</summary>
    public WorkloadRun RunAlone(TracedMutant mutant, WorkloadProgram program, GoldenRun golden, CancellationToken cancel)
    {
        using var process = Start("faulty", mutant, mutant.Build.Mutant, program with { Workload = program.Workload with { Rendezvous = [] } }, golden, [], cancel);
        var output = new List<string>();
        while (process.Read() is { } line)
        {
            output.Add(line);
        }

        return process.Finish(output);
    }

    private Delta Run(TracedMutant mutant, byte[] image, WorkloadProgram program, GoldenRun golden, PropagationMode mode, long? allHits, CancellationToken cancel)
    {
        var without = new Dictionary<string, string>(StringComparer.Ordinal) { [OneSidedFields.Variable] = string.Join('\n', OneSidedFields.Of(mutant.Build.Golden, image)) };
        if (mode is PropagationMode.Isolated)
        {
            return RunIsolated(mutant, image, program, golden, without, allHits, cancel);
        }

        var members = IsByMembers(program);
        using var left = Start("golden", mutant, mutant.Build.Golden, program, golden, without, cancel);
        var goldenSide = members ? new ExecutionSide(MemberLines(left, "golden", program), left.Finish) : new ExecutionSide(left.Read, left.Finish);
        using var right = Start("faulty", mutant, image, program, golden, without, cancel);
        var faultySide = members ? new ExecutionSide(MemberLines(right, "faulty", program), right.Finish) : new ExecutionSide(right.Read, right.Finish);
        var delta = new DeltaExecution(goldenSide, faultySide, golden, mode).Run(mutant.Mutant, allHits, configuration.DegradedShare) with { CountsCalls = members };
        cancel.ThrowIfCancellationRequested();
        return delta;
    }

    /// <summary>
    /// Golden first and alone: it records what its components hand over, and shows in which of them the fault is activated. These are then isolated in the
    /// faulty run, where the others hear the recording. A program that knows nothing of recordings runs as ever, and is followed as far as nobody has answered the damage.
    /// </summary>
    private Delta RunIsolated(
        TracedMutant mutant, byte[] image, WorkloadProgram program, GoldenRun golden, Dictionary<string, string> without, long? allHits, CancellationToken cancel)
    {
        var recording = Folder("golden", program) + ".recording";
        Directory.CreateDirectory(Path.GetDirectoryName(recording)!);
        File.Delete(recording);
        var lines = new List<string>();
        using var left = Start("golden", mutant, mutant.Build.Golden, program, golden, new(without) { [RecordVariable] = recording }, cancel);
        while (left.Read() is { } line)
        {
            lines.Add(line);
        }

        var origins = lines.Select(SiteReached.Parse).OfType<SiteReached>().Select(each => each.Of).Distinct(StringComparer.Ordinal);
        var environment = File.Exists(recording)
            ? new Dictionary<string, string>(without) { [ReplayVariable] = recording, [IsolateVariable] = string.Join('\n', origins) }
            : without;
        using var right = Start("faulty", mutant, image, program, golden, environment, cancel);
        using var recorded = lines.GetEnumerator();
        var goldenSide = new ExecutionSide(() => recorded.MoveNext() ? recorded.Current : null, left.Finish);
        var delta = new DeltaExecution(goldenSide, new ExecutionSide(right.Read, right.Finish), golden, PropagationMode.Isolated).Run(mutant.Mutant, allHits, configuration.DegradedShare);
        cancel.ThrowIfCancellationRequested();
        return delta;
    }

    /// <summary>The environment variable that names the file into which a program records what its components hand over.</summary>
    private const string RecordVariable = "RENDEZVOUS_RECORD";

    /// <summary>The recording that a program's components hear instead of the isolated ones.</summary>
    private const string ReplayVariable = "RENDEZVOUS_REPLAY";

    /// <summary>The names of the isolated components, one a line.</summary>
    private const string IsolateVariable = "RENDEZVOUS_ISOLATE";

    private static bool IsByMembers(WorkloadProgram program) => program.IsTests || program.Workload.Rendezvous.IsEmpty;

    /// <summary>The calls of the members, from the file that they were written to, and then the program's own lines: it may print as it likes.</summary>
    private Func<string?> MemberLines(TracedProcess process, string side, WorkloadProgram program)
    {
        var lines = Lines().GetEnumerator();
        return () => lines.MoveNext() ? lines.Current : null;

        IEnumerable<string> Lines()
        {
            var output = new List<string>();
            while (process.Read() is { } line)
            {
                output.Add(line);
            }

            return (File.Exists(MembersFile(side, program)) ? File.ReadLines(MembersFile(side, program)) : []).Concat(output);
        }
    }

    private string Folder(string side, WorkloadProgram program) => Path.Combine(repository.EnsureOwnFolder(), "delta", program.Workload.Name, side);

    private string MembersFile(string side, WorkloadProgram program) => Folder(side, program) + ".members";

    private TracedProcess Start(
        string side, TracedMutant mutant, byte[] image, WorkloadProgram program, GoldenRun golden, Dictionary<string, string> further, CancellationToken cancel)
    {
        var folder = Folder(side, program);
        ProgramFolder.Copy(Path.GetDirectoryName(program.Assembly)!, folder);
        ProgramFolder.Overlay(folder, mutant.Build.AssemblyPath, image, []);
        File.Delete(MembersFile(side, program));
        var environment = new Dictionary<string, string>(further, StringComparer.Ordinal)
        {
            [MemberProbe.FileVariable] = MembersFile(side, program),

            // To look at a program's state allocates far more than the program, and all of it dies young; a profile of the code would cost more than it
            // gains, and one thread is enough to collect. Both sides are alike in it.
            ["DOTNET_GCgen0size"] = YoungBytes,
            ["DOTNET_gcConcurrent"] = "0",
            ["DOTNET_TieredPGO"] = "0",
        };
        ImmutableArray<string> arguments = [.. program.Workload.Arguments, .. program.Workload.Rendezvous];
        if (golden.Tests is { } tests)
        {
            arguments = TestProgram.These(TestsOf(mutant.Mutant, tests, program));
            foreach (var (name, value) in TestProgram.Environment(program.Workload))
            {
                environment[name] = value;
            }
        }

        var limits = configuration.LimitsFor(golden.Run.Duration * TracingFactor);
        return TracedProcess.Start(Path.Combine(folder, Path.GetFileName(program.Assembly)), arguments, limits, cancel, environment);
    }

    /// <summary>The tests that reach the mutant's site, where a campaign knows them; otherwise all.</summary>
    private static List<int> TestsOf(MutantId mutant, TestRecord tests, WorkloadProgram program) => tests.Of(mutant).Tests.Where(tests.Judges).Order().ToList() is { Count: > 0 } reaching
        ? reaching
        : throw new UsageException($"No test of '{program.Workload.Name}' reaches the site of {mutant}: there is nothing to follow.", "Name another workload: --workload NAME.");
}

/// <summary>A mutant whose two programs are compiled.</summary>
public sealed class TracedMutant
{
    internal TracedMutant(MutantId mutant, TracedBuild build) => (Mutant, Build) = (mutant, build);

    /// <summary>The mutant.</summary>
    public MutantId Mutant { get; }

    internal TracedBuild Build { get; }

    /// <summary>Whether the compiler makes golden's program, byte for byte, of the mutant once its fault is undone.</summary>
    public bool IsGoldenWithoutItsFault() => Build.Plain().AsSpan().SequenceEqual(Build.Unprobed());
}
