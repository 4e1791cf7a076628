using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Activation;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines;

/// <summary>
/// The golden runs of a test project: plain, and with probes for what each test reaches. A test that is not the same in two runs judges nothing; where plain
/// and probed golden are not alike, more runs tell which tests are flaky and whether it is the probes.
/// </summary>
/// <param name="configuration">The limits.</param>
/// <param name="log">Where progress is told.</param>
internal sealed class GoldenTests(CampaignConfiguration configuration, ILogger log)
{
    /// <summary>Tests that are named one by one.</summary>
    private const int MaximumNamed = 10;

    /// <summary>Where more tests than these, and more than a tenth of all, end another way with probes than without, it is the probes that change the program.</summary>
    private const int MostWithProbes = 3;

    /// <summary>Runs the tests twice: for whoever asks nothing else of golden.</summary>
    /// <exception cref="UsageException">There are no tests, or some fail, or have other names the second time.</exception>
    public GoldenRun RunTwice(WorkloadProgram program, CancellationToken cancel)
    {
        var first = First(program, cancel);
        return Told(WithoutFailures(Repeated(program, first, cancel)), "pass twice");
    }

    /// <summary>Runs the tests once, and once more only if some fail: <see cref="Cover"/> is the second run.</summary>
    /// <exception cref="UsageException">There are no tests, or some fail.</exception>
    public GoldenRun Run(WorkloadProgram program, CancellationToken cancel)
    {
        var golden = First(program, cancel);
        return Told(WithoutFailures(Failing(golden).Any() ? Repeated(program, golden, cancel) : golden), "pass");
    }

    /// <summary>Runs the tests with a probe at each site.</summary>
    /// <returns>The golden run with the tests that reach each mutant's site, and how often they do.</returns>
    /// <exception cref="UsageException">The tests have other names the second time, or some fail.</exception>
    public (GoldenRun Golden, ImmutableArray<ActivationRecord> Activations) Cover(
        WorkloadProgram program, GoldenRun golden, InstrumentedGolden instrumented, ImmutableArray<Mutant> mutants, CancellationToken cancel)
    {
        var run = instrumented.RunTests(program.Assembly, program.Workload, configuration.GoldenLimits, cancel);
        var seen = TestRun.Read(run.Output);
        if (!IsThrough(run) || seen.Digest != golden.Tests!.Digest || Differing(golden, seen).Count > 0)
        {
            golden = WithoutFailures(Repeated(program, golden, cancel));
            if (IsThrough(run) && Differing(golden, seen) is var others && others.Count <= Math.Max(MostWithProbes, golden.Tests!.Tests.Length / 10))
            {
                // By chance, or because the probes take their time: who does not pass in every golden run judges nothing.
                golden = Marked(golden, others);
            }
        }

        var record = golden.Tests!;
        var isUsable = IsThrough(run) && seen.Digest == record.Digest && !seen.Results.Any(each => each.Value.IsFailed && !record.Tests[each.Key].IsFlaky);
        if (!isUsable)
        {
            log.LogWarning("{Step,-10} {Workload} behaves differently with probes ({Why}): every test counts as one that reaches every site", "warning", program.Workload.Name,
                run.Death ?? FirstFailure(seen, record) ?? $"exit code {run.ExitCode}");
        }

        var reaches = isUsable ? Reaches(seen, record) : [];
        var lines = ImmutableArray.CreateBuilder<string>();
        var activations = ImmutableArray.CreateBuilder<ActivationRecord>();
        var order = record.Usable.Concat(record.Tests.Where(test => test.IsFlaky).Select(test => test.Number)).Index().ToDictionary(each => each.Item, each => each.Index);
        for (var site = 0; site < mutants.Length; site++)
        {
            var isEverywhere = !isUsable || !instrumented.HasProbe(site);
            var tests = isEverywhere ? record.Usable : [.. reaches.GetValueOrDefault(site, []).Where(order.ContainsKey).OrderBy(test => order[test])];
            lines.Add(TestRecord.Line(mutants[site].Id, tests, seen.Initialising.Contains(site)));
            activations.Add(new ActivationRecord(mutants[site].Id, program.Workload.Name, tests.IsEmpty ? 0 : Math.Max(1, seen.Hits.GetValueOrDefault(site))));
        }

        log.LogInformation("{Step,-10} {Reached} of {Total} sites by {Workload}; {Alone} while types are initialised", "activated",
            activations.Count(each => each.Hits > 0), mutants.Length, program.Workload.Name, seen.Initialising.Count);
        return (new GoldenRun(golden.Workload, golden.Run with { Output = [.. golden.Run.Output, .. lines] }), activations.ToImmutable());
    }

