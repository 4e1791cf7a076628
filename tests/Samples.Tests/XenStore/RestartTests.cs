using Xen.Hypervisor;
using Xen.XenStore;
using static Samples.Tests.XenStore.StoreBench;

namespace Samples.Tests.XenStore;

/// <summary>A daemon that ended and starts again with its record.</summary>
[TestClass]
public sealed class RestartTests
{
    private readonly StoreBench bench = new();
    private readonly XsClient guest;
    private readonly int domid;

    public RestartTests() => guest = bench.Guest(out domid);

    [TestMethod]
    public void The_tree_and_the_rings_of_domains_are_as_before()
    {
        Assert.AreEqual(XsError.None, Write(guest, "data/x", "1"));
        Restart();
        Assert.AreEqual("1", Ask(guest, XsMessageType.Read, "data/x").Value);
        Assert.AreEqual(XsError.None, Write(guest, "data/x", "2"));
        CollectionAssert.AreEqual(new[] { domid }, bench.Daemon.IntroducedDomains.Select(domain => domain.Domid).ToArray());
    }

    [TestMethod]
    public void What_a_domain_watches_fires_once_since_something_may_have_changed_and_then_as_ever()
    {
        bench.Watch(guest, "data", "t");
        Restart();
        bench.Run();
        CollectionAssert.AreEqual(new[] { "t:data" }, bench.Events);
        bench.Events.Clear();
        Write(bench.Connect(), $"{StorePath.DomainHome(domid)}/data/y", "1");
        bench.Run();
        CollectionAssert.AreEqual(new[] { "t:data/y" }, bench.Events);
    }

    [TestMethod]
    public void A_client_of_the_socket_has_to_come_anew()
    {
        Restart();
        Assert.IsNull(bench.Admin.WatchNow("/local", "t", (_, _) => { }));
        Assert.AreEqual(XsError.None, Write(bench.Connect(), "/tool/x", "1"));
    }

    [TestMethod]
    public void A_domain_that_died_meanwhile_is_forgotten_and_others_are_told()
    {
        bench.Daemon.Component.Kill("SIGKILL");
        bench.Host.Domctl.DestroyDomain(bench.Host.Dom0, domid);
        bench.Run();
        bench.Daemon.Restart();
        Assert.IsEmpty(bench.Daemon.IntroducedDomains);
    }

    [TestMethod]
    public void A_daemon_that_runs_is_not_started_twice() => Assert.ThrowsExactly<InvalidOperationException>(bench.Daemon.Restart);

    private void Restart()
    {
        bench.Daemon.Component.Kill("SIGKILL");
        bench.Daemon.Restart();
    }
}
