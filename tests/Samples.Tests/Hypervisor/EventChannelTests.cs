using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

[TestClass]
public sealed class EventChannelTests
{
    private readonly TestHost machine = new();

    private EventChannelOps Ops => machine.Host.EventChannel;

    private Domain Dom0 => machine.Dom0;

    [TestMethod]
    public void The_lowest_free_port_is_handed_out_from_one_on()
    {
        var guest = machine.RunningGuest();
        uint[] ports = [Alloc(guest), Alloc(guest), Alloc(guest)];
        Ops.Close(guest, ports[1]);
        Assert.AreSequenceEqual([1u, 2u, 3u, 2u], [.. ports, Alloc(guest)]);
    }

    [TestMethod]
    public void A_domain_without_a_free_port_gets_ENOSPC()
    {
        var guest = machine.Guest(arguments: new CreateDomain { MaxEventChannelPort = 2 });
        Alloc(guest);
        Alloc(guest);
        Assert.AreEqual(-Errno.ENOSPC, Ops.AllocUnbound(guest, DomId.Self, 0, out _));
    }

    [TestMethod]
    public void A_port_of_an_unknown_domain_is_ESRCH() =>
        Assert.AreEqual(-Errno.ESRCH, Ops.AllocUnbound(Dom0, 99, 0, out _));

    [TestMethod]
    public void A_guest_cannot_make_ports_in_another_domain()
    {
        var guest = machine.RunningGuest();
        Assert.AreEqual(-Errno.EPERM, Ops.AllocUnbound(guest, 0, guest.Id, out _));
    }

    [TestMethod]
    public void An_unbound_port_can_be_bound_only_by_the_domain_that_it_names()
    {
        var guest = machine.RunningGuest();
        var other = machine.RunningGuest();
        var port = Alloc(guest);
        Assert.AreEqual(-Errno.EINVAL, Ops.BindInterdomain(other, guest.Id, port, out _));
        Assert.AreEqual(0, Ops.BindInterdomain(Dom0, guest.Id, port, out _));
        Assert.AreEqual(-Errno.EINVAL, Ops.BindInterdomain(Dom0, guest.Id, port, out _), "bound already");
    }

    [TestMethod]
    public void Binding_raises_one_event_at_the_side_that_binds()
    {
        var guest = machine.RunningGuest();
        Ops.BindInterdomain(Dom0, guest.Id, Alloc(guest), out var local);
        Assert.IsTrue(EventChannelOps.IsPending(Dom0, local));
        Assert.IsFalse(EventChannelOps.IsPending(guest, 1));
    }

    [TestMethod]
    public void Any_number_of_sends_before_the_handler_runs_is_one_event()
    {
        var (guest, local) = Connected();
        var received = 0;
        Ops.SetHandler(guest, 1, guest.Kernel, () => received++);
        Ops.Send(Dom0, local);
        Ops.Send(Dom0, local);
        Ops.Send(Dom0, local);
        machine.Settle();
        Assert.AreEqual(1, received);
    }

    [TestMethod]
    public void An_event_that_was_sent_before_the_handler_was_there_is_not_lost()
    {
        var (guest, local) = Connected();
        Ops.Send(Dom0, local);
        machine.Settle();
        var received = 0;
        Ops.SetHandler(guest, 1, guest.Kernel, () => received++);
        machine.Settle();
        Assert.AreEqual(1, received);
    }

    [TestMethod]
    public void A_masked_event_waits_until_it_is_unmasked()
    {
        var (guest, local) = Connected();
        var received = 0;
        Ops.SetHandler(guest, 1, guest.Kernel, () => received++);
        EventChannelOps.Mask(guest, 1);
        Ops.Send(Dom0, local);
        machine.Settle();
        Assert.AreEqual(0, received);
        Ops.Unmask(guest, 1);
        machine.Settle();
        Assert.AreEqual(1, received);
    }

    [TestMethod]
    public void A_paused_domain_hears_of_an_event_when_it_runs_again()
    {
        var (guest, local) = Connected();
        var received = 0;
        Ops.SetHandler(guest, 1, guest.Kernel, () => received++);
        machine.Host.Domctl.PauseDomain(Dom0, guest.Id);
        Ops.Send(Dom0, local);
        machine.Settle();
        Assert.AreEqual(0, received);
        machine.Host.Domctl.UnpauseDomain(Dom0, guest.Id);
        machine.Settle();
        Assert.AreEqual(1, received);
    }

    [TestMethod]
    public void Sending_on_an_unbound_port_is_dropped_in_silence_and_on_a_closed_one_is_EINVAL()
    {
        var guest = machine.RunningGuest();
        var port = Alloc(guest);
        Assert.AreEqual(0, Ops.Send(guest, port));
        Ops.Close(guest, port);
        Assert.AreEqual(-Errno.EINVAL, Ops.Send(guest, port));
        Assert.AreEqual(-Errno.EINVAL, Ops.Send(guest, 500));
    }

    [TestMethod]
    public void Closing_one_end_makes_the_other_end_unbound_for_the_closer()
    {
        var (guest, local) = Connected();
        Assert.AreEqual(0, Ops.Close(guest, 1));
        var end = EventChannelOps.Find(Dom0, local)!;
        Assert.AreEqual((EventChannelState.Unbound, guest.Id), (end.State, end.RemoteDomid));
    }

    [TestMethod]
    public void Closing_a_free_port_is_EINVAL() => Assert.AreEqual(-Errno.EINVAL, Ops.Close(Dom0, 7));

    [TestMethod]
    [DataRow(Virq.DomExc, 0, 0)]
    [DataRow(Virq.DomExc, 1, -Errno.EINVAL)]
    [DataRow(Virq.Timer, 1, 0)]
    [DataRow(Virq.Timer, 9, -Errno.ENOENT)]
    [DataRow(-1, 0, -Errno.EINVAL)]
    [DataRow(24, 0, -Errno.EINVAL)]
    public void A_virq_is_bound_where_it_can_be(int virq, int vcpu, int result) =>
        Assert.AreEqual(result, Ops.BindVirq(Dom0, virq, vcpu, out _));

    [TestMethod]
    public void A_virq_is_bound_once()
    {
        Ops.BindVirq(Dom0, Virq.DomExc, 0, out _);
        Assert.AreEqual(-Errno.EEXIST, Ops.BindVirq(Dom0, Virq.DomExc, 0, out _));
    }

    [TestMethod]
    public void The_ports_of_a_process_close_with_it()
    {
        var guest = machine.RunningGuest();
        var port = Alloc(guest);
        var process = machine.Host.CreateProcess("daemon");
        machine.Simulation.RunAs(process, () => Ops.BindInterdomain(Dom0, guest.Id, port, out _));
        Assert.AreEqual(EventChannelState.Interdomain, EventChannelOps.Find(guest, port)!.State);
        process.Kill("SIGKILL");
        Assert.AreEqual(EventChannelState.Unbound, EventChannelOps.Find(guest, port)!.State);
    }

    private uint Alloc(Domain guest)
    {
        Assert.AreEqual(0, Ops.AllocUnbound(guest, DomId.Self, 0, out var port));
        return port;
    }

    private (Domain Guest, uint Local) Connected()
    {
        var guest = machine.RunningGuest();
        Assert.AreEqual(0, Ops.BindInterdomain(Dom0, guest.Id, Alloc(guest), out var local));
        machine.Settle();
        return (guest, local);
    }
}