    /// <summary>
    /// The tests that reach each site. What is reached between two tests, in fixtures, belongs to all tests of both classes; before the first and behind the last, to all tests.
    /// </summary>
    private static Dictionary<int, HashSet<int>> Reaches(TestRun seen, TestRecord record)
    {
        var found = new Dictionary<int, HashSet<int>>();
        var ofClass = record.Tests.ToLookup(test => test.Class, test => test.Number, StringComparer.Ordinal);
        int[] all = [.. record.Tests.Select(test => test.Number)];
        var before = -1;
        for (var at = 0; at < seen.Reached.Count; at++)
        {
            var (test, sites) = seen.Reached[at];
            var after = test < 0 && at + 1 < seen.Reached.Count ? seen.Reached[at + 1].Test : -1;
            var tests = test >= 0 ? [test]
                : before < 0 || after < 0 ? all
                : ofClass[record.Tests[before].Class].Concat(ofClass[record.Tests[after].Class]);
            before = test >= 0 ? test : before;
            foreach (var site in sites)
            {
                (found.TryGetValue(site, out var known) ? known : found[site] = []).UnionWith(tests);
            }
        }

        // What a type computes while it is initialised is there for every test that comes later.
        foreach (var site in seen.Initialising)
        {
            (found.TryGetValue(site, out var known) ? known : found[site] = []).UnionWith(all);
        }

        return found;
    }

    private static string? FirstFailure(TestRun seen, TestRecord record) =>
        seen.Results.FirstOrDefault(each => each.Value.IsFailed) is { Value: { } result, Key: var number } ? $"{record.Tests[number].Name}: {result.Text.Split('\n')[0]}" : null;

    /// <summary>Golden after a second run: tests that do not end the same way are flaky.</summary>
    private GoldenRun Repeated(WorkloadProgram program, GoldenRun golden, CancellationToken cancel)
    {
        var again = TestRun.Read(Execute(program, cancel).Output);
        if (again.Digest != golden.Tests!.Digest)
        {
            var other = again.Known.Select(test => test.Name).ToHashSet(StringComparer.Ordinal);
            throw new UsageException(
                $"The tests of {program.Workload.Project} have other names from run to run: {golden.Tests.Tests.FirstOrDefault(test => !other.Contains(test.Name))?.Name ?? golden.Tests.Tests[0].Name}.",
                "Give the data of that test values that are the same each time, or take it out of the project that is run.", ExitCode.GoldenNotUsable);
        }

        return Marked(golden, Differing(golden, again));
    }

    /// <summary>The tests that end one way in golden and another in a run, without those that are known to be flaky.</summary>
    private static HashSet<int> Differing(GoldenRun golden, TestRun run)
    {
        var first = TestRun.Read(golden.Run.Output);
        return run.Digest != first.Digest ? [] : [.. golden.Tests!.Tests.Where(test => !test.IsFlaky && State(first, test.Number) != State(run, test.Number)).Select(test => test.Number)];

        static string State(TestRun of, int number) => of.Results.TryGetValue(number, out var result) ? result.State : Agent.TestProtocol.Skipped;
    }

    /// <summary>Golden with tests that are found to be flaky: they judge no mutant.</summary>
    private GoldenRun Marked(GoldenRun golden, HashSet<int> flaky)
    {
        foreach (var number in flaky.Order().Take(MaximumNamed))
        {
            log.LogWarning("{Step,-10} {Test} does not end the same way twice: it judges no mutant", "flaky", golden.Tests!.Tests[number].Name);
        }

        return flaky.Count == 0 ? golden : new GoldenRun(golden.Workload, golden.Run with { Output = TestRecord.Lines(golden.Run.Output, flaky) });
    }

