using Xen.Hypervisor;
using Xen.XenStore;
using static Samples.Tests.XenStore.StoreBench;

namespace Samples.Tests.XenStore;

[TestClass]
public sealed class DomainTests
{
    private readonly StoreBench bench = new();

    private XsClient Admin => bench.Admin;

    [TestMethod]
    public void Requests_wait_in_the_ring_until_the_domain_is_introduced()
    {
        var (domid, port) = bench.MakeDomain();
        Write(Admin, $"/local/domain/{domid}", "");
        Ok(Admin, XsMessageType.SetPerms, $"/local/domain/{domid}", "n0", $"r{domid}");
        var guest = new XsClient(bench.Ring(domid, port));
        bench.Host.Domctl.UnpauseDomain(bench.Host.Dom0, domid);
        var answers = 0;
        guest.Directory("", _ => answers++);
        bench.Run();
        Assert.AreEqual(0, answers);
        Ok(Admin, XsMessageType.Introduce, $"{domid}", "1", $"{port}");
        bench.Run();
        Assert.AreEqual(1, answers);
    }

    [TestMethod]
    public void INTRODUCE_fires_its_special_watch_and_may_be_repeated()
    {
        bench.Watch(Admin, "@introduceDomain", "t");
        var (domid, port) = bench.MakeDomain();
        Assert.AreEqual("F", Ok(Admin, XsMessageType.IsDomainIntroduced, $"{domid}"));
        Ok(Admin, XsMessageType.Introduce, $"{domid}", "1", $"{port}");
        Ok(Admin, XsMessageType.Introduce, $"{domid}", "1", $"{port}");
        bench.Run();
        Assert.AreEqual("T", Ok(Admin, XsMessageType.IsDomainIntroduced, $"{domid}"));
        Assert.AreEqual("t:@introduceDomain", bench.Events[0]);
    }

    [TestMethod]
    [DataRow("99", "1", "1")]
    [DataRow("x", "1", "1")]
    [DataRow("1", "1", "0")]
    [DataRow("1", "1", "77")]
    public void INTRODUCE_of_what_is_not_there_is_EINVAL_and_leaves_nothing(string domid, string frame, string port)
    {
        bench.MakeDomain();
        Assert.AreEqual(XsError.EINVAL, Error(Admin, XsMessageType.Introduce, domid, frame, port));
        Assert.AreEqual(0, bench.Host.FindDomain(1)!.GrantTable.PinsOf(Xenstored.RingGrant).Total);
    }

    [TestMethod]
    [DataRow(XsMessageType.Release)]
    [DataRow(XsMessageType.Resume)]
    public void RELEASE_and_RESUME_of_an_unknown_domain_are_ENOENT(XsMessageType type) =>
        Assert.AreEqual(XsError.ENOENT, Error(Admin, type, "9"));

    [TestMethod]
    public void A_shutdown_is_announced_once_and_again_after_RESUME()
    {
        bench.Guest(out var domid);
        bench.Watch(Admin, "@releaseDomain", "t");
        var domain = bench.Host.FindDomain(domid)!;
        bench.Host.Sched.Shutdown(domain, ShutdownReason.Suspend);
        bench.Run();
        Assert.AreEqual(1, bench.Events.Count);
        bench.Host.Domctl.ResumeDomain(bench.Host.Dom0, domid);
        Ok(Admin, XsMessageType.Resume, $"{domid}");
        bench.Host.Sched.Shutdown(domain, ShutdownReason.Poweroff);
        bench.Run();
        Assert.AreEqual(2, bench.Events.Count);
    }

    [TestMethod]
    public void A_dead_domains_nodes_go_with_all_below_and_then_its_release_is_announced()
    {
        var guest = bench.Guest(out var domid);
        Write(guest, "data/x", "1");
        Write(Admin, $"/local/domain/{domid}/data/x/dom0", "1");
        bench.Watch(Admin, $"/local/domain/{domid}/data/x", "node");
        bench.Watch(Admin, "@releaseDomain", "special");
        bench.Host.Domctl.DestroyDomain(bench.Host.Dom0, domid);
        bench.Run();
        Assert.AreEqual(XsError.ENOENT, Error(Admin, XsMessageType.Read, $"/local/domain/{domid}/data"));
        Assert.AreEqual("", Ok(Admin, XsMessageType.Read, $"/local/domain/{domid}"));
        CollectionAssert.AreEqual(new[] { $"node:/local/domain/{domid}/data/x", "special:@releaseDomain" }, bench.Events.Distinct().ToArray());
        Assert.AreEqual(0, bench.Daemon.Tree.Inconsistencies().Count());
    }

    [TestMethod]
    public void A_dead_domain_is_not_kept_as_a_zombie_by_its_ring()
    {
        bench.Guest(out var domid);
        bench.Host.Domctl.DestroyDomain(bench.Host.Dom0, domid);
        bench.Run();
        Assert.IsNull(bench.Host.FindDomain(domid));
    }

    [TestMethod]
    public void A_dead_client_takes_its_watches_and_transactions_along()
    {
        var client = bench.Connect();
        Ok(client, XsMessageType.Watch, "/a", "t");
        Start(client);
        var before = bench.Daemon.Connections.Count;
        client.Component.Kill("SIGKILL");
        Assert.AreEqual(before - 1, bench.Daemon.Connections.Count);
    }

    [TestMethod]
    public void Without_the_daemon_every_request_is_EIO()
    {
        bench.Daemon.Component.Kill("SIGSEGV");
        Assert.IsTrue(Admin.Closed);
        Assert.AreEqual(XsError.EIO, Error(Admin, XsMessageType.Read, "/"));
    }
}
