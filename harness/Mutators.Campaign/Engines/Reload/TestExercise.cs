using System.Collections.Immutable;
using System.Globalization;
using Mutators.Agent;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>
/// A test project: a mutant's run is that of the tests which reach its site, the fastest first, until one fails; golden is known by the same tests'
/// passing. Tests share their process with each other in any test run, so what golden itself leaves there between two runs is no reason for a new one.
/// </summary>
internal sealed class TestExercise(GoldenRun golden, CampaignConfiguration configuration) : Exercise(golden, configuration)
{
    /// <summary>What a mutant's run costs beside its tests: the framework's own work, statics, the pipe.</summary>
    private static readonly TimeSpan around = TimeSpan.FromMilliseconds(10);

    /// <summary>How many times golden's start and end of a process those of another one may take.</summary>
    private const int BesideFactor = 3;

    private readonly TestRecord _tests = golden.Tests!;

    public override ImmutableDictionary<string, string> Environment => TestProgram.Environment(Golden.Workload);

    public override ImmutableArray<string> First => TestProgram.Golden;

    public override bool WaitsForThreads => false;

    public override bool MayLoadAnew => true;

    /// <summary>What no mutant reaches has no part in any run.</summary>
    public override ImmutableArray<string> FirstFor(IEnumerable<ReloadJob> jobs) => TestProgram.These(jobs.SelectMany(Tests).Distinct().Order());

    /// <summary>
    /// A worker that begins finds all tests and runs those that mutants reach once, slowly, before it is of use. A mutant costs its tests' time, or half of it where one of them fails, and
    /// something around them; one whose assemblies are loaded anew, a share of a beginning.
    /// </summary>
    public override int LanesFor(IReadOnlyCollection<ReloadJob> jobs, int most)
    {
        var beginning = TimeSpan.FromSeconds(1) + Beside() + Sum(jobs.SelectMany(Tests).Distinct());
        var work = TimeSpan.Zero;
        foreach (var job in jobs)
        {
            work += Sum(job) / 2 + around + (WhyAlone(job) is null ? TimeSpan.Zero : beginning / 8);
        }

        return Math.Clamp((int)(work / (2 * beginning)) + 1, 1, Math.Max(1, most));
    }

    public override ImmutableArray<string> Of(ReloadJob job) => Of(job, Tests(job));

    public override RunLimits LimitsOf(ReloadJob job) => Configuration.LimitsFor(job.MayRace ? Sum(job) * (1 + RacesRepeated) : Sum(job));

    /// <summary>
    /// Its tests by the usual factor, and what a process takes beside all of them by a small one, since no mutant changes that: one that does not end need not
    /// spend what all tests would.
    /// </summary>
    public override RunLimits LimitsAlone(ReloadJob job)
    {
        var limits = Configuration.LimitsFor(Sum(job));
        return limits with { Time = limits.Time + BesideFactor * Beside() };
    }

    /// <summary>Whatever the mutants' runs executed: a test that finds what one of them left behind fails here, before any outcome counts that it had a say in.</summary>
    public override ImmutableArray<string> Check(IEnumerable<ReloadResult> since) =>
        [TestProtocol.Matrix, Named(since.SelectMany(Begun).Where(_tests.Judges).Distinct().Order())];

    public override bool IsGolden(WorkloadRun run)
    {
        var seen = TestRun.Read(run.Output);
        return run is { End: ProcessEnd.Exited, ExitCode: 0 } && seen.Digest == _tests.Digest
            && !seen.Results.Any(each => each.Value.IsFailed && _tests.Judges(each.Key));
    }

    public override IEnumerable<int> Doubts(WorkloadRun run) =>
        TestRun.Read(run.Output).Results.Where(each => each.Value.IsFailed && _tests.Judges(each.Key) && !_tests.IsTrusted(each.Key)).Select(each => each.Key);

    public override ImmutableArray<string> Alone(int test) => [TestProtocol.UntilFailure, Named([test])];

    public override void Settle(int test, bool isGolden) => _tests.Trust(test, isGolden);

