using System.Globalization;
using Xen.Guests;
using Xen.Mechanisms.Clusters;

namespace Xen.Mechanisms.Rejuvenation;

/// <summary>What is done about ageing.</summary>
public enum RejuvenationMethod
{
    /// <summary>A crash is repaired, nothing else.</summary>
    None,

    RebootInPlace,

    Reincarnation,
}

/// <summary>What may be varied.</summary>
public sealed record RejuvenationSetup(RejuvenationMethod Method)
{
    public long PeriodNs { get; init; } = 1500 * Cluster.MillisecondNs;

    /// <summary>CPU that a reincarnation may take while it boots, in percent; 0 for as much as it likes.</summary>
    public int BootCap { get; init; } = 30;

    /// <summary>A page is lost every so many requests.</summary>
    public int LeakEvery { get; init; } = 5;

    public int LatentPpm { get; init; }

    public int RotPpm { get; init; }
}

/// <summary>What happened.</summary>
/// <param name="Requests">That fell due.</param>
/// <param name="Missed">Late, wrong or unanswered.</param>
/// <param name="Wrong">Answers that were wrong.</param>
/// <param name="Crashes">Of the VM, each repaired by a new one.</param>
/// <param name="Rejuvenations">In good order.</param>
/// <param name="MostLeakedPages">The most that any incarnation had lost.</param>
/// <param name="BootMs">What the last reincarnation took to boot.</param>
/// <param name="MeanLatencyMs">Of all answers.</param>
public sealed record RejuvenationRun(int Requests, int Missed, int Wrong, int Crashes, int Rejuvenations, int MostLeakedPages, double BootMs, double MeanLatencyMs)
{
    public double Availability => 1 - ((double)Missed / Requests);
}

/// <summary>A service that ages, on one CPU that it shares with its reincarnations.</summary>
public static class RejuvenationExperiment
{
    private const int LatentRuns = 8;
    private const int Clients = 32;
    private const int Rate = 20;
    private const int BootMs = 300;
    private const long DurationNs = 10 * Cluster.SecondNs;
    private const long LookEveryNs = 50 * Cluster.MillisecondNs;

    public static RejuvenationRun Run(ulong seed, RejuvenationSetup setup)
    {
        var cluster = new Cluster(seed, 1, ["a"]);
        var router = new RequestRouter(cluster);
        var image = new VmPlan("web", new ServiceOptions { Id = 1, WorkUs = 1000, BootMs = BootMs, LeakEvery = setup.LeakEvery, LatentPpm = setup.LatentPpm, RotPpm = setup.RotPpm }) { Seed = seed };
        cluster.Create(cluster.Machines[0], image);
        var pool = new ClientPool(cluster, router, new ClientPlan(0, Clients, Rate), 1);
        var reincarnation = new Reincarnation(cluster, router, cluster.Machines[0], image);
        pool.Start(DurationNs);
        var timeline = new Timeline(cluster);
        timeline.Every(LookEveryNs, () =>
        {
            reincarnation.RecoverIfCrashed(pool);
            return true;
        });
        if (setup.Method != RejuvenationMethod.None)
        {
            timeline.Every(setup.PeriodNs, () =>
            {
                if (setup.Method == RejuvenationMethod.Reincarnation) reincarnation.Rejuvenate(setup.BootCap);
                else reincarnation.RebootInPlace();
                return true;
            });
        }

        timeline.Run(DurationNs);
        return new RejuvenationRun(pool.Requests, pool.Missed, pool.Wrong, reincarnation.Recoveries, reincarnation.Rejuvenations, reincarnation.MostLeaked,
            reincarnation.BootNs / (double)Cluster.MillisecondNs, pool.TotalLatencyNs / (double)Cluster.MillisecondNs / Math.Max(1, pool.Answers));
    }

    /// <summary>Periods, the shortest first, with what each misses.</summary>
    public static IReadOnlyList<(double PeriodS, RejuvenationRun Run)> Sweep(ulong seed) =>
        [.. new[] { 100, 500, 1500, 2500, 6000 }.Select(ms => (ms / 1000.0, Run(seed, new RejuvenationSetup(RejuvenationMethod.Reincarnation) { PeriodNs = ms * Cluster.MillisecondNs, BootCap = 0 })))];

