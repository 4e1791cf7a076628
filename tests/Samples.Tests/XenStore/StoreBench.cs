using Xen.Hypervisor;
using Xen.XenStore;

namespace Samples.Tests.XenStore;

/// <summary>A host with a running xenstored, one privileged client, and guests that need nothing but a ring.</summary>
internal sealed class StoreBench
{
    private readonly SortedDictionary<int, ulong> ringFrames = [];
    private int clients;

    public StoreBench()
    {
        Simulation = new Simulation(1);
        Host = new Host(Simulation, new HostOptions { MemoryMib = 64, Dom0MemoryMib = 16 });
        Daemon = new Xenstored(Host);
        Admin = Connect();
    }

    public Simulation Simulation { get; }
    public Host Host { get; }
    public Xenstored Daemon { get; }
    public XsClient Admin { get; }
    public List<string> Events { get; } = [];

    /// <summary>Another client of the socket: privileged, with transactions and watches of its own.</summary>
    public XsClient Connect() => Daemon.Connect(Host.CreateProcess($"client{++clients}"));

    /// <summary>Makes a domain with a ring page and an event channel, not yet introduced.</summary>
    public (int Domid, uint Port) MakeDomain()
    {
        var dom0 = Host.Dom0;
        Assert.AreEqual(0, Host.Domctl.CreateDomain(dom0, new CreateDomain(), out var domid));
        Host.Domctl.MaxVcpus(dom0, domid, 1);
        Host.Domctl.MaxMem(dom0, domid, 64);
        Host.MemoryOp.PopulatePhysmap(dom0, domid, 4, out var frames);
        ringFrames[domid] = frames[0];
        var domain = Host.FindDomain(domid)!;
        domain.GrantTable.WriteEntry(Xenstored.RingGrant, GrantEntryFlags.PermitAccess, 0, frames[0]);
        Assert.AreEqual(0, Host.EventChannel.AllocUnbound(dom0, domid, 0, out var port));
        return (domid, port);
    }

    /// <summary>A guest that was introduced, with the directory that the toolstack gives it.</summary>
    public XsClient Guest(out int domid)
    {
        (domid, var port) = MakeDomain();
        Ok(Admin, XsMessageType.Introduce, $"{domid}", "1", $"{port}");
        var home = StorePath.DomainHome(domid);
        Ok(Admin, XsMessageType.Mkdir, home);
        Ok(Admin, XsMessageType.SetPerms, home, "n0", $"r{domid}");
        Ok(Admin, XsMessageType.Mkdir, home + "/data");
        Ok(Admin, XsMessageType.SetPerms, home + "/data", $"n{domid}");
        var client = new XsClient(Ring(domid, port));
        Host.Domctl.UnpauseDomain(Host.Dom0, domid);
        Run();
        return client;
    }

    /// <summary>The kernel's end of a domain's ring, in the page that its grant names.</summary>
    public XenbusRing Ring(int domid, uint port) => new(Host.FindDomain(domid)!, RingPage(domid), port);

    public MappedPage RingPage(int domid) => Host.FindDomain(domid)!.OwnPage(ringFrames[domid])!;

    public void Run() => Simulation.RunToQuiescence(1_000_000_000);

    /// <summary>One blocking request with string arguments.</summary>
    public static XsReply Ask(XsClient client, XsMessageType type, params string[] arguments) => client.Call(type, 0, XsPayload.Strings(arguments));

    public static XsReply Ask(XsClient client, uint transaction, XsMessageType type, params string[] arguments) =>
        client.Call(type, transaction, XsPayload.Strings(arguments));

    public static string Ok(XsClient client, XsMessageType type, params string[] arguments)
    {
        var reply = Ask(client, type, arguments);
        Assert.AreEqual(XsError.None, reply.Error, $"{type} {string.Join(' ', arguments)}");
        return reply.Text;
    }

    public static XsError Write(XsClient client, string path, string value, uint transaction = 0) =>
        client.Call(XsMessageType.Write, transaction, XsPayload.PathAndValue(path, value)).Error;

    public static XsError Error(XsClient client, XsMessageType type, params string[] arguments) => Ask(client, type, arguments).Error;

    public static uint Start(XsClient client) => XsClient.TransactionId(Ask(client, XsMessageType.TransactionStart, ""));

    public static XsError Commit(XsClient client, uint transaction) => Ask(client, transaction, XsMessageType.TransactionEnd, "T").Error;

    /// <summary>Watches a path; the events gather in <see cref="Events"/>. The registration event is taken out.</summary>
    public XsWatch Watch(XsClient client, string path, string token)
    {
        var watch = client.WatchNow(path, token, (changed, of) => Events.Add($"{of}:{changed}"))!;
        Run();
        Events.Remove($"{token}:{path}");
        return watch;
    }
}
