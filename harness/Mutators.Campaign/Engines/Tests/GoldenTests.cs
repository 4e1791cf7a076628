using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Activation;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines;

/// <summary>The golden runs of a test project: twice, since a test that is not the same twice judges nothing; then once with probes, for what each test reaches.</summary>
/// <param name="configuration">The limits.</param>
/// <param name="log">Where progress is told.</param>
internal sealed class GoldenTests(CampaignConfiguration configuration, ILogger log)
{
    /// <summary>Flaky tests that are named one by one.</summary>
    private const int MaximumNamed = 10;

    /// <summary>Runs the tests twice.</summary>
    /// <exception cref="UsageException">There are no tests, or some fail.</exception>
    public GoldenRun Run(WorkloadProgram program, CancellationToken cancel)
    {
        var first = Execute(program, cancel);
        var (one, two) = (TestRun.Read(first.Output), TestRun.Read(Execute(program, cancel).Output));
        if (one.Digest != two.Digest)
        {
            var other = two.Known.Select(test => test.Name).ToHashSet(StringComparer.Ordinal);
            throw new UsageException(
                $"The tests of {program.Workload.Project} have other names from run to run: {one.Known.FirstOrDefault(test => !other.Contains(test.Name))?.Name ?? one.Known[0].Name}.",
                "Give the data of that test values that are the same each time, or take it out of the project that is run.", ExitCode.GoldenNotUsable);
        }

        var flaky = one.Known.Select(test => test.Number).Where(number => State(one, number) != State(two, number)).ToHashSet();
        var failing = one.Results.Where(each => each.Value.IsFailed && !flaky.Contains(each.Key)).ToList();
        if (failing.Count > 0)
        {
            var (number, result) = failing[0];
            throw new UsageException(
                $"{failing.Count} of {one.Known.Count} tests of {program.Workload.Project} fail without any fault, the first {one.Known[number].Name}: {TestOutcomes.Of(result.Text).Words}",
                $"Make them pass, or name another test project in mutators.json: dotnet test {program.Workload.Project}", ExitCode.GoldenNotUsable);
        }

        foreach (var number in flaky.Order().Take(MaximumNamed))
        {
            log.LogWarning("{Step,-10} {Test} does not end the same way twice: it judges no mutant", "flaky", one.Known[number].Name);
        }

        var golden = new GoldenRun(program.Workload, first with { Output = TestRecord.Lines(first.Output, flaky), Error = [] });
        log.LogInformation("{Step,-10} golden run of {Workload}: {Tests} tests pass twice{Flaky}{Skipped}, {Seconds:0.00} s", "ok", program.Workload.Name,
            golden.Tests!.Usable.Length, flaky.Count == 0 ? "" : $", {flaky.Count} are flaky",
            golden.Tests.Tests.Count(test => test.IsSkipped) is var skipped and > 0 ? $", {skipped} are skipped" : "", first.Duration.TotalSeconds);
        return golden;

        static string State(TestRun run, int number) => run.Results.TryGetValue(number, out var result) ? result.State : Agent.TestProtocol.Skipped;
    }

    /// <summary>Runs the tests with a probe at each site.</summary>
    /// <returns>The golden run with the tests that reach each mutant's site, and how often they do.</returns>
    public (GoldenRun Golden, ImmutableArray<ActivationRecord> Activations) Cover(
        WorkloadProgram program, GoldenRun golden, InstrumentedGolden instrumented, ImmutableArray<Mutant> mutants, CancellationToken cancel)
    {
        var run = instrumented.RunTests(program.Assembly, program.Workload, configuration.GoldenLimits, cancel);
        var seen = TestRun.Read(run.Output);
        var record = golden.Tests!;
        var isUsable = run is { End: ProcessEnd.Exited, ExitCode: 0 } && seen.Digest == record.Digest
            && !seen.Results.Any(each => each.Value.IsFailed && !record.Tests[each.Key].IsFlaky);
        if (!isUsable)
        {
            log.LogWarning("{Step,-10} {Workload} behaves differently with probes ({Why}): every test counts as one that reaches every site", "warning", program.Workload.Name,
                run.Death ?? seen.Results.FirstOrDefault(each => each.Value.IsFailed).Value?.Text.Split('\n')[0] ?? $"exit code {run.ExitCode}");
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

    private WorkloadRun Execute(WorkloadProgram program, CancellationToken cancel)
    {
        ProgramFolder.Copy(Path.GetDirectoryName(program.Assembly)!, program.RunFolder);
        var run = TestProgram.Execute(Path.Combine(program.RunFolder, Path.GetFileName(program.Assembly)), program.Workload, TestProgram.Golden, configuration.GoldenLimits, cancel);
        if (run is not { End: ProcessEnd.Exited, ExitCode: 0 })
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
