using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

[TestClass]
public sealed class DomainLifeTests
{
    private readonly TestHost machine = new();

    private DomctlOps Domctl => machine.Host.Domctl;

    private Domain Dom0 => machine.Dom0;

    [TestMethod]
    public void A_new_domain_is_paused_and_has_neither_memory_nor_virtual_cpus()
    {
        Domctl.CreateDomain(Dom0, new CreateDomain(), out var domid);
        Domctl.GetDomainInfo(Dom0, domid, out var info);
        Assert.AreEqual((true, 0L, 0, -1), (info!.Paused, info.TotalPages, info.OnlineVcpus, info.MaxVcpuId));
    }

    [TestMethod]
    public void A_guest_is_entered_once_when_its_last_pause_is_gone()
    {
        var entered = 0;
        machine.Host.GuestEntry = _ => entered++;
        var guest = machine.Guest();
        Domctl.PauseDomain(Dom0, guest.Id);
        Domctl.UnpauseDomain(Dom0, guest.Id);
        machine.Settle();
        Assert.AreEqual(0, entered);
        Domctl.UnpauseDomain(Dom0, guest.Id);
        Domctl.PauseDomain(Dom0, guest.Id);
        Domctl.UnpauseDomain(Dom0, guest.Id);
        machine.Settle();
        Assert.AreEqual(1, entered);
        Assert.AreEqual(-Errno.EINVAL, Domctl.UnpauseDomain(Dom0, guest.Id), "nothing is left to drop");
    }

    [TestMethod]
    public void Domain_ids_rise_also_after_a_domain_is_gone()
    {
        var first = machine.Guest();
        Domctl.DestroyDomain(Dom0, first.Id);
        Assert.AreEqual((1, 2), (first.Id, machine.Guest().Id));
    }

    [TestMethod]
    public void Asking_for_a_domain_answers_with_the_next_higher_one_and_ESRCH_only_past_the_last()
    {
        machine.Guest();
        machine.Guest();
        Domctl.DestroyDomain(Dom0, 1);
        Assert.AreEqual(0, Domctl.GetDomainInfo(Dom0, 1, out var info));
        Assert.AreEqual(2, info!.Domid);
        Assert.AreEqual(-Errno.ESRCH, Domctl.GetDomainInfo(Dom0, 3, out _));
        Assert.AreEqual(2, machine.Host.Sysctl.GetDomainInfoList(Dom0, 0, 10, out var list));
        Assert.AreSequenceEqual([0, 2], list.Select(d => d.Domid));
    }

    [TestMethod]
    public void A_domain_that_is_unknown_is_ESRCH_and_a_guest_that_asks_for_control_is_EPERM()
    {
        var guest = machine.RunningGuest();
        Assert.AreEqual(-Errno.ESRCH, Domctl.PauseDomain(Dom0, 42));
        Assert.AreEqual(-Errno.EPERM, Domctl.DestroyDomain(guest, guest.Id));
        Assert.AreEqual(-Errno.EPERM, Domctl.CreateDomain(guest, new CreateDomain(), out _));
    }

    [TestMethod]
    public void Dom0_cannot_pause_or_kill_itself()
    {
        Assert.AreEqual(-Errno.EINVAL, Domctl.PauseDomain(Dom0, 0));
        Assert.AreEqual(-Errno.EINVAL, Domctl.DestroyDomain(Dom0, 0));
    }

    [TestMethod]
    public void Virtual_cpus_come_in_the_number_that_was_announced()
    {
        Domctl.CreateDomain(Dom0, new CreateDomain { MaxVcpus = 2 }, out var domid);
        Assert.AreEqual(-Errno.EINVAL, Domctl.MaxVcpus(Dom0, domid, 1));
        Assert.AreEqual(0, Domctl.MaxVcpus(Dom0, domid, 2));
    }

    [TestMethod]
    public void A_shutdown_is_told_to_Dom0_and_keeps_the_first_reason()
    {
        var told = HearOfDeaths();
        var guest = machine.RunningGuest();
        machine.Host.Sched.Shutdown(guest, ShutdownReason.Reboot);
        machine.Host.Sched.RemoteShutdown(Dom0, guest.Id, ShutdownReason.Crash);
        machine.Settle();
        Domctl.GetDomainInfo(Dom0, guest.Id, out var info);
        Assert.AreEqual((true, ShutdownReason.Reboot, 1), (info!.Shutdown, info.ShutdownCode, told()));
    }

