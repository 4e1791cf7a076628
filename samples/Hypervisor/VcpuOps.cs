namespace Xen.Hypervisor;

/// <summary>HYPERVISOR_vcpu_op: what a kernel does with its own virtual CPUs.</summary>
public sealed class VcpuOps
{
    private readonly Host host;

    internal VcpuOps(Host host) => this.host = host;

    /// <summary>VCPUOP_initialise: gives a secondary CPU its context, once.</summary>
    public int Initialise(Domain caller, int vcpu, VcpuContext context)
    {
        host.Hypercall(caller, $"vcpu_op initialise v{vcpu}");
        if (vcpu < 0 || vcpu >= caller.VcpuList.Count)
        {
            return -Errno.ENOENT;
        }

        if (caller.VcpuList[vcpu].Context is not null)
        {
            return -Errno.EEXIST;
        }

        caller.VcpuList[vcpu].Context = context;
        return 0;
    }

    /// <summary>VCPUOP_up.</summary>
    public int Up(Domain caller, int vcpu)
    {
        host.Hypercall(caller, $"vcpu_op up v{vcpu}");
        if (vcpu < 0 || vcpu >= caller.VcpuList.Count)
        {
            return -Errno.ENOENT;
        }

        var target = caller.VcpuList[vcpu];
        if (target.Context is null)
        {
            return -Errno.EINVAL;
        }

        if (!target.Up)
        {
            target.Up = true;
            target.Enter(RunState.Blocked, host.Simulation.Now);
        }

        return 0;
    }

    /// <summary>VCPUOP_down.</summary>
    public int Down(Domain caller, int vcpu)
    {
        host.Hypercall(caller, $"vcpu_op down v{vcpu}");
        if (vcpu < 0 || vcpu >= caller.VcpuList.Count)
        {
            return -Errno.ENOENT;
        }

        var target = caller.VcpuList[vcpu];
        if (target.Up)
        {
            target.Up = false;
            target.Enter(RunState.Offline, host.Simulation.Now);
        }

        return 0;
    }
}
