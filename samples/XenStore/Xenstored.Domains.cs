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

    /// <summary>The daemon's end of the ring.</summary>
    public StoreRing? Transport { get; internal set; }

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

    public Xenstored(Host host)
    {
        this.host = host;
        simulation = host.Simulation;
        Log = new StoreLog(host.Files);
        watches = new WatchTable(Tree, connections);
        Component = host.CreateProcess("xenstored");
        Component.Ended += _ => HangUp();
        if (simulation.Tap is { } tap) Tree.Changed = (path, node) => tap.Changed?.Invoke(tap.NameOf(Component), path, node is null ? null : $"{XsPayload.Text(node.Value)} ({node.Permissions})");
        simulation.RunAs(Component, Start);
    }

    public IEnumerable<IntroducedDomain> IntroducedDomains => domains.Values;

    private void Start()
    {
        BindDomainEvents();
        var nodes = OwnRequests();
        nodes.Mkdir("/local");
        nodes.Mkdir("/tool/xenstored");
    }

    private void BindDomainEvents()
    {
        if (host.EventChannel.BindVirq(host.Dom0, Virq.DomExc, 0, out var port) != 0)
        {
            throw new InvalidOperationException("cannot bind VIRQ_DOM_EXC");
        }
        host.EventChannel.SetHandler(host.Dom0, port, Component, DomainCleanup);
    }

    /// <summary>What the daemon does to nodes on its own account.</summary>
    private NodeRequests OwnRequests()
    {
        var self = new StoreConnection(this, new StoreChannel(simulation, this, Component));
        return new NodeRequests(Tree, watches, Quota, self, null, DomainExists);
    }

    private void HangUp()
    {
        RecordWatches();
        foreach (var connection in connections.ToList()) Disconnect(connection.Transport);
    }

    private bool DomainExists(int domid) => Lookup(domid) is not null;

    private bool IsIntroduced(int domid) => domid == Dom0 || domains.ContainsKey(domid);

    /// <summary>getdomaininfo answers with the next higher domain when there is none of this id.</summary>
    private DomainInfo? Lookup(int domid)
    {
        if (host.Domctl.GetDomainInfo(host.Dom0, domid, out var info) != 0) return null;
        return info!.Domid == domid ? info : null;
    }

    private XsMessage DoIntroduce(StoreConnection connection, XsMessage request)
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
            AttachRing(domain);
        }
        watches.Fire(StorePath.IntroduceDomain, null, exact: true, connection);
        return request.Ok();
    }

    private XsMessage DoRelease(StoreConnection connection, XsMessage request)
    {
        if (XsPayload.Split(request.Payload) is not [var text, ..] || !TryDomid(text, out var domid)) return request.Fail(XsError.EINVAL);
        if (!domains.TryGetValue(domid, out var domain)) return request.Fail(XsError.ENOENT);
        DropDomain(domain);
        watches.Fire(StorePath.ReleaseDomain, null, exact: true, connection);
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
        if (!domains.TryGetValue(domid, out var domain) || !domains.ContainsKey(target)) return request.Fail(XsError.ENOENT);
        if (domain.Transport?.Connection is { } connection) connection.Target = target;
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
        if (changed) watches.Fire(StorePath.ReleaseDomain, null, exact: true, null);
    }

    private void DropDomain(IntroducedDomain domain)
    {
        if (domain.Transport is { } transport) Disconnect(transport);
        if (domain.LocalPort != 0) host.EventChannel.Close(host.Dom0, domain.LocalPort);
        UnmapRing(domain);
        domains.Remove(domain.Domid);
        credit.Forget(domain.Domid);
        overSoftQuota.Remove(domain.Domid);
        OwnRequests().RemoveOwnedBy(domain.Domid);
    }

    /// <summary>Opens the connection of a domain. What it has put into its ring before is answered now.</summary>
    private void AttachRing(IntroducedDomain domain)
    {
        var ring = new XenstoreRing(domain.Ring!)
        {
            ServerFeatures = XenstoreRing.ServerReconnection | XenstoreRing.ServerError,
            Connection = XenstoreRing.Connected,
            Error = XsRingError.None,
        };
        domain.Transport = new StoreRing(domain.Domid, ring, () => host.EventChannel.Send(host.Dom0, domain.LocalPort));
        Attach(domain.Transport);
    }

    /// <summary>The domain's event channel: it has written, it has read, or it wants to begin anew.</summary>
    private void HandleRing(StoreRing transport)
    {
        if (transport.Connection is not { Ignored: false } connection) return;
        if (transport.Ring.Connection == XenstoreRing.Reconnect)
        {
            connection.Reset();
            connection.DropUnread();
            transport.Reset();
            transport.Ring.Connection = XenstoreRing.Connected;
            host.EventChannel.Send(host.Dom0, domains[transport.Domid].LocalPort);
            return;
        }
        connection.Flush();
        Serve(transport);
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
        host.EventChannel.SetHandler(host.Dom0, local, Component, () =>
        {
            if (domain.Transport is { } transport) HandleRing(transport);
        });
        return true;
    }

    private static bool TryDomid(string text, out int domid) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out domid) && domid < DomId.Self;
}