    [TestMethod]
    public void Nothing_of_a_domain_runs_after_it_shut_down()
    {
        var guest = machine.RunningGuest();
        var ran = false;
        machine.Simulation.After(1000, guest.Kernel, "later", () => ran = true);
        machine.Simulation.RunAs(guest.Kernel, () =>
        {
            machine.Host.Sched.Shutdown(guest, ShutdownReason.Poweroff);
            ran = true;
        });
        machine.Settle();
        Assert.IsFalse(ran);
    }

    [TestMethod]
    public void A_destroyed_domain_gives_back_all_its_memory()
    {
        var free = machine.Host.Memory.FreeFrames;
        var guest = machine.RunningGuest();
        Domctl.DestroyDomain(Dom0, guest.Id);
        Assert.AreEqual((free, true), (machine.Host.Memory.FreeFrames, guest.Destroyed));
    }

    [TestMethod]
    public void A_domain_whose_pages_are_mapped_stays_as_a_zombie_until_they_are_unmapped()
    {
        var told = HearOfDeaths();
        var guest = machine.RunningGuest();
        guest.GrantTable.WriteEntry(8, GrantEntryFlags.PermitAccess, 0, guest.Pages[3]);
        var mapping = new MapGrantRef(guest.Id, 8, GrantMapFlags.HostMap);
        machine.Host.GrantTable.Map(Dom0, mapping);
        Domctl.DestroyDomain(Dom0, guest.Id);
        machine.Settle();
        Domctl.GetDomainInfo(Dom0, guest.Id, out var info);
        Assert.AreEqual((guest.Id, true, 1L, 1), (info!.Domid, info.Dying, info.TotalPages, told()));
        mapping.Page!.WriteByte(0, 1);
        machine.Host.GrantTable.Unmap(Dom0, new UnmapGrantRef(mapping.Handle, mapping.Page));
        machine.Settle();
        Assert.AreEqual((true, 2), (guest.Destroyed, told()));
        Assert.IsEmpty(HypervisorInvariants.Check(machine.Host));
    }

    [TestMethod]
    public void A_process_that_still_maps_a_dead_domain_frees_it_by_ending()
    {
        var guest = machine.RunningGuest();
        var process = machine.Host.CreateProcess("builder");
        machine.Simulation.RunAs(process, () => machine.Host.MemoryOp.MapForeign(Dom0, guest.Id, guest.Pages[0], out _));
        Domctl.DestroyDomain(Dom0, guest.Id);
        Assert.IsFalse(guest.Destroyed);
        process.Exit();
        Assert.IsTrue(guest.Destroyed);
    }

    [TestMethod]
    public void The_id_of_a_zombie_is_not_given_away()
    {
        var guest = machine.RunningGuest();
        machine.Host.MemoryOp.MapForeign(Dom0, guest.Id, guest.Pages[0], out _);
        Domctl.DestroyDomain(Dom0, guest.Id);
        Assert.AreNotEqual(guest.Id, machine.Guest().Id);
        Assert.AreSame(guest, machine.Host.FindDomain(guest.Id));
    }

    [TestMethod]
    public void The_mappings_that_a_domain_made_go_with_it()
    {
        var granter = machine.RunningGuest();
        var mapper = machine.RunningGuest();
        granter.GrantTable.WriteEntry(8, GrantEntryFlags.PermitAccess, mapper.Id, granter.Pages[0]);
        machine.Host.GrantTable.Map(mapper, new MapGrantRef(granter.Id, 8, GrantMapFlags.HostMap));
        Domctl.DestroyDomain(Dom0, mapper.Id);
        Assert.AreEqual(0, granter.GrantTable.PinsOf(8).Total);
        Assert.IsTrue(granter.GrantTable.TryRevoke(8));
    }

    [TestMethod]
    public void The_run_times_of_a_virtual_cpu_sum_to_its_age()
    {
        var guest = machine.RunningGuest();
        for (var i = 0; i < 50; i++)
        {
            machine.Simulation.After(i * 700, guest.Kernel, "work", () => { });
        }

        machine.Simulation.RunFor(1_000_000);
        var vcpu = guest.Vcpus[0];
        var now = machine.Simulation.Now;
        Assert.AreEqual(51 * CpuScheduler.HandlerCostNs, vcpu.CpuTimeNs, "50 timers and the kernel's entry");
        Assert.AreEqual(vcpu.Age(now), Enum.GetValues<RunState>().Sum(s => vcpu.TimeIn(s, now)));
    }

    private Func<int> HearOfDeaths()
    {
        var told = 0;
        machine.Host.EventChannel.BindVirq(Dom0, Virq.DomExc, 0, out var port);
        machine.Host.EventChannel.SetHandler(Dom0, port, Dom0.Kernel, () => told++);
        return () => told;
    }
}
