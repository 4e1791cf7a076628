using Xen.Hypervisor;

namespace Xen.Mechanisms.Replicas;

/// <summary>
/// A small simulated machine for replicas: domains made by the hypervisor's own calls, without a toolstack, so that thousands of missions are
/// possible. What a fault costs is decided by the simulator's containment rules, as everywhere: an exception in a guest crashes that guest, one
/// in a process that process, and a failure of the hypervisor the machine.
/// </summary>
public sealed class ReplicaHost
{
    /// <summary>The hypervisor of a machine without one.</summary>
    public const string Physical = "none";

    private const int PagesOfGuest = 1;

    /// <param name="simulation">In which it stands.</param>
    /// <param name="name">Its name.</param>
    /// <param name="hypervisor">Which hypervisor it runs, or <see cref="Physical"/>.</param>
    /// <param name="cpus">Its physical CPUs.</param>
    public ReplicaHost(Simulation simulation, string name, string hypervisor = "xen", int cpus = 1)
    {
        Hypervisor = hypervisor;
        Host = new Host(simulation, new HostOptions { Name = name, MemoryMib = 2, Dom0MemoryMib = 1, Cpus = cpus });
    }

    public Host Host { get; }

    /// <summary>The kind of hypervisor under all of its replicas.</summary>
    public string Hypervisor { get; }

    /// <summary>Boots one more domain with a replica in it.</summary>
    public Replica Add(int id, string os = "linux")
    {
        Host.Domctl.CreateDomain(Host.Dom0, new CreateDomain(), out var domid);
        Host.Domctl.MaxVcpus(Host.Dom0, domid, 1);
        Host.Domctl.MaxMem(Host.Dom0, domid, 4 * PagesOfGuest);
        Host.MemoryOp.PopulatePhysmap(Host.Dom0, domid, PagesOfGuest, out _);
        Host.Domctl.SetVcpuContext(Host.Dom0, domid, 0, new VcpuContext(0, 0));
        Host.Domctl.UnpauseDomain(Host.Dom0, domid);
        return new Replica(this, Host.FindDomain(domid)!, id, os);
    }

    /// <summary>A fault of the hypervisor, or of the machine under it: everything stops.</summary>
    public void Fail(string what) => Host.Crash(what);
}
