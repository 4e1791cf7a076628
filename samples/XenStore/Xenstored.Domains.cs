using System.Globalization;
using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>A domain that was introduced: its ring page, mapped through the domain's grant 1, and its event channel.</summary>
public sealed class IntroducedDomain(int domid, ulong frame)
{
    public int Domid { get; } = domid;

    /// <summary>The frame number that INTRODUCE named. It is recorded only: the grant decides.</summary>
    public ulong Frame { get; set; } = frame;

    public uint RemotePort { get; set; }

    public uint LocalPort { get; internal set; }

    public uint GrantHandle { get; internal set; }

    public MappedPage? Ring { get; internal set; }

    /// <summary>Its shutdown has been announced; RESUME takes that back.</summary>
    public bool ShutdownSeen { get; set; }
}

/// <summary>What the daemon knows of domains: how they come, what they may connect with, and what is left of them when they die.</summary>
public sealed partial class Xenstored
{
    /// <summary>Grant 1 of a PV domain is its store ring.</summary>
    public const uint RingGrant = 1;

    private const int Dom0 = 0;

    private readonly Host host;
    private readonly SortedDictionary<int, IntroducedDomain> domains = [];
    private readonly SortedDictionary<int, StoreChannel> rings = [];

    public Xenstored(Host host)
    {
        this.host = host;
        simulation = host.Simulation;
        watches = new WatchTable(Tree, connections);
        Component = host.CreateProcess("xenstored");
        Component.Ended += _ => HangUp();
        simulation.RunAs(Component, Start);
    }

    public IEnumerable<IntroducedDomain> IntroducedDomains => domains.Values;

    /// <summary>
    /// The connection of a domain through its ring page. Requests stay in the ring until the domain is introduced.
    /// A domain has one ring: connecting again replaces the connection.
    /// </summary>
    public XsClient ConnectRing(Component kernel)
    {
        var domid = kernel.Domain?.Id ?? throw new ArgumentException("a ring belongs to a domain", nameof(kernel));
        if (rings.Remove(domid, out var before)) Disconnect(before);
        var channel = new StoreChannel(simulation, this, kernel, domid);
        rings.Add(domid, channel);
        if (!Component.Alive) channel.Close();
        else if (domains.ContainsKey(domid)) Attach(channel);
        return new XsClient(channel);
    }

    private void Start()
    {
        if (host.EventChannel.BindVirq(host.Dom0, Virq.DomExc, 0, out var port) != 0)
        {
            throw new InvalidOperationException("cannot bind VIRQ_DOM_EXC");
        }
        host.EventChannel.SetHandler(host.Dom0, port, Component, DomainCleanup);
        var boot = new StoreConnection(new StoreChannel(simulation, this, Component, Dom0));
        var nodes = new NodeRequests(Tree, watches, Quota, boot, null, DomainExists);
        nodes.Mkdir("/local");
        nodes.Mkdir("/tool/xenstored");
    }

    private void HangUp()
    {
        foreach (var connection in connections.ToList()) Disconnect(connection.Channel);
        foreach (var ring in rings.Values) ring.Close();
        rings.Clear();
    }

    private bool DomainExists(int domid) => Lookup(domid) is not null;

    private bool IsIntroduced(int domid) => domid == Dom0 || domains.ContainsKey(domid);

    /// <summary>getdomaininfo answers with the next higher domain when there is none of this id.</summary>
    private DomainInfo? Lookup(int domid)
    {
        if (host.Domctl.GetDomainInfo(host.Dom0, domid, out var info) != 0) return null;
        return info!.Domid == domid ? info : null;
    }

    private XsMessage DoIntroduce(XsMessage request)
    {
        if (XsPayload.Split(request.Payload) is not [var domidText, var frameText, var portText, ..]) return request.Fail(XsError.EINVAL);
        if (!TryDomid(domidText, out var domid)) return request.Fail(XsError.EINVAL);
        if (!ulong.TryParse(frameText, NumberStyles.None, CultureInfo.InvariantCulture, out var frame)) return request.Fail(XsError.EINVAL);
        if (!uint.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0) return request.Fail(XsError.EINVAL);

        if (domains.TryGetValue(domid, out var known))
        {
            known.Frame = frame;
            if (known.RemotePort != port && !BindPort(known, port)) return request.Fail(XsError.EINVAL);
        }
        else
        {
            if (Lookup(domid) is not { Dying: false }) return request.Fail(XsError.EINVAL);
            var domain = new IntroducedDomain(domid, frame);
            if (!MapRing(domain)) return request.Fail(XsError.EINVAL);
            if (!BindPort(domain, port))
            {
                UnmapRing(domain);
                return request.Fail(XsError.EINVAL);
            }
            domains.Add(domid, domain);
            if (rings.TryGetValue(domid, out var channel)) AttachRing(channel);
        }
        watches.Fire(StorePath.IntroduceDomain, null, exact: true);
        return request.Ok();
    }

