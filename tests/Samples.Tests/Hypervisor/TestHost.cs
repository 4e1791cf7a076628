using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

/// <summary>A small machine for tests, and the few steps that most of them start with.</summary>
internal sealed class TestHost
{
    public TestHost(ulong seed = 1, HostOptions? options = null)
    {
        Simulation = new Simulation(seed);
        Host = new Host(Simulation, options ?? new HostOptions { MemoryMib = 16, Dom0MemoryMib = 4 });
    }

    public Simulation Simulation { get; }

    public Host Host { get; }

    public Domain Dom0 => Host.Dom0;

    /// <summary>A paused domain with one virtual CPU, some pages and a kernel to enter.</summary>
    public Domain Guest(int pages = 16, CreateDomain? arguments = null)
    {
        arguments ??= new CreateDomain();
        Assert.AreEqual(0, Host.Domctl.CreateDomain(Dom0, arguments, out var domid));
        Assert.AreEqual(0, Host.Domctl.MaxVcpus(Dom0, domid, arguments.MaxVcpus));
        Assert.AreEqual(0, Host.Domctl.MaxMem(Dom0, domid, pages * 4L));
        Assert.AreEqual(pages, Host.MemoryOp.PopulatePhysmap(Dom0, domid, pages, out _));
        Assert.AreEqual(0, Host.Domctl.SetVcpuContext(Dom0, domid, 0, new VcpuContext(0, 0)));
        return Host.FindDomain(domid)!;
    }

    public Domain RunningGuest(int pages = 16)
    {
        var domain = Guest(pages);
        Assert.AreEqual(0, Host.Domctl.UnpauseDomain(Dom0, domain.Id));
        return domain;
    }

    public void Settle() => Assert.IsTrue(Simulation.RunToQuiescence(60_000_000_000), "the simulation does not become quiet");
}