    /// <summary>The rows of the table.</summary>
    public static ExperimentResult Measure(ulong seed)
    {
        var none = Run(seed, new RejuvenationSetup(RejuvenationMethod.None));
        var reboot = Run(seed, new RejuvenationSetup(RejuvenationMethod.RebootInPlace));
        var with = Run(seed, new RejuvenationSetup(RejuvenationMethod.Reincarnation));
        var caps = new[] { 0, 35, 25, 15 }.Select(cap => (Cap: cap, Run: Run(seed, new RejuvenationSetup(RejuvenationMethod.Reincarnation) { BootCap = cap }))).ToList();
        var sweep = Sweep(seed);
        var best = sweep.MinBy(each => each.Run.Missed);
        var latent = new RejuvenationSetup(RejuvenationMethod.None) { LeakEvery = 0, LatentPpm = 300 };
        var (latentNone, latentWith) = (WrongAnswers(seed, latent), WrongAnswers(seed, latent with { Method = RejuvenationMethod.Reincarnation, PeriodNs = Cluster.SecondNs }));
        var rotWith = Run(seed, latent with { Method = RejuvenationMethod.Reincarnation, LatentPpm = 0, RotPpm = 5_000 });
        var rotNone = Run(seed, latent with { LatentPpm = 0, RotPpm = 5_000 });
        return new ExperimentResult(
            [
                $"nothing: {Text(none)}",
                $"reboot in place: {Text(reboot)}",
                $"reincarnation: {Text(with)}",
                .. caps.Select(cap => string.Create(CultureInfo.InvariantCulture,
                    $"  cap {(cap.Cap == 0 ? "none" : cap.Cap + " %")}: boots in {cap.Run.BootMs:0} ms, requests take {cap.Run.MeanLatencyMs:0.00} ms on average")),
                .. sweep.Select(each => string.Create(CultureInfo.InvariantCulture, $"  every {each.PeriodS:0.0} s: {each.Run.Missed} of {each.Run.Requests} missed, {each.Run.Crashes} crashes, {each.Run.Rejuvenations} rejuvenations")),
                $"latent errors, {LatentRuns} runs: {latentNone} wrong answers with nothing, {latentWith} with reincarnation",
                $"corrupt accounts, nothing: {Text(rotNone)}",
                $"corrupt accounts, reincarnation: {Text(rotWith)}",
            ],
            [
                new Finding("rejuvenation", "availability under ageing", $"{Percent(none)} (reboot in place {Percent(reboot)})", Percent(with),
                    with.Availability >= reboot.Availability && with.Availability > none.Availability && with.Crashes == 0 && none.Crashes > 0,
                    "the period is too short, or longer than a life", string.Create(CultureInfo.InvariantCulture,
                        $"{Percent(sweep[0].Run)} at {sweep[0].PeriodS} s, {Percent(best.Run)} at {best.PeriodS} s, {Percent(sweep[^1].Run)} at {sweep[^1].PeriodS} s"),
                    best.Run.Missed < sweep[0].Run.Missed && best.Run.Missed < sweep[^1].Run.Missed),
                new Finding("clean image", "wrong answers after latent errors, without a detector", $"{latentNone}", $"{latentWith}", latentWith < latentNone / 2,
                    "the state itself is corrupt, and is transferred", $"{rotNone.Wrong} without, {rotWith.Wrong} with: nothing is gained", rotWith.Wrong >= rotNone.Wrong * 9 / 10 && rotWith.Wrong > 0),
                new Finding("boot in the background", "boot time; mean latency meanwhile", Cap(caps[0]), Cap(caps[^1]),
                    caps.Zip(caps.Skip(1)).All(pair => pair.First.Run.BootMs < pair.Second.Run.BootMs && pair.First.Run.MeanLatencyMs >= pair.Second.Run.MeanLatencyMs),
                    "no cap", Cap(caps[0]), caps[0].Run.MeanLatencyMs > caps[^1].Run.MeanLatencyMs),
            ]);
    }

    /// <summary>Over some runs: when a latent error comes is a matter of luck.</summary>
    private static int WrongAnswers(ulong seed, RejuvenationSetup setup) => Enumerable.Range(0, LatentRuns).Sum(run => Run(seed + (ulong)run, setup).Wrong);

    private static string Cap((int Cap, RejuvenationRun Run) cap) => string.Create(CultureInfo.InvariantCulture, $"{cap.Run.BootMs:0} ms; {cap.Run.MeanLatencyMs:0.00} ms");

    private static string Percent(RejuvenationRun run) => string.Create(CultureInfo.InvariantCulture, $"{100 * run.Availability:0.0} %");

    private static string Text(RejuvenationRun run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Missed} of {run.Requests} missed, {run.Wrong} wrong, {run.Crashes} crashes, {run.Rejuvenations} rejuvenations, at most {run.MostLeakedPages} pages lost");
}
