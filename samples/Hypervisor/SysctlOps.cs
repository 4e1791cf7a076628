namespace Xen.Hypervisor;

/// <summary>XEN_SYSCTL_physinfo's answer.</summary>
public sealed record PhysInfo(int NrCpus, int ThreadsPerCore, int CoresPerSocket, int NrNodes, int CpuKhz, long TotalPages, long FreePages,
    long OutstandingPages);

/// <summary>HYPERVISOR_sysctl: questions about the whole machine, for Dom0 only.</summary>
public sealed class SysctlOps
{
    private readonly Host host;

    internal SysctlOps(Host host) => this.host = host;

    public int PhysInfo(Domain caller, out PhysInfo? info)
    {
        host.Hypercall(caller, "sysctl physinfo");
        info = null;
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        info = new PhysInfo(host.Options.Cpus, 1, host.Options.Cpus, 1, host.Options.CpuKhz, host.Memory.TotalFrames, host.Memory.FreeFrames,
            host.Memory.OutstandingClaims);
        host.Simulation.Tap?.Answer(host, caller, $"physinfo {info.FreePages} {info.OutstandingPages}");

        return 0;
    }

    /// <summary>XEN_SYSCTL_readconsole: the hypervisor's messages.</summary>
    public int ReadConsole(Domain caller, bool clear, out string text)
    {
        host.Hypercall(caller, "sysctl readconsole");
        text = "";
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        text = host.ConsoleRing.Text;
        host.Simulation.Tap?.Answer(host, caller, $"console {text}");

        if (clear)
        {
            host.ConsoleRing.Clear();
        }

        return 0;
    }

    /// <summary>XEN_SYSCTL_scheduler_op, get: credit2's rate limit in microseconds.</summary>
    public int GetSchedulerParameters(Domain caller, out int rateLimitUs)
    {
        host.Hypercall(caller, "sysctl scheduler_op get");
        rateLimitUs = host.Scheduler.RateLimitUs;
        host.Simulation.Tap?.Answer(host, caller, $"scheduler {rateLimitUs}");

        return caller.Privileged ? 0 : -Errno.EPERM;
    }

    /// <summary>XEN_SYSCTL_scheduler_op, put. 0 turns the limit off.</summary>
    public int SetSchedulerParameters(Domain caller, int rateLimitUs)
    {
        host.Hypercall(caller, $"sysctl scheduler_op {rateLimitUs}");
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        if (rateLimitUs != 0 && rateLimitUs is < CpuScheduler.MinRateLimitUs or > CpuScheduler.MaxRateLimitUs)
        {
            return -Errno.EINVAL;
        }

        host.Scheduler.RateLimitUs = rateLimitUs;
        return 0;
    }

    /// <summary>All domains from an id on, at most <paramref name="max"/>: live ones, dying ones and zombies. Answers how many.</summary>
    public int GetDomainInfoList(Domain caller, int first, int max, out IReadOnlyList<DomainInfo> list)
    {
        host.Hypercall(caller, $"sysctl getdomaininfolist {first} {max}");
        list = [];
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        list = [.. host.Domains.Where(d => d.Id >= first).Take(max).Select(DomctlOps.Info)];
        if (host.Simulation.Tap is not null)
        {
            host.Simulation.Tap?.Answer(host, caller, $"listed {string.Join(' ', list.Select(info => info.Domid))}");
            foreach (var info in list)
            {
                DomctlOps.Tell(caller, host.FindDomain(info.Domid)!, info);
            }
        }

        return list.Count;
    }
}