    private XsMessage DoRelease(XsMessage request)
    {
        if (XsPayload.Split(request.Payload) is not [var text, ..] || !TryDomid(text, out var domid)) return request.Fail(XsError.EINVAL);
        if (!domains.TryGetValue(domid, out var domain)) return request.Fail(XsError.ENOENT);
        DropDomain(domain);
        watches.Fire(StorePath.ReleaseDomain, null, exact: true);
        return request.Ok();
    }

    private XsMessage DoResume(XsMessage request)
    {
        if (XsPayload.Split(request.Payload) is not [var text, ..] || !TryDomid(text, out var domid)) return request.Fail(XsError.EINVAL);
        if (!domains.TryGetValue(domid, out var domain)) return request.Fail(XsError.ENOENT);
        domain.ShutdownSeen = false;
        return request.Ok();
    }

    private XsMessage DoSetTarget(XsMessage request)
    {
        if (XsPayload.Split(request.Payload) is not [var text, var targetText, ..]) return request.Fail(XsError.EINVAL);
        if (!TryDomid(text, out var domid) || !TryDomid(targetText, out var target)) return request.Fail(XsError.EINVAL);
        if (!domains.ContainsKey(domid) || !domains.ContainsKey(target)) return request.Fail(XsError.ENOENT);
        if (rings.TryGetValue(domid, out var channel) && Find(channel) is { } connection) connection.Target = target;
        return request.Ok();
    }

    /// <summary>VIRQ_DOM_EXC: some domain shut down or died, and the daemon has to find out which.</summary>
    private void DomainCleanup()
    {
        var changed = false;
        foreach (var domain in domains.Values.ToList())
        {
            var info = Lookup(domain.Domid);
            if (info is null || info.Dying)
            {
                DropDomain(domain);
                changed = true;
            }
            else if (info.Shutdown && !domain.ShutdownSeen)
            {
                domain.ShutdownSeen = true;
                changed = true;
            }
        }
        if (changed) watches.Fire(StorePath.ReleaseDomain, null, exact: true);
    }

    private void DropDomain(IntroducedDomain domain)
    {
        if (rings.Remove(domain.Domid, out var channel)) Disconnect(channel);
        if (domain.LocalPort != 0) host.EventChannel.Close(host.Dom0, domain.LocalPort);
        UnmapRing(domain);
        domains.Remove(domain.Domid);
        var self = new StoreConnection(new StoreChannel(simulation, this, Component, Dom0));
        var nodes = new NodeRequests(Tree, watches, Quota, self, null, DomainExists);
        nodes.RemoveOwnedBy(domain.Domid);
    }

    private void AttachRing(StoreChannel channel)
    {
        Attach(channel);
        simulation.Post(Component, "xs ring", () => Serve(channel));
    }

    private bool MapRing(IntroducedDomain domain)
    {
        var map = new MapGrantRef(domain.Domid, RingGrant, GrantMapFlags.HostMap);
        host.GrantTable.Map(host.Dom0, map);
        if (map.Status != GrantStatus.Okay) return false;
        domain.GrantHandle = map.Handle;
        domain.Ring = map.Page;
        return true;
    }

    private void UnmapRing(IntroducedDomain domain)
    {
        if (domain.Ring is not { } page) return;
        host.GrantTable.Unmap(host.Dom0, new UnmapGrantRef(domain.GrantHandle, page));
        domain.Ring = null;
    }

    private bool BindPort(IntroducedDomain domain, uint port)
    {
        if (domain.LocalPort != 0) host.EventChannel.Close(host.Dom0, domain.LocalPort);
        domain.LocalPort = 0;
        if (host.EventChannel.BindInterdomain(host.Dom0, domain.Domid, port, out var local) != 0) return false;
        domain.LocalPort = local;
        domain.RemotePort = port;
        return true;
    }

    private static bool TryDomid(string text, out int domid) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out domid) && domid < DomId.Self;
}
