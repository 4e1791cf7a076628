using System.Diagnostics;
using Xen.XenWorkloads;

namespace Benchmarks;

/// <summary>The workloads of the case study, warm, without any fault and without ticks: time and events of a run.</summary>
internal static class WorkloadSpeed
{
    private const int WarmUp = 60;

    private const int Domains = 3;

    /// <summary>Runs each workload one run after the other in this process, each run with a seed of its own, and prints a table.</summary>
    /// <param name="runs">Measured runs of each workload, after as many as warm the process up.</param>
    /// <param name="names">Which workloads; none for all.</param>
    public static void Run(int runs, IReadOnlyCollection<string> names)
    {
        Console.WriteLine($"""
            | workload, {Domains} domains | first run ms | warm: median ms | best tenth ms | CPU ms | events | events per second | MiB allocated |
            |---|---|---|---|---|---|---|---|
            """);
        foreach (var name in names.Count == 0 ? WorkloadRun.Names : names)
        {
            var first = Measure(name, seed: 0).Time;
            for (var i = 0; i < WarmUp; i++) Measure(name, (ulong)i);
            var before = Environment.CpuUsage.TotalTime;
            var samples = Enumerable.Range(1, runs).Select(seed => Measure(name, (ulong)seed)).ToList();
            var cpu = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / runs;
            var times = samples.Select(each => each.Time.TotalMilliseconds).Order().ToList();
            var events = samples.Average(each => each.Events);
            Console.WriteLine(
                $"| `{name}` | {first.TotalMilliseconds:0} | {times[runs / 2]:0.0} | {times[runs / 10]:0.0} | {cpu:0.0} | {events:#,0} "
                + $"| {samples.Sum(each => each.Events) / times.Sum() * 1000:#,0} | {samples.Average(each => each.Allocated) / (1 << 20):0.0} |");
        }
    }

    private static Sample Measure(string workload, ulong seed)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var began = Stopwatch.GetTimestamp();
        var machine = new Machine(seed);
        var run = WorkloadRun.On(machine, new WorkloadOptions(workload, seed, Domains));
        var time = Stopwatch.GetElapsedTime(began);
        if (run.ExitCode != WorkloadRun.Completed) throw new InvalidOperationException($"{workload}, seed {seed}, ended with {run.ExitCode}: {run.Output[^2]}");
        return new Sample(time, machine.Simulation.EventCount, GC.GetTotalAllocatedBytes() - allocated);
    }

    private sealed record Sample(TimeSpan Time, long Events, long Allocated);
}
