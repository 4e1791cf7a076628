using Xen.Guests;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Samples.Tests.XenHost;

/// <summary>A guest that misuses the store, on a host with everything else going on.</summary>
[TestClass]
public sealed class HostileGuestTests : IDisposable
{
    private const int RequestProducer = 2052;

    private readonly LiveHost host = new();
    private readonly string folder = Directory.CreateTempSubdirectory("xs").FullName;
    private readonly GuestKernel hostile;
    private readonly MappedPage page;

    public HostileGuestTests()
    {
        File.WriteAllText(Path.Combine(folder, "hostile.cfg"), Config("hostile", "web1.img"));
        File.WriteAllText(Path.Combine(folder, "good.cfg"), Config("good", "web2.img"));
        Assert.AreEqual(new ToolRun(0, "", ""), host.Xl(folder, "create", "-q", "hostile.cfg"));
        host.TurnUntil(() => host.Machine.Kernel(1) is { Finished: true }, "the guest's boot");
        hostile = host.Machine.Kernel(1)!;
        page = hostile.Domain.OwnPage(hostile.StartInfo!.StoreMfn)!;
    }

    public void Dispose()
    {
        host.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [TestMethod]
    public void Garbage_in_its_ring_costs_it_the_store_and_nobody_else_anything()
    {
        page.WriteUInt32(RequestProducer, page.ReadUInt32(RequestProducer) + 54321);
        host.Machine.Host.EventChannel.Send(hostile.Domain, hostile.StartInfo!.StoreEventChannel);
        host.TurnUntil(() => new XenstoreRing(page).Error == XsRingError.RingIndex, "the error in the page");
        TheGoodGuestLivesAndTheHostileOneCanBeDestroyed();
    }

    [TestMethod]
    public void A_flood_of_requests_ends_at_the_quotas_while_the_host_goes_on()
    {
        var client = new XsClient(new XenbusRing(hostile.Domain, page, hostile.StartInfo!.StoreEventChannel));
        var ownWatches = host.Machine.Xenstored.Connections.Single(connection => connection.Domid == 1).Watches.Count;
        var errors = new SortedDictionary<XsError, int>();
        var answers = 0;
        void Count(XsReply reply)
        {
            answers++;
            errors[reply.Error] = errors.GetValueOrDefault(reply.Error) + 1;
        }
        const int Nodes = 3000;
        const int Watches = 400;
        const int Transactions = 100;
        for (var i = 0; i < Nodes; i++) client.Write($"data/d{i % 30}/n{i}", "flood", Count);
        for (var i = 0; i < Watches; i++) client.Watch("data", $"t{i}", (_, _) => { }, Count);
        for (var i = 0; i < Transactions; i++) client.Request(XsMessageType.TransactionStart, 0, [0], Count);

        TheGoodGuestLivesAndTheHostileOneCanBeDestroyed(() => host.TurnUntil(() => answers == Nodes + Watches + Transactions, "all answers"));
        var quota = host.Machine.Xenstored.Quota;
        Assert.AreEqual(Watches + ownWatches - quota.Watches, errors[XsError.E2BIG]);
        Assert.IsGreaterThan(Nodes - quota.Nodes, errors[XsError.ENOSPC]);
    }

    private void TheGoodGuestLivesAndTheHostileOneCanBeDestroyed(Action? meanwhile = null)
    {
        Assert.AreEqual(new ToolRun(0, "", ""), host.Xl(folder, "create", "-q", "good.cfg"));
        host.TurnUntil(() => host.Machine.Kernel(2) is { Finished: true }, "the other guest's work");
        Assert.AreEqual(DiskOutcome.Ok, host.Machine.Kernel(2)!.Disks.Single().Outcome);
        meanwhile?.Invoke();
        Assert.AreEqual(new ToolRun(0, "", ""), host.Xl(folder, "destroy", "hostile"));
        host.TurnUntil(() => host.Machine.Host.FindDomain(1) is null, "the end of the hostile guest");
        using var store = host.Connect();
        Assert.AreEqual("ENOENT", store.Ask(XsMessageType.Directory, "/local/domain/1\0"));
        Assert.AreEqual("good", store.Ask(XsMessageType.Read, "/local/domain/2/name\0"));
        Assert.AreEqual(0, host.Machine.Xenstored.Tree.Inconsistencies().Count());
        Assert.IsFalse(host.Machine.Host.Crashed);
    }

    private static string Config(string name, string image) => $"""
        name = "{name}"
        kernel = "/boot/vmlinuz-guest"
        extra = "workload=checksummed-blocks seed=3 blocks=16 rounds=2 disks=1"
        memory = 8
        disk = [ 'format=raw, vdev=xvda, access=rw, script=block, target=/srv/images/{image}' ]

        """;
}
