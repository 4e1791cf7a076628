using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Benchmarks;
using Mutators;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Workloads;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["ratio", var repository, var mutants, var rebuilt]:
        Ratio(repository, int.Parse(mutants), int.Parse(rebuilt));
        return 0;
    case ["cross", var repository, var ofEach]:
        return CrossChecking.Run(repository, int.Parse(ofEach));
    case ["delta", var repository, var mutants]:
        return DeltaCost.Run(repository, int.Parse(mutants));
    case ["emission", var lines, var mutants]:
        Emission(int.Parse(lines), int.Parse(mutants));
        return 0;
    case ["branches", var mutants]:
        BranchScale.Run(int.Parse(mutants));
        return 0;
    case ["long", var mutants]:
        Long(int.Parse(mutants));
        return 0;
    case ["merge", var stores, var outcomes]:
        Merging.Run(int.Parse(stores), int.Parse(outcomes));
        return 0;
    case ["workloads", var runs, .. var names]:
        WorkloadSpeed.Run(int.Parse(runs), names);
        return 0;
    case ["operators", "--profile", var project]:
        OperatorSurvey.Profile(project);
        return 0;
    case ["operators", "--verify", var mutants, var project]:
        return OperatorSurvey.Verify(project, int.Parse(mutants)) ? 0 : 3;
    case ["operators", "--rejected", var list, .. var projects] when projects.Length > 0:
        using (var details = File.CreateText(list))
        {
            OperatorSurvey.Run(projects, details);
        }

        return 0;
    case ["operators", .. var projects] when projects.Length > 0:
        OperatorSurvey.Run(projects, details: null);
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: Benchmarks ratio REPOSITORY MUTANTS REBUILT   reload against rebuild on the same mutants of a clean clone of this repository
                   Benchmarks cross REPOSITORY OF_EACH           that many reached mutants of every operator by both engines; exit code 3 if they differ
                   Benchmarks delta REPOSITORY MUTANTS           cost and self-checks of delta executions of that many reached mutants; exit code 3 if any check fails
                   Benchmarks emission LINES MUTANTS             compiler's CPU time per mutant on a generated project
                   Benchmarks branches MUTANTS                   so many mutants emitted in one go, against git fast-import given the same commits
                   Benchmarks long MUTANTS                       memory and throughput over a long campaign on a generated project
                   Benchmarks merge STORES OUTCOMES              time and memory of merging so many stores of so many outcomes each
                   Benchmarks workloads RUNS [NAME]...           time and events of a warm run of each workload of the case study
                   Benchmarks operators [--rejected FILE] PROJECT[=NAME]...   every mutant of all operators compiled; sites, equivalents, time of a scan
                   Benchmarks operators --verify MUTANTS PROJECT that many mutants compiled together and each alone: equivalents, duplicates and rejects must be the same
                   Benchmarks operators --profile PROJECT        time of each operator's scan alone
            """);
        return 1;
}

static CampaignConfiguration Synthetic() => new() { Targets = ["App"], Workloads = [new Workload("app", "App", [])] };

// The same mutants by both engines, one after the other on the same machine: only the ratio is worth printing.
static void Ratio(string repository, int mutants, int rebuilt)
{
    var file = ConfigurationFile.Read(Path.Combine(repository, ConfigurationFile.DefaultName));
    using var bench = Bench.Open(repository, file, mutants);
    var modes = new Dictionary<MutantId, FailureMode>();
    using var engine = bench.Engine();
    var began = Stopwatch.GetTimestamp();
    var spent = new List<(string Way, FailureMode Mode, TimeSpan Time)>();
    engine.Run(
        bench.Jobs,
        result =>
        {
            var mode = modes[result.Job.Mutant] = Mode(bench, result);
            spent.Add((result.Way.Name, mode, result.Run?.Duration ?? TimeSpan.Zero));
        },
        CancellationToken.None);
    var reload = Stopwatch.GetElapsedTime(began);
    foreach (var group in spent.GroupBy(each => (each.Way, each.Mode)).OrderByDescending(group => group.Sum(each => each.Time.TotalMilliseconds)))
    {
        var times = group.Select(each => each.Time.TotalMilliseconds).Order().ToList();
        Console.WriteLine($"| {group.Key.Way} | {group.Key.Mode.Words} | {times.Count} runs | median {times[times.Count / 2]:0.0} ms | {times.Sum() / bench.Jobs.Count:0.0} ms per mutant of all |");
    }

    var builder = new RebuildEngine(bench.Workspace.Checkout, bench.Workspace.Build);
    var (rebuild, differ) = (TimeSpan.Zero, 0);
    foreach (var job in bench.Jobs.Take(rebuilt))
    {
        var (time, outcome) = bench.Rebuild(builder, job);
        rebuild += time;
        differ += outcome.Mode == modes[job.Mutant] ? 0 : 1;
    }

    var (perReload, perRebuild) = (reload.TotalMilliseconds / bench.Jobs.Count, rebuild.TotalMilliseconds / Math.Max(1, rebuilt));
    var statistics = engine.Statistics;
    var compile = statistics.PreparingCpu.TotalMilliseconds / statistics.Runs;
    var run = statistics.Running.TotalMilliseconds / statistics.Runs;
    var apply = statistics.Applying.TotalMilliseconds / statistics.Runs;
    var around = (statistics.Whole - statistics.Running - statistics.Applying).TotalMilliseconds / statistics.Runs;
    var check = statistics.Checking.TotalMilliseconds / statistics.Runs;
    Console.WriteLine($"""
        | reload: {bench.Jobs.Count} mutants | {perReload:0.0} ms each, {1000 / perReload:0.0} mutants/s |
        | rebuild: {rebuilt} of them | {perRebuild:0} ms each, {1000 / perRebuild:0.00} mutants/s |
        | **ratio** | **{perRebuild / perReload:0}** |
        | failure modes that differ | {differ} of {rebuilt} |
        | per mutant: compile (CPU) | {compile:0.00} ms |
        | per mutant: apply | {apply:0.00} ms |
        | per mutant: run | {run:0.00} ms |
        | per mutant: pipes, checks of statics, reading | {around:0.00} ms |
        | per mutant: golden checks | {check:0.00} ms |
        | overhead: all but compile and run | {(apply + around + check) / (compile + apply + run + around + check):P0} |
        """);
    Console.WriteLine(statistics.InWords());
}

static FailureMode Mode(Bench bench, ReloadResult result) => bench.OutcomeOf(result)?.Mode ?? FailureMode.NotActivated;

static void Emission(int lines, int mutants)
{
    using var project = SyntheticProject.Create(lines, executed: 10);
    using var bench = Bench.Open(project.Root, Synthetic(), mutants);
    using var engine = bench.Engine();
    var cpu = new List<double>();
    var sizes = new List<int>();
    foreach (var batch in engine.Batches(bench.Jobs.Select(job => job.Commit)))
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var (deltas, refused) = engine.CompileOnly(batch, CancellationToken.None);
        sizes.Add(batch.Length);
        cpu.Add((Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds);
        Console.WriteLine($"batch of {batch.Length}: {cpu[^1] / batch.Length:0.00} ms CPU per mutant, {deltas} deltas, {refused} not");
    }

    Console.WriteLine($"| {project.Lines:#,0} lines, {bench.Jobs.Count} mutants | {cpu.Sum() / bench.Jobs.Count:0.0} ms CPU per mutant, the first batch with a cold compiler included; {cpu.Skip(1).Sum() / Math.Max(1, sizes.Skip(1).Sum()):0.0} ms from the second batch on |");
}

static void Long(int mutants)
{
    using var project = SyntheticProject.Create(mutants * 4, executed: 40);
    using var bench = Bench.Open(project.Root, Synthetic(), mutants);
    using var engine = bench.Engine();
    var times = new List<TimeSpan>();
    var modes = new Dictionary<FailureMode, int>();
    var ways = new Dictionary<string, int>(StringComparer.Ordinal);
    var began = Stopwatch.GetTimestamp();
    engine.Run(
        bench.Jobs,
        result =>
        {
            times.Add(Stopwatch.GetElapsedTime(began));
            var mode = Mode(bench, result);
            modes[mode] = modes.GetValueOrDefault(mode) + 1;
            ways[result.Way.Name] = ways.GetValueOrDefault(result.Way.Name) + 1;
            if (times.Count % 1000 == 0)
            {
                Console.WriteLine($"{times.Count}: {times[^1].TotalSeconds:0.0} s, {1000 / (times[^1] - (times.Count > 1000 ? times[^1001] : TimeSpan.Zero)).TotalSeconds:0.0} mutants/s, harness {Environment.WorkingSet >> 20} MiB");
            }
        },
        CancellationToken.None);
    Console.WriteLine(string.Join(", ", modes.OrderBy(each => each.Key).Select(each => $"{each.Value} {each.Key.Words}")));
    Console.WriteLine(string.Join(", ", ways.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Value} {each.Key}")));
    Console.WriteLine(engine.Statistics.InWords());
    var thousand = Math.Min(1000, times.Count / 2);
    var first = thousand / times[thousand - 1].TotalSeconds;
    var last = thousand / (times[^1] - times[^(thousand + 1)]).TotalSeconds;
    Console.WriteLine($"| {times.Count:#,0} mutants, {project.Lines:#,0} lines | first {thousand}: {first:0.0}/s, last {thousand}: {last:0.0}/s ({last / first:P0}); a worker held at most {engine.Statistics.PeakWorkingSet >> 20} MiB |");
}
