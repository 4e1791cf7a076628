using System.Globalization;

namespace Xen.Hypervisor;

/// <summary>XEN_DOMCTL_createdomain's arguments.</summary>
public sealed record CreateDomain
{
    public Guid Handle { get; init; }

    public int MaxVcpus { get; init; } = 1;

    public int MaxEventChannelPort { get; init; } = 1023;

    public int MaxGrantFrames { get; init; } = 64;

    public int MaxMaptrackFrames { get; init; } = 1024;

    /// <summary>The domain's kernel drives devices for others: what happens to it is recorded as a kernel's death.</summary>
    public bool DriverDomain { get; init; }
}

/// <summary>XEN_DOMINF_*.</summary>
[Flags]
public enum DomainFlags
{
    None = 0,
    Dying = 1,
    Hvm = 2,
    Shutdown = 4,
    Paused = 8,
    Blocked = 16,
    Running = 32,
}

/// <summary>XEN_DOMCTL_getdomaininfo's answer.</summary>
public sealed record DomainInfo(
    int Domid,
    DomainFlags Flags,
    ShutdownReason ShutdownCode,
    long TotalPages,
    long OutstandingPages,
    long MaxPages,
    ulong SharedInfoFrame,
    long CpuTimeNs,
    int OnlineVcpus,
    int MaxVcpuId,
    Guid Handle)
{
    public bool Dying => (Flags & DomainFlags.Dying) != 0;

    public bool Shutdown => (Flags & DomainFlags.Shutdown) != 0;

    public bool Paused => (Flags & DomainFlags.Paused) != 0;

    public bool Blocked => (Flags & DomainFlags.Blocked) != 0;

    public bool Running => (Flags & DomainFlags.Running) != 0;
}

/// <summary>XEN_DOMCTL_getvcpuinfo's answer.</summary>
public sealed record VcpuInfo(int Vcpu, bool Online, bool Blocked, bool Running, long CpuTimeNs, int Cpu);

/// <summary>HYPERVISOR_domctl: control of domains, for Dom0 only.</summary>
public sealed partial class DomctlOps
{
    private const int MaxControllerPauseCount = 255;
    private const int HypervisorMaxVcpus = 128;
    private const int MaptrackEntriesPerFrame = 512;

    private readonly Host host;

    internal DomctlOps(Host host) => this.host = host;

    /// <summary>Makes a domain: paused, without memory and without virtual CPUs.</summary>
    public int CreateDomain(Domain caller, CreateDomain arguments, out int domid)
    {
        host.Hypercall(caller, "domctl createdomain");
        domid = DomId.Invalid;
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        if (arguments.MaxVcpus < 1 || arguments.MaxVcpus > HypervisorMaxVcpus || arguments.MaxGrantFrames < 1
            || arguments.MaxEventChannelPort < 1)
        {
            return -Errno.EINVAL;
        }

        var id = host.NextDomid();
        if (id < 0)
        {
            return -Errno.ENOSPC;
        }

        // shared_info and the first grant frame come from Xen's own heap.
        if (host.Memory.FreeFrames - host.Memory.OutstandingClaims < 2)
        {
            return -Errno.ENOMEM;
        }

        var domain = new Domain(host, id, arguments.Handle, arguments.MaxVcpus, arguments.MaxEventChannelPort, arguments.MaxGrantFrames,
            arguments.MaxMaptrackFrames * MaptrackEntriesPerFrame, arguments.DriverDomain ? Containment.Kernel : Containment.Guest)
        {
            ControllerPauseCount = 1,
        };
        host.Add(domain);
        domid = id;
        host.Simulation.Tap?.Answer(host, caller, $"created {id}");

        return 0;
    }

    /// <summary>Kills a domain. What foreign mappings hold of it stays, and with it the domain as a zombie.</summary>
    public int DestroyDomain(Domain caller, int domid)
    {
        host.Hypercall(caller, $"domctl destroydomain {domid}");
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (domain == caller || domain.Privileged)
        {
            return -Errno.EINVAL;
        }

        if (domain.Dying == DyingState.Alive)
        {
            host.Destroy(domain);
        }

        return 0;
    }

    public int PauseDomain(Domain caller, int domid)
    {
        host.Hypercall(caller, $"domctl pausedomain {domid}");
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (domain == caller)
        {
            return -Errno.EINVAL;
        }

        if (domain.ControllerPauseCount == MaxControllerPauseCount)
        {
            return -Errno.EOVERFLOW;
        }

        host.Simulation.Tap?.Send(host.Simulation.Current, domain.Kernel, SimulationTap.RunKind, "pause");
        domain.ControllerPauseCount++;
        return 0;
    }

    /// <summary>Drops one pause. The first time that none is left the domain starts to run.</summary>
    public int UnpauseDomain(Domain caller, int domid)
    {
        host.Hypercall(caller, $"domctl unpausedomain {domid}");
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (domain.ControllerPauseCount == 0)
        {
            return -Errno.EINVAL;
        }

        domain.ControllerPauseCount--;
        host.Resume(domain);
        return 0;
    }

    /// <summary>Allocates the virtual CPUs: exactly as many as createdomain announced.</summary>
    public int MaxVcpus(Domain caller, int domid, int count)
    {
        host.Hypercall(caller, $"domctl max_vcpus {domid} {count}");
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (domain == caller || count != domain.MaxVcpus)
        {
            return -Errno.EINVAL;
        }

        while (domain.VcpuList.Count < count)
        {
            domain.VcpuList.Add(new Vcpu(domain, domain.VcpuList.Count, host.Simulation.Now));
        }

        return 0;
    }

