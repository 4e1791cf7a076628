using System.Runtime.InteropServices;

namespace Xen.Hypervisor;

/// <summary>What XEN_DOMCTL_shadow_op is asked to do.</summary>
public enum ShadowOperation
{
    /// <summary>Starts to record writes; nothing counts as written at that moment.</summary>
    EnableLogDirty,

    /// <summary>What was written since the last time, and forgets it.</summary>
    Clean,

    /// <summary>What was written since the last time, and keeps it.</summary>
    Peek,
    Off,
}

// Virtual CPUs, scheduling, and the record of written pages.
public sealed partial class DomctlOps
{
    public int GetVcpuContext(Domain caller, int domid, int vcpu, out VcpuContext? context)
    {
        host.Hypercall(caller, $"domctl getvcpucontext {domid} v{vcpu}");
        context = null;
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (domain == caller || vcpu < 0 || vcpu >= domain.VcpuList.Count)
        {
            return -Errno.EINVAL;
        }

        context = domain.VcpuList[vcpu].Context;
        host.Simulation.Tap?.Answer(domain, caller, $"context {context}");
        return context is null ? -Errno.ENODATA : 0;
    }

    /// <summary>XEN_DOMCTL_setvcpuaffinity: null leaves a mask as it is. The hard mask must name a CPU that exists.</summary>
    public int SetVcpuAffinity(Domain caller, int domid, int vcpu, ulong? hard, ulong? soft)
    {
        host.Hypercall(caller, $"domctl setvcpuaffinity {domid} v{vcpu} {hard:x}/{soft:x}");
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (vcpu < 0 || vcpu >= domain.VcpuList.Count)
        {
            return -Errno.EINVAL;
        }

        var exists = (1UL << host.Options.Cpus) - 1;
        if ((hard & exists) == 0 || (soft & exists) == 0)
        {
            return -Errno.EINVAL;
        }

        domain.VcpuList[vcpu].HardAffinity = hard ?? domain.VcpuList[vcpu].HardAffinity;
        domain.VcpuList[vcpu].SoftAffinity = soft ?? domain.VcpuList[vcpu].SoftAffinity;
        host.RunQueue.Kick();
        return 0;
    }

    public int GetVcpuAffinity(Domain caller, int domid, int vcpu, out ulong hard, out ulong soft)
    {
        host.Hypercall(caller, $"domctl getvcpuaffinity {domid} v{vcpu}");
        hard = 0;
        soft = 0;
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (vcpu < 0 || vcpu >= domain.VcpuList.Count)
        {
            return -Errno.EINVAL;
        }

        var exists = (1UL << host.Options.Cpus) - 1;
        hard = domain.VcpuList[vcpu].HardAffinity & exists;
        soft = domain.VcpuList[vcpu].SoftAffinity & exists;
        host.Simulation.Tap?.Answer(host, caller, $"affinity {hard:x}/{soft:x}");

        return 0;
    }

    /// <summary>XEN_DOMCTL_scheduler_op, put: credit2's weight and cap.</summary>
    public int SetSchedulerParameters(Domain caller, int domid, int weight, int cap)
    {
        host.Hypercall(caller, $"domctl scheduler_op {domid} {weight} {cap}");
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (weight < 1 || weight > CpuScheduler.MaxWeight || cap < 0 || cap > domain.MaxVcpus * 100)
        {
            return -Errno.EINVAL;
        }

        domain.Weight = weight;
        domain.Cap = cap;
        host.RunQueue.Kick();
        return 0;
    }

    /// <summary>XEN_DOMCTL_scheduler_op, get.</summary>
    public int GetSchedulerParameters(Domain caller, int domid, out int weight, out int cap)
    {
        host.Hypercall(caller, $"domctl scheduler_op {domid} get");
        var result = Target(caller, domid, out var domain);
        weight = domain.Weight;
        cap = domain.Cap;
        host.Simulation.Tap?.Answer(host, caller, $"scheduler {weight} {cap}");

        return result;
    }

    /// <summary>XEN_DOMCTL_shadow_op: the pseudo-physical pages that were written to, by the domain itself or through a mapping.</summary>
    public int ShadowOp(Domain caller, int domid, ShadowOperation operation, out IReadOnlyList<int> dirty)
    {
        host.Hypercall(caller, $"domctl shadow_op {domid} {operation}");
        dirty = [];
        var result = Target(caller, domid, out var domain);
        if (result != 0)
        {
            return result;
        }

        if (domain == caller || domain.LogDirty == (operation == ShadowOperation.EnableLogDirty))
        {
            return -Errno.EINVAL;
        }

        var written = new List<int>();
        for (var pfn = 0; pfn < domain.PhysicalPages; pfn++)
        {
            var mfn = domain.FrameAt(pfn);
            if (mfn == 0)
            {
                continue;
            }

            if (operation == ShadowOperation.Peek ? host.Memory.IsDirty(mfn) : host.Memory.TakeDirty(mfn))
            {
                written.Add(pfn);
            }
        }

        domain.LogDirty = operation != ShadowOperation.Off;
        if (operation is ShadowOperation.Clean or ShadowOperation.Peek)
        {
            dirty = written;
            host.Simulation.Tap?.Send(domain.Kernel, host.Simulation.Current ?? caller.Kernel, SimulationTap.MemoryKind, $"dirty {written.Count} pages {SimulationTap.Hash(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(written)), 0):x16}");
        }

        return 0;
    }
}