    private static GoldenRun WithoutFailures(GoldenRun golden)
    {
        var failing = Failing(golden).ToList();
        if (failing.Count == 0)
        {
            return golden;
        }

        var tests = golden.Tests!.Tests;
        var named = failing.Take(MaximumNamed).Select(each => tests[each.Key].Name).ToList();
        var others = named.Count == 1 ? "" : $"; and {string.Join(", ", named.Skip(1))}{(failing.Count > named.Count ? ", …" : "")}";
        var patterns = failing.Select(each => $"\"!{PatternOf(tests[each.Key])}\"").Distinct(StringComparer.Ordinal);
        throw new UsageException(
            $"{failing.Count} of {tests.Length} tests of {golden.Workload.Project} {(failing.Count == 1 ? "fails" : "fail")} without any fault: {named[0]}: {TestOutcomes.Of(failing[0].Value.Text).Words}{others}",
            $$"""Make them pass, or leave them out in mutators.json: { "workloads": [{ "name": "{{golden.Workload.Name}}", "project": "{{golden.Workload.Project}}", "arguments": [{{string.Join(", ", patterns)}}] }] }""",
            ExitCode.GoldenNotUsable);
    }

    /// <summary>A pattern for a test, with all rows of its method.</summary>
    private static string PatternOf(KnownTest test) => test.Name.IndexOfAny(['(', ' ', ':']) is var end and > 0 ? $"{test.Name[..(end + 1)]}*" : test.Name;

    private static IEnumerable<KeyValuePair<int, TestResult>> Failing(GoldenRun golden) => TestRun.Read(golden.Run.Output).Results.Where(each => each.Value.IsFailed);

    private GoldenRun Told(GoldenRun golden, string pass)
    {
        var tests = golden.Tests!;
        var flaky = tests.Tests.Count(test => test.IsFlaky);
        var skipped = tests.Tests.Count(test => test.IsSkipped);
        log.LogInformation("{Step,-10} golden run of {Workload}: {Tests} tests {Pass}{Flaky}{Skipped}, {Seconds:0.00} s", "ok", golden.Workload.Name,
            tests.Usable.Length, pass, flaky == 0 ? "" : $", {flaky} are flaky", skipped == 0 ? "" : $", {skipped} are skipped", golden.Run.Duration.TotalSeconds);
        return golden;
    }

    private static bool IsThrough(WorkloadRun run) => run is { End: ProcessEnd.Exited, ExitCode: 0 };

    private GoldenRun First(WorkloadProgram program, CancellationToken cancel)
    {
        var run = Execute(program, cancel);
        return new GoldenRun(program.Workload, run with { Output = TestRecord.Lines(run.Output, ImmutableHashSet<int>.Empty), Error = [] });
    }

    private WorkloadRun Execute(WorkloadProgram program, CancellationToken cancel)
    {
        ProgramFolder.Copy(Path.GetDirectoryName(program.Assembly)!, program.RunFolder);
        var run = TestProgram.Execute(Path.Combine(program.RunFolder, Path.GetFileName(program.Assembly)), program.Workload, TestProgram.Golden, configuration.GoldenLimits, cancel);
        if (!IsThrough(run))
        {
            var last = TestRun.Read(run.Output) is { Last: { } number } seen && number < seen.Known.Count ? $" in {seen.Known[number].Name}" : "";
            throw new UsageException(
                $"The tests of {program.Workload.Project} do not come to their end{last}: {run.Death ?? run.Error.LastOrDefault(line => line.Length > 0) ?? $"exit code {run.ExitCode}"}",
                $"See whether they do by themselves: dotnet test {program.Workload.Project}", ExitCode.GoldenNotUsable);
        }

        return TestRun.Read(run.Output).Known.Count > 0
            ? run
            : throw new UsageException($"{program.Workload.Project} has no tests.", "Name a project with tests, or a program, as workload in mutators.json.", ExitCode.GoldenNotUsable);
    }
}