    /// <summary>Sets the limit of a domain's memory. Below what it has, it only stops growth.</summary>
    public int MaxMem(Domain caller, int domid, long kib)
    {
        host.Hypercall(caller, $"domctl max_mem {domid} {kib}");
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        domain.MaxPages = kib / 4;
        return 0;
    }

    public int SetVcpuContext(Domain caller, int domid, int vcpu, VcpuContext context)
    {
        host.Hypercall(caller, $"domctl setvcpucontext {domid} v{vcpu}");
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (domain == caller || vcpu < 0 || vcpu >= domain.MaxVcpus)
        {
            return -Errno.EINVAL;
        }

        if (vcpu >= domain.VcpuList.Count)
        {
            return -Errno.ENOENT;
        }

        domain.VcpuList[vcpu].Context = context;
        domain.VcpuList[vcpu].Up = true;
        domain.VcpuList[vcpu].Enter(RunState.Blocked, host.Simulation.Now);
        return 0;
    }

    public int GetVcpuInfo(Domain caller, int domid, int vcpu, out VcpuInfo? info)
    {
        host.Hypercall(caller, $"domctl getvcpuinfo {domid} v{vcpu}");
        info = null;
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (vcpu < 0 || vcpu >= domain.VcpuList.Count)
        {
            return -Errno.ESRCH;
        }

        var v = domain.VcpuList[vcpu];
        info = new VcpuInfo(vcpu, v.Online, v.State == RunState.Blocked, v.State == RunState.Running, v.CpuTimeNs, v.Processor);
        if (host.Simulation.Tap is { } tap)
        {
            // On which processor it ran last is the scheduler's doing, and with it that of all others.
            tap.Answer(domain, caller, $"vcpu {info.Vcpu} {(info.Online ? "online" : "offline")} {v.State} {Seconds(info.CpuTimeNs)}");
            tap.Answer(host, caller, $"domain {domid} vcpu {info.Vcpu} on {info.Cpu}");
        }

        return 0;
    }

    /// <summary>About the first domain whose id is not below the one asked for. ESRCH only past the last one.</summary>
    public int GetDomainInfo(Domain caller, int domid, out DomainInfo? info)
    {
        host.Hypercall(caller, $"domctl getdomaininfo {domid}");
        info = null;
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        if (host.Domains.FirstOrDefault(d => d.Id >= domid) is not { } domain)
        {
            return -Errno.ESRCH;
        }

        info = Info(domain);
        Tell(caller, domain, info);
        return 0;
    }

    // As exact as anybody shows it: who is late by less says nothing else.
    private static string Seconds(long ns) => (ns / 1e9).ToString("F1", CultureInfo.InvariantCulture);

    internal static void Tell(Domain caller, Domain domain, DomainInfo info) => domain.Host.Simulation.Tap?.Answer(
        domain, caller, $"info {info.Flags} {info.ShutdownCode} {info.TotalPages}+{info.OutstandingPages}/{info.MaxPages} {info.SharedInfoFrame:x} {Seconds(info.CpuTimeNs)} {info.OnlineVcpus}/{info.MaxVcpuId} {info.Handle}");

    public int SetDomainHandle(Domain caller, int domid, Guid handle)
    {
        host.Hypercall(caller, $"domctl setdomainhandle {domid}");
        var result = Target(caller, domid, out var domain);
        if (result == 0)
        {
            domain.Handle = handle;
        }

        return result;
    }

    /// <summary>Lets a suspended domain run again.</summary>
    public int ResumeDomain(Domain caller, int domid)
    {
        host.Hypercall(caller, $"domctl resumedomain {domid}");
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (domain == caller)
        {
            return -Errno.EINVAL;
        }

        domain.ShutDown = false;
        domain.ShutdownCode = null;
        host.Resume(domain);
        return 0;
    }

    internal static DomainInfo Info(Domain domain)
    {
        var flags = DomainFlags.None;
        if (domain.Dying != DyingState.Alive)
        {
            flags |= DomainFlags.Dying;
        }

        if (domain.ShutDown)
        {
            flags |= DomainFlags.Shutdown;
        }

        if (domain.ControllerPauseCount > 0)
        {
            flags |= DomainFlags.Paused;
        }

        var online = domain.VcpuList.Where(v => v.Online).ToList();
        if (online.Exists(v => v.State == RunState.Running))
        {
            flags |= DomainFlags.Running;
        }
        else if (online.TrueForAll(v => v.State == RunState.Blocked))
        {
            flags |= DomainFlags.Blocked;
        }

        return new DomainInfo(domain.Id, flags, domain.ShutdownCode ?? ShutdownReason.Poweroff, domain.TotalPages, domain.OutstandingPages, domain.MaxPages,
            domain.SharedInfoMfn, domain.VcpuList.Sum(v => v.CpuTimeNs), online.Count, domain.VcpuList.Count - 1, domain.Handle);
    }

    private int Target(Domain caller, int domid, out Domain domain)
    {
        domain = caller;
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        if (host.Resolve(caller, domid) is not { } found)
        {
            return -Errno.ESRCH;
        }

        domain = found;
        return 0;
    }
}