    public override bool IsDoubtful(WorkloadRun run)
    {
        var seen = TestRun.Read(run.Output);
        return seen.Unsteady is { } test ? _tests.Judges(test) : seen.IsRepeating && TestOutcomes.DiesRepeating(run);
    }

    public override ImmutableArray<string> Behind(ReloadJob job, WorkloadRun run)
    {
        if (!Configuration.Matrix || TestOutcomes.DeathLine(run) is null)
        {
            return [];
        }

        var begun = TestRun.Read(run.Output).Begun;
        return Tests(job).Where(test => !begun.Contains(test)).ToList() is { Count: > 0 } left ? Of(job, left) : [];
    }

    public override WorkloadRun Joined(WorkloadRun run, WorkloadRun behind) =>
        behind with { Output = [.. run.Output, TestOutcomes.DeathLine(run)!, .. behind.Output], Duration = run.Duration + behind.Duration };

    /// <summary>
    /// What a test shows of a mutant only now and then is no verdict. The first run that ends otherwise than the one before decides that it is none.
    /// </summary>
    public override WorkloadRun Agreed(ReloadJob job, Func<WorkloadRun> run)
    {
        var first = run();
        for (var again = 1; again < DoubtfulRuns; again++)
        {
            var other = run();
            if (Ended(first) != Ended(other))
            {
                var test = Failed(first) ?? Failed(other) ?? TestRun.Read(first.Output).Last ?? TestRun.Read(other.Output).Last ?? Tests(job).First();
                return first with
                {
                    End = ProcessEnd.Exited, ExitCode = 0,
                    Output = [string.Create(CultureInfo.InvariantCulture, $"{TestProtocol.Sign}{TestProtocol.Ended} {test} {TestProtocol.Flaky} 0 0 with this fault it ends one way in one run and another way in the next")],
                };
            }
        }

        return first;

        static (ProcessEnd End, int? Test) Ended(WorkloadRun run) => (run.End, Failed(run));

        static int? Failed(WorkloadRun run) => TestRun.Read(run.Output).Results.Where(each => each.Value.IsFailed).Select(each => (int?)each.Key).FirstOrDefault();
    }

    /// <summary>Runs, each in a process of its own, that must agree where one has been seen to depend on chance.</summary>
    private const int DoubtfulRuns = 5;

    /// <summary>How often tests that pass are repeated where the fault is one of synchronisation.</summary>
    private const int RacesRepeated = 4;

    private ImmutableArray<string> Of(ReloadJob job, IEnumerable<int> tests) =>
        [Configuration.Matrix ? TestProtocol.Matrix : TestProtocol.UntilFailure, Named(tests), .. job.MayRace ? [RacesRepeated.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>()];

    /// <summary>What tests keep in static fields, parsers put together once for example, stays from one run to the next.</summary>
    public override bool SaysTooLittle(WorkloadRun run) => !TestRun.Read(run.Output).Results.Any(each => each.Value.IsFailed && _tests.Judges(each.Key));

    public override string? WhyAlone(ReloadJob job) => _tests.Of(job.Mutant).WhyAlone;

    private IEnumerable<int> Begun(ReloadResult result) => TestRun.Read(result.Run!.Output).Begun is { Count: > 0 } begun ? begun : Tests(result.Job);

    private TimeSpan Sum(ReloadJob job) => Sum(Tests(job));

    /// <summary>What some tests take in golden.</summary>
    private TimeSpan Sum(IEnumerable<int> tests)
    {
        var golden = TimeSpan.Zero;
        foreach (var test in tests)
        {
            golden += _tests.Tests[test].Duration;
        }

        return golden;
    }

    /// <summary>What golden's process takes beside its tests: its start, and the search for them.</summary>
    private TimeSpan Beside() => Golden.Run.Duration - Sum(_tests.Tests.Select(test => test.Number)) is var beside && beside > TimeSpan.Zero ? beside : TimeSpan.Zero;

    private IEnumerable<int> Tests(ReloadJob job) => _tests.Of(job.Mutant).Tests.Where(_tests.Judges);

    private static string Named(IEnumerable<int> tests) => string.Join(',', tests.Select(test => test.ToString(CultureInfo.InvariantCulture)));
}
