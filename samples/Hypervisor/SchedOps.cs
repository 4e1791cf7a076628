namespace Xen.Hypervisor;

/// <summary>HYPERVISOR_sched_op: what a domain says about its own running.</summary>
public sealed class SchedOps
{
    private readonly Host host;

    internal SchedOps(Host host) => this.host = host;

    /// <summary>
    /// The domain shuts itself down. Its virtual CPUs stop here, so the call does not return to a handler of the domain itself,
    /// except after a suspend.
    /// </summary>
    public int Shutdown(Domain caller, ShutdownReason reason)
    {
        host.Hypercall(caller, $"sched shutdown {reason}");
        host.ShutDownDomain(caller, reason);
        if (reason != ShutdownReason.Suspend && host.Simulation.Current?.Domain == caller)
        {
            throw new ComponentHaltedException($"{caller} shut down");
        }

        return 0;
    }

    public int RemoteShutdown(Domain caller, int domid, ShutdownReason reason)
    {
        host.Hypercall(caller, $"sched remote_shutdown {domid} {reason}");
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        if (host.Resolve(caller, domid) is not { } domain)
        {
            return -Errno.ESRCH;
        }

        host.ShutDownDomain(domain, reason);
        return 0;
    }
}
