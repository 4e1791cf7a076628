using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

[TestClass]
public sealed class MemoryTests
{
    private readonly TestHost machine = new();

    private MemoryOps Memory => machine.Host.MemoryOp;

    private Domain Dom0 => machine.Dom0;

    [TestMethod]
    public void Populating_stops_at_the_limit_and_says_how_far_it_came()
    {
        machine.Host.Domctl.CreateDomain(Dom0, new CreateDomain(), out var domid);
        machine.Host.Domctl.MaxMem(Dom0, domid, 40);
        Assert.AreEqual(10, Memory.PopulatePhysmap(Dom0, domid, 25, out var frames));
        Assert.HasCount(10, frames);
    }

    [TestMethod]
    public void Populating_stops_when_the_machine_is_full()
    {
        machine.Host.Domctl.CreateDomain(Dom0, new CreateDomain(), out var domid);
        machine.Host.Domctl.MaxMem(Dom0, domid, 1 << 20);
        var free = machine.Host.Memory.FreeFrames;
        Assert.AreEqual(free, Memory.PopulatePhysmap(Dom0, domid, free + 5, out _));
        Assert.AreEqual(-Errno.ENOMEM, machine.Host.Domctl.CreateDomain(Dom0, new CreateDomain(), out _));
        Assert.IsEmpty(HypervisorInvariants.Check(machine.Host));
    }

    [TestMethod]
    public void Pages_that_go_back_are_scrubbed_before_they_go_elsewhere()
    {
        var guest = machine.Guest(pages: 4);
        guest.OwnPage(guest.Pages[0])!.WriteUInt64(0, 0x5EC4E7);
        machine.Host.Domctl.DestroyDomain(Dom0, guest.Id);
        machine.Host.Domctl.CreateDomain(Dom0, new CreateDomain(), out var domid);
        machine.Host.Domctl.MaxMem(Dom0, domid, 1 << 20);
        Memory.PopulatePhysmap(Dom0, domid, machine.Host.Memory.FreeFrames, out var frames);
        var next = machine.Host.FindDomain(domid)!;
        Assert.IsTrue(frames.All(f => next.OwnPage(f)!.ReadUInt64(0) == 0));
    }

    [TestMethod]
    public void A_domain_can_give_pages_back_but_not_those_that_others_map()
    {
        var guest = machine.Guest(pages: 4);
        Memory.MapForeign(Dom0, guest.Id, guest.Pages[1], out _);
        Assert.AreEqual(1, Memory.DecreaseReservation(guest, DomId.Self, [guest.Pages[0], guest.Pages[1], guest.Pages[2]]));
        Assert.AreEqual(3, guest.TotalPages);
    }

    [TestMethod]
    public void Foreign_frames_are_for_the_privileged_and_must_belong_to_the_domain_named()
    {
        var guest = machine.Guest();
        Assert.AreEqual(-Errno.EPERM, Memory.MapForeign(guest, 0, Dom0.Pages[0], out _));
        Assert.AreEqual(-Errno.EINVAL, Memory.MapForeign(Dom0, guest.Id, Dom0.Pages[0], out _));
        Assert.AreEqual(-Errno.ESRCH, Memory.MapForeign(Dom0, 42, Dom0.Pages[0], out _));
    }
}
