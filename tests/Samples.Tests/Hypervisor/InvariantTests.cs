using System.Reflection;
using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

/// <summary>Each invariant fails when the state is bent by hand: none is a check that cannot fail.</summary>
[TestClass]
public sealed class InvariantTests
{
    private readonly TestHost machine = new();
    private readonly Domain guest;

    public InvariantTests() => guest = machine.RunningGuest();

    [TestMethod]
    public void A_machine_at_rest_violates_nothing()
    {
        machine.Settle();
        Assert.IsEmpty(HypervisorInvariants.Check(machine.Host));
    }

    [TestMethod]
    public void Memory_that_nobody_accounts_for() => Violates(HypervisorInvariants.MemoryAccounting, () =>
    {
        var other = machine.Guest();
        guest.AddPage(other.Pages[0], 100_000);
    });

    [TestMethod]
    public void More_memory_than_allowed() =>
        Violates(HypervisorInvariants.MemoryLimits, () => machine.Host.Domctl.MaxMem(machine.Dom0, guest.Id, 4));

    [TestMethod]
    public void A_port_whose_other_end_knows_nothing_of_it() => Violates(HypervisorInvariants.EventChannelSymmetry, () =>
    {
        machine.Host.EventChannel.AllocUnbound(guest, DomId.Self, 0, out var port);
        machine.Host.EventChannel.BindInterdomain(machine.Dom0, guest.Id, port, out _);
        EventChannelOps.Find(guest, port)!.RemotePort = 77;
    });

    [TestMethod]
    public void A_pin_without_a_mapping() => Violates(HypervisorInvariants.GrantPins, () => guest.GrantTable.Active(9).HostRead = 1);

    [TestMethod]
    public void A_mapping_without_a_pin() => Violates(HypervisorInvariants.GrantPins, () =>
    {
        guest.GrantTable.WriteEntry(8, GrantEntryFlags.PermitAccess, 0, guest.Pages[0]);
        machine.Host.GrantTable.Map(machine.Dom0, new MapGrantRef(guest.Id, 8, GrantMapFlags.HostMap));
        guest.GrantTable.Active(8).HostWrite = 0;
    });

    [TestMethod]
    public void A_reference_that_no_mapping_explains() =>
        Violates(HypervisorInvariants.FrameReferences, () => machine.Host.Memory.Reference(guest.Pages[0]));

    [TestMethod]
    public void A_zombie() => Violates(HypervisorInvariants.NoZombies, () =>
    {
        machine.Host.MemoryOp.MapForeign(machine.Dom0, guest.Id, guest.Pages[0], out _);
        machine.Host.Domctl.DestroyDomain(machine.Dom0, guest.Id);
    });

    [TestMethod]
    public void Run_times_that_do_not_sum_up() => Violates(HypervisorInvariants.RunstateTimes, () =>
    {
        var times = typeof(Vcpu).GetField("times", BindingFlags.Instance | BindingFlags.NonPublic)!;
        ((long[])times.GetValue(guest.Vcpus[0])!)[0] += 5;
    });

    [TestMethod]
    public void An_event_that_nobody_will_be_told_of() => Violates(HypervisorInvariants.NoLostEvents, () =>
    {
        machine.Host.EventChannel.AllocUnbound(guest, DomId.Self, 0, out var port);
        machine.Host.EventChannel.SetHandler(guest, port, guest.Kernel, () => { });
        guest.SharedInfo.WriteByte(2048, (byte)(1 << (int)port));
    });

    private void Violates(string invariant, Action bend)
    {
        machine.Settle();
        bend();
        Assert.Contains(invariant, HypervisorInvariants.Check(machine.Host).Select(v => v.Invariant));
    }
}
