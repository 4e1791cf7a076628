using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

[TestClass]
public sealed class ContainmentTests
{
    private readonly TestHost machine = new();

    [TestMethod]
    public void A_process_that_crashes_dies_alone_and_its_timers_with_it()
    {
        var process = machine.Host.CreateProcess("xl");
        var ran = false;
        var deaths = new List<string?>();
        process.Died += c => deaths.Add(c.Death);
        machine.Simulation.After(10, process, "crash", () => throw new InvalidOperationException("boom"));
        machine.Simulation.After(20, process, "later", () => ran = true);
        machine.Settle();
        Assert.IsFalse(ran);
        Assert.IsFalse(machine.Host.Crashed);
        StringAssert.StartsWith(deaths.Single(), "InvalidOperationException: boom in ");
    }

    [TestMethod]
    public void An_oops_in_Dom0s_kernel_stops_the_whole_machine()
    {
        var process = machine.Host.CreateProcess("xl");
        var guest = machine.RunningGuest();
        machine.Simulation.Post(Host.CreateKernelPart(machine.Dom0, "blkback"), "oops", () => throw new InvalidOperationException("boom"));
        var ran = false;
        machine.Simulation.After(10_000, process, "later", () => ran = true);
        machine.Settle();
        StringAssert.StartsWith(machine.Host.CrashReason, "blkback: InvalidOperationException: boom");
        Assert.AreEqual((false, false, false), (ran, process.Alive, guest.Kernel.Alive));
    }

    [TestMethod]
    public void Who_has_ended_before_does_not_die_of_the_hosts_crash()
    {
        var (gone, there) = (machine.Host.CreateProcess("xl"), machine.Host.CreateProcess("xenconsoled"));
        gone.Exit();
        machine.Host.Crash("boom");
        Assert.AreEqual((null, "host crash"), (gone.Death, there.Death));
    }

    [TestMethod]
    public void Guests_of_a_hypervisor_that_goes_on_stand_still_until_Dom0_is_booted_again()
    {
        var kept = new TestHost(options: new HostOptions { MemoryMib = 16, Dom0MemoryMib = 4, GuestsOutliveDom0 = true });
        var guest = kept.RunningGuest();
        var (page, kernel) = (guest.OwnPage(guest.Pages[0])!, kept.Dom0.Kernel);
        page.WriteUInt32(0, 42);
        var ran = 0;
        kept.Simulation.Post(Host.CreateKernelPart(kept.Dom0, "blkback"), "oops", () => throw new InvalidOperationException("boom"));
        kept.Simulation.After(10_000, guest.Kernel, "work", () => ran++);
        kept.Settle();
        Assert.AreEqual((true, 0, false, true), (kept.Host.Crashed, ran, guest.IsRunning, guest.Kernel.Alive));

        kept.Host.RebootDom0();
        kept.Settle();
        Assert.AreEqual((false, 1, 42u), (kept.Host.Crashed, ran, page.ReadUInt32(0)));
        Assert.AreEqual((false, true), (kernel.Alive, kept.Dom0.Kernel.Alive));
    }

    [TestMethod]
    public void A_reboot_of_Dom0_leaves_guests_their_event_channels_unbound_and_their_grants_unmapped()
    {
        var kept = new TestHost(options: new HostOptions { MemoryMib = 16, Dom0MemoryMib = 4, GuestsOutliveDom0 = true });
        var guest = kept.RunningGuest();
        Assert.AreEqual(0, kept.Host.EventChannel.AllocUnbound(guest, DomId.Self, 0, out var port));
        Assert.AreEqual(0, kept.Host.EventChannel.BindInterdomain(kept.Dom0, guest.Id, port, out _));
        guest.GrantTable.WriteEntry(1, GrantEntryFlags.PermitAccess, 0, guest.Pages[0]);
        var map = new MapGrantRef(guest.Id, 1, GrantMapFlags.HostMap);
        kept.Host.GrantTable.Map(kept.Dom0, map);

        kept.Host.RebootDom0();

        Assert.IsFalse(map.Page!.Mapped);
        Assert.AreEqual(0, kept.Host.EventChannel.BindInterdomain(kept.Dom0, guest.Id, port, out _), "it can be bound again");
    }

