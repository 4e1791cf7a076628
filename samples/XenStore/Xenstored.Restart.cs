using Xen.Hypervisor;

namespace Xen.XenStore;

// A daemon that starts again with the record of the one before, as after a live update: the tree, the domains, and what each of these has watched.
public sealed partial class Xenstored
{
    /// <summary>What domains had watched when the daemon ended.</summary>
    private readonly SortedDictionary<int, List<StoreWatch>> recorded = [];

    /// <summary>
    /// Starts the daemon again after it has ended. Transactions that were open are lost, and clients of the socket in Dom0 have to come anew.
    /// </summary>
    /// <exception cref="InvalidOperationException">It still runs.</exception>
    public void Restart()
    {
        if (Component.Alive) throw new InvalidOperationException("xenstored runs");

        // A machine that was switched off has told nobody.
        if (connections.Count > 0) HangUp();
        foreach (var domid in domains.Keys) credit.Forget(domid);
        overSoftQuota.Clear();
        awaitingReaders.Clear();
        Component = host.CreateProcess("xenstored");
        Component.Ended += _ => HangUp();
        simulation.RunAs(Component, () =>
        {
            BindDomainEvents();
            foreach (var domain in domains.Values.ToList()) TakeUp(domain);
            DomainCleanup();
        });
        recorded.Clear();
    }

    private void RecordWatches()
    {
        foreach (var domain in domains.Values)
        {
            if (domain.Transport?.Connection is { Ignored: false } connection) recorded[domain.Domid] = [.. connection.Watches];
        }
    }

    /// <summary>Maps the ring of a domain again, and binds its event channel, whose other end has stayed.</summary>
    private void TakeUp(IntroducedDomain domain)
    {
        domain.Ring = null;
        domain.LocalPort = 0;
        domain.Transport = null;
        if (!MapRing(domain) || !BindPort(domain, domain.RemotePort))
        {
            UnmapRing(domain);
            domains.Remove(domain.Domid);
            return;
        }
        AttachRing(domain);
        var connection = domain.Transport!.Connection!;
        foreach (var watch in recorded.GetValueOrDefault(domain.Domid) ?? [])
        {
            connection.AddWatch(watch.Path, watch.RegisteredPath, watch.Token, Quota);
        }

        // Something may have changed while nobody told: each watch fires once.
        foreach (var watch in connection.Watches.ToList()) WatchTable.Send(watch, watch.RegisteredPath, connection);
        Serve(domain.Transport);
    }
}
