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

    /// <summary>
    /// The domain suspends itself: its boot CPU stops with the given context, where it will go on, here after a resume or elsewhere
    /// after a restore. All other CPUs must be down.
    /// </summary>
    public int Suspend(Domain caller, VcpuContext context)
    {
        if (caller.VcpuList.Skip(1).Any(v => v.Online))
        {
            return -Errno.EBUSY;
        }

        caller.VcpuList[0].Context = context;
        return Shutdown(caller, ShutdownReason.Suspend);
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