    [TestMethod]
    public void An_event_that_was_under_way_to_the_old_kernel_does_not_keep_later_ones_from_the_new_one()
    {
        var kept = new TestHost(options: new HostOptions { MemoryMib = 16, Dom0MemoryMib = 4, GuestsOutliveDom0 = true });
        var guest = kept.RunningGuest();
        Assert.AreEqual(0, kept.Host.EventChannel.AllocUnbound(guest, DomId.Self, 0, out var port));
        var heard = 0;
        void Listen()
        {
            Assert.AreEqual(0, kept.Host.EventChannel.BindInterdomain(kept.Dom0, guest.Id, port, out var local));
            kept.Host.EventChannel.SetHandler(kept.Dom0, local, Host.CreateKernelPart(kept.Dom0, "driver"), () => heard++);
        }

        Listen();
        kept.Host.EventChannel.Send(guest, port);
        kept.Host.RebootDom0();
        Listen();
        kept.Host.EventChannel.Send(guest, port);
        kept.Settle();
        Assert.AreEqual(1, heard);
    }

    [TestMethod]
    public void A_host_that_loses_its_guests_with_Dom0_cannot_reboot_it_alone() =>
        Assert.ThrowsExactly<InvalidOperationException>(machine.Host.RebootDom0);

    [TestMethod]
    public void An_oops_in_a_driver_domain_crashes_that_domain_only()
    {
        var driver = machine.Guest(arguments: new CreateDomain { DriverDomain = true });
        machine.Host.Domctl.UnpauseDomain(machine.Dom0, driver.Id);
        machine.Simulation.Post(Host.CreateKernelPart(driver, "netback"), "oops", () => throw new InvalidOperationException("boom"));
        machine.Settle();
        Assert.AreEqual((ShutdownReason.Crash, false, false), (driver.ShutdownCode, driver.Kernel.Alive, machine.Host.Crashed));
    }

    [TestMethod]
    public void A_guest_that_crashes_takes_no_other_guest_along()
    {
        var guest = machine.RunningGuest();
        var other = machine.RunningGuest();
        machine.Simulation.Post(guest.Kernel, "panic", () => throw new InvalidOperationException("panic"));
        machine.Settle();
        Assert.AreEqual((ShutdownReason.Crash, (ShutdownReason?)null, true), (guest.ShutdownCode, other.ShutdownCode, other.Kernel.Alive));
    }

    [TestMethod]
    public void An_exception_of_the_trusted_side_escapes()
    {
        var monitor = new Component(machine.Simulation, "monitor", Containment.Trusted);
        machine.Simulation.Post(monitor, "bug", () => throw new InvalidOperationException("bug"));
        Assert.ThrowsExactly<InvalidOperationException>(() => machine.Simulation.RunFor(1_000_000));
    }

    [TestMethod]
    public void A_call_into_another_component_kills_the_one_that_failed_and_not_the_caller()
    {
        var server = machine.Host.CreateProcess("xenstored");
        var client = machine.Host.CreateProcess("xl");
        var answered = true;
        machine.Simulation.RunAs(client, () => answered = machine.Simulation.RunAs(server, () => throw new InvalidOperationException("boom")));
        Assert.AreEqual((false, false, true), (answered, server.Alive, client.Alive));
    }

    [TestMethod]
    public void A_caller_that_dies_with_the_host_executes_nothing_more()
    {
        var client = machine.Host.CreateProcess("xl");
        var went_on = false;
        machine.Simulation.RunAs(client, () =>
        {
            machine.Simulation.RunAs(machine.Host.Dom0Kernel, () => throw new InvalidOperationException("boom"));
            went_on = true;
        });
        Assert.AreEqual((true, false), (machine.Host.Crashed, went_on));
    }

    [TestMethod]
    public void A_process_that_exits_has_ended_but_not_died()
    {
        var process = machine.Host.CreateProcess("xl");
        var events = new List<string>();
        process.Died += _ => events.Add("died");
        process.Ended += _ => events.Add("ended");
        process.Exit();
        process.Kill("too late");
        Assert.AreSequenceEqual(["ended"], events);
    }
}
