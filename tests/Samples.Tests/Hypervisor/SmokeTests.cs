using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

[TestClass]
public sealed class SmokeTests
{
    [TestMethod]
    public void A_guest_is_entered_when_it_is_unpaused_and_its_destruction_gives_everything_back()
    {
        var machine = new TestHost();
        Domain? entered = null;
        machine.Host.GuestEntry = d => entered = d;
        var free = machine.Host.Memory.FreeFrames;
        var guest = machine.RunningGuest();
        machine.Settle();
        Assert.AreSame(guest, entered);
        Assert.AreEqual(0, machine.Host.Domctl.DestroyDomain(machine.Dom0, guest.Id));
        Assert.AreEqual(free, machine.Host.Memory.FreeFrames);
    }

    [TestMethod]
    public void An_event_that_was_sent_before_the_handler_was_there_is_delivered_once()
    {
        var machine = new TestHost();
        var guest = machine.RunningGuest();
        Assert.AreEqual(0, machine.Host.EventChannel.AllocUnbound(guest, DomId.Self, 0, out var port));
        Assert.AreEqual(0, machine.Host.EventChannel.BindInterdomain(machine.Dom0, guest.Id, port, out var local));
        machine.Host.EventChannel.Send(machine.Dom0, local);
        machine.Host.EventChannel.Send(machine.Dom0, local);
        machine.Settle();
        var received = 0;
        machine.Host.EventChannel.SetHandler(guest, port, guest.Kernel, () => received++);
        machine.Settle();
        Assert.AreEqual(1, received);
    }
}
