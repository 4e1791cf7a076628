using Xen.Guests;
using Xen.Mechanisms.Clusters;

namespace Samples.Tests.Mechanisms;

/// <summary>The substrate of the mechanisms: a service whose state can be read, copied, saved, restored and migrated.</summary>
[TestClass]
public sealed class ServiceTests
{
    private readonly Cluster cluster = new(1, 2, ["a", "b"]);
    private readonly RequestRouter router;
    private readonly VmPlan plan = new("web", new ServiceOptions { Id = 1, WorkUs = 1000, BootMs = 20 });

    public ServiceTests() => router = new RequestRouter(cluster);

    [TestMethod]
    public void Options_come_back_from_their_own_text()
    {
        var options = new ServiceOptions
        {
            Id = 7, Version = 2, WorkUs = 3, BootMs = 4, WorkingPages = 5, DirtyPages = 6, LeakEvery = 8, LatentPpm = 9, RotPpm = 10, CrashAt = 11, WrongFrom = 12, FlawedBelow = 13,
        };
        Assert.AreEqual(options, ServiceOptions.Parse(options.ToString()));
        Assert.AreEqual(new ServiceOptions(), ServiceOptions.Parse("nonsense,version:x,:3,unknown:4"));
    }

    [TestMethod]
    public void Clients_get_the_balances_that_they_expect()
    {
        cluster.Create(cluster.Machines[0], plan);
        var pool = Load();
        cluster.RunFor(Cluster.SecondNs);
        Assert.AreEqual((pool.Good, 0, 0), (pool.Requests, pool.Missed, pool.RepeatedAnswers));
        Assert.IsGreaterThan(100, pool.Good);
    }

    [TestMethod]
    public void A_request_that_comes_twice_is_executed_once_and_answered_twice()
    {
        var service = cluster.Create(cluster.Machines[0], plan);
        var answers = new List<ServiceReply>();
        cluster.Network.Replied += answers.Add;
        for (var i = 0; i < 3; i++)
        {
            cluster.Network.Send(1, new ServiceRequest(5, 1, 40));
            cluster.RunFor(5 * Cluster.MillisecondNs);
        }
        cluster.Network.Send(1, new ServiceRequest(5, 2, 2));
        cluster.RunFor(5 * Cluster.MillisecondNs);
        Assert.AreSequenceEqual([40L, 40L, 40L, 42L], answers.Select(answer => answer.Balance));
        Assert.AreEqual(2, service.Served);
    }

    [TestMethod]
    public void What_is_restored_from_a_checkpoint_is_what_was_saved_with_the_requests_that_were_queued()
    {
        var service = cluster.Create(cluster.Machines[0], plan);
        for (var client = 0; client < 40; client++) cluster.Network.Send(1, new ServiceRequest(client, 1, client + 1));
        cluster.RunFor(10 * Cluster.MillisecondNs);
        Assert.IsFalse(service.Idle);
        cluster.MustXl(cluster.Machines[0], "save", "-p", "web", "/srv/web.save");
        var (saved, executed) = (service.Ledger.Export(), service.Served);
        Assert.IsLessThan(40, executed);

        cluster.MustXl(cluster.Machines[0], "destroy", "web");
        cluster.Network.Forget(1);
        cluster.MustXl(cluster.Machines[0], "restore", "-p", "/srv/web.save");
        Assert.IsFalse(cluster.IsReady(1));
        cluster.MustXl(cluster.Machines[0], "unpause", "web");
        Assert.IsTrue(cluster.RunUntil(() => cluster.IsReady(1), Cluster.SecondNs));
        var restored = cluster.Network.ServiceOf(1)!;
        Assert.AreNotSame(service, restored);
        Assert.AreSequenceEqual(saved, restored.Ledger.Export());
        Assert.AreEqual(executed, restored.Served);

        Assert.IsTrue(cluster.RunUntil(() => restored.Idle, Cluster.SecondNs));
        for (var client = 0; client < 40; client++) Assert.AreEqual(client + 1, restored.Ledger.Balance(client));
    }

    [TestMethod]
    public void A_migration_under_load_loses_no_request_and_executes_none_twice()
    {
        cluster.Create(cluster.Machines[0], plan);
        var pool = Load();
        var copies = 0;
        cluster.Network.RequestPassed += _ => copies = Math.Max(copies, cluster.RunningCopies("web"));
        for (var i = 0; i < 4; i++)
        {
            cluster.RunFor(100 * Cluster.MillisecondNs);
            cluster.MustXl(cluster.Machines[i % 2], "migrate", "web", cluster.Machines[1 - (i % 2)].Host.Name);
        }
        cluster.RunFor(Cluster.SecondNs);
        Assert.AreEqual((pool.Requests, 0, 0, 1), (pool.Answers, pool.Wrong, pool.Unanswered, copies));
    }

    [TestMethod]
    public void A_hand_over_gives_the_state_with_the_same_digest()
    {
        var from = cluster.Create(cluster.Machines[0], plan);
        var to = cluster.Create(cluster.Machines[1], plan with { Name = "copy", Service = plan.Service with { Id = 2 } });
        var pool = Load();
        cluster.RunFor(200 * Cluster.MillisecondNs);
        Assert.IsNull(router.HandOver(from, to));
        Assert.AreSequenceEqual(from.Ledger.Export(), to.Ledger.Export());
        router.Redirect(1, 2);
        router.Release();
        cluster.RunFor(Cluster.SecondNs);
        Assert.AreEqual(0, pool.Missed);
    }

    private ClientPool Load()
    {
        var pool = new ClientPool(cluster, router, new ClientPlan(0, 16, 20), 1);
        pool.Start(Cluster.SecondNs / 2);
        return pool;
    }
}
