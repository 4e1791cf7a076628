using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Mechanisms.Clusters;

namespace Xen.Mechanisms.Load;

/// <summary>What a run under load has shown.</summary>
/// <param name="Requests">That fell due.</param>
/// <param name="Missed">Late, wrong or unanswered.</param>
/// <param name="Wrong">A balance that is not what it should be: a request lost, or executed twice.</param>
/// <param name="Unanswered">At the end, after the load was over.</param>
/// <param name="MostCopies">The most hosts that ever ran the same VM at a moment.</param>
/// <param name="Migrations">How each went.</param>
/// <param name="Provisioned">VMs that were added.</param>
/// <param name="LongestWaitMs">Of any request.</param>
public sealed record LoadRun(int Requests, int Missed, int Wrong, int Unanswered, int MostCopies, IReadOnlyList<string> Migrations, int Provisioned, double LongestWaitMs);

/// <summary>
/// Three hosts of two CPUs. In one all VMs of the first host together ask for more than it has, and a VM of the second asks for more than one
/// virtual CPU can give; in the other every host has more than it can carry.
/// </summary>
public static class LoadExperiment
{
    private const long DurationNs = 3 * Cluster.SecondNs;
    private const long SettleNs = 6 * Cluster.SecondNs;
    private const long LookEveryNs = 100 * Cluster.MillisecondNs;
    private const int WorkUs = 1000;

    /// <summary>Of a CPU: 32 clients of 21 requests of 1 ms a second.</summary>
    private const int ClientsOfVm = 32;
    private const int RateOfVm = 21;
    private const int RateOfSaturatedVm = 38;

    /// <summary>Runs it.</summary>
    /// <param name="seed">Of everything.</param>
    /// <param name="balanced">With the mechanism.</param>
    /// <param name="everywhere">All hosts have too much: there is nowhere to go.</param>
    public static LoadRun Run(ulong seed, bool balanced, bool everywhere = false)
    {
        var cluster = new Cluster(seed, 2, ["a", "b", "c"]);
        var router = new RequestRouter(cluster);
        var balancer = new LoadBalancer(cluster, router);
        var pools = new List<ClientPool>();
        var plans = new List<VmPlan>();
        void Place(int host, int rate)
        {
            var plan = new VmPlan($"vm{plans.Count + 1}", new ServiceOptions { Id = plans.Count + 1, WorkUs = WorkUs, BootMs = 200 });
            plans.Add(plan);
            cluster.Create(cluster.Machines[host], plan);
            balancer.Manage(plan);
            pools.Add(new ClientPool(cluster, router, new ClientPlan(pools.Count * ClientsOfVm, ClientsOfVm, rate), plan.Service.Id));
        }

        for (var i = 0; i < 4; i++) Place(0, RateOfVm);
        if (everywhere)
        {
            for (var i = 0; i < 8; i++) Place(1 + (i % 2), RateOfVm);
        }
        else
        {
            Place(1, RateOfSaturatedVm);
        }

        var mostCopies = 0;
        cluster.Network.RequestPassed += request => mostCopies = Math.Max(mostCopies, cluster.RunningCopies(plans[request.Client / ClientsOfVm].Name));
        foreach (var pool in pools) pool.Start(DurationNs);
        var timeline = new Timeline(cluster);
        if (balanced)
        {
            balancer.Step();
            timeline.Every(LookEveryNs, () =>
            {
                balancer.Step();
                return true;
            });
        }

        timeline.Run(DurationNs + SettleNs);
        return new LoadRun(
            pools.Sum(pool => pool.Requests), pools.Sum(pool => pool.Missed), pools.Sum(pool => pool.Wrong), pools.Sum(pool => pool.Unanswered),
            mostCopies, balancer.Migrations, balancer.Provisioned, pools.Max(pool => pool.LongestWaitNs) / (double)Cluster.MillisecondNs);
    }

    /// <summary>
    /// Migrates one VM under load that writes to its memory faster than the network carries pages away, and says how that ended: rounds, and
    /// pages that were left for the time in which the VM stands still.
    /// </summary>
    public static (string Migration, int MissedRequests, int WrongAnswers) MigrateDirtyVm(ulong seed, bool dirty)
    {
        var cluster = new Cluster(seed, 2, ["a", "b"]);
        var router = new RequestRouter(cluster);
        var balancer = new LoadBalancer(cluster, router);
        var plan = new VmPlan("vm1", new ServiceOptions { Id = 1, WorkUs = 200, BootMs = 50, WorkingPages = 600, DirtyPages = dirty ? 600 : 1 }) { MemoryMib = 4 };
        cluster.Create(cluster.Machines[0], plan);
        var pool = new ClientPool(cluster, router, new ClientPlan(0, ClientsOfVm, 100), 1);
        pool.Start(Cluster.SecondNs);
        cluster.RunFor(Cluster.SecondNs / 4);
        if (!balancer.Migrate(plan, cluster.Machines[0], cluster.Machines[1])) throw new ExperimentException("the VM was not migrated");
        cluster.RunFor(2 * Cluster.SecondNs);
        return (balancer.Migrations[0], pool.Missed, pool.Wrong);
    }

    /// <summary>The rows of the table.</summary>
    public static ExperimentResult Measure(ulong seed)
    {
        var without = Run(seed, balanced: false);
        var with = Run(seed, balanced: true);
        var lostWithout = Run(seed, balanced: false, everywhere: true);
        var lostWith = Run(seed, balanced: true, everywhere: true);
        var (calm, _, _) = MigrateDirtyVm(seed, dirty: false);
        var (dirty, _, wrong) = MigrateDirtyVm(seed, dirty: true);
        var holds = with.Missed < without.Missed / 2 && with is { Wrong: 0, Unanswered: 0, MostCopies: 1 };
        return new ExperimentResult(
            [
                $"one host overloaded, not balanced: {Text(without)}",
                $"one host overloaded, balanced: {Text(with)}",
                .. with.Migrations.Select(migration => $"  migrated {migration}"),
                $"  provisioned {with.Provisioned} VM",
                $"every host overloaded, not balanced: {Text(lostWithout)}",
                $"every host overloaded, balanced: {Text(lostWith)}",
                $"a VM that writes little: {calm}",
                $"a VM that writes faster than the network: {dirty}",
            ],
            [
                new Finding("load-induced migration", "late or failed requests", Share(without), Share(with), holds,
                    "every host is overloaded", $"{Share(lostWithout)} without, {Share(lostWith)} with: no gain, no harm",
                    IsNoDifference(lostWithout, lostWith)),
                new Finding("live migration", "requests lost or executed twice; VM on two hosts", "-", $"{with.Wrong + with.Unanswered}; {(with.MostCopies > 1 ? "yes" : "never")}",
                    with is { Wrong: 0, Unanswered: 0, MostCopies: 1 }, "the VM writes faster than the network", $"{dirty}; {wrong} lost", dirty.StartsWith("vm1: 5 rounds", StringComparison.Ordinal) && wrong == 0),
            ]);
    }

    /// <summary>Within a hundredth of the requests: hosts that come to rest at different times are balanced in the end.</summary>
    public static bool IsNoDifference(LoadRun without, LoadRun with) => without.Requests == with.Requests && Math.Abs(without.Missed - with.Missed) <= without.Requests / 100;

    private static string Share(LoadRun run) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * run.Missed / run.Requests:0.0} %");

    private static string Text(LoadRun run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Missed} of {run.Requests} late or failed, {run.Wrong} wrong, {run.Unanswered} unanswered at the end, longest wait {run.LongestWaitMs:0} ms");
}
