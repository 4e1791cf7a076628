using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

[TestClass]
public sealed class GrantTableTests
{
    private const uint Ref = 8;

    private readonly TestHost machine;
    private readonly Domain guest;

    public GrantTableTests()
    {
        machine = new TestHost();
        guest = machine.RunningGuest();
        guest.GrantTable.WriteEntry(Ref, GrantEntryFlags.PermitAccess, 0, guest.Pages[0]);
    }

    private Domain Dom0 => machine.Dom0;

    [TestMethod]
    public void A_mapped_page_is_the_granters_own_memory_in_both_directions()
    {
        var mapped = Map().Page!;
        var own = guest.OwnPage(guest.Pages[0])!;
        own.WriteUInt32(100, 0xCAFE);
        mapped.WriteUInt32(200, 0xBEEF);
        Assert.AreEqual((0xCAFEu, 0xBEEFu), (mapped.ReadUInt32(100), own.ReadUInt32(200)));
    }

    [TestMethod]
    [DataRow(0, Ref, GrantMapFlags.None, GrantStatus.BadGntref)]
    [DataRow(99, Ref, GrantMapFlags.HostMap, GrantStatus.BadDomain)]
    [DataRow(0, 512u, GrantMapFlags.HostMap, GrantStatus.BadGntref)]
    [DataRow(0, 9u, GrantMapFlags.HostMap, GrantStatus.GeneralError)]
    [DataRow(0, Ref, GrantMapFlags.HostMap, GrantStatus.Okay)]
    [DataRow(0, Ref, GrantMapFlags.DeviceMap, GrantStatus.Okay)]
    public void A_map_answers_with_the_status_of_its_first_fault(int domid, uint reference, GrantMapFlags flags, GrantStatus status)
    {
        var operation = new MapGrantRef(domid == 0 ? guest.Id : domid, reference, flags);
        Assert.AreEqual(0, machine.Host.GrantTable.Map(Dom0, operation));
        Assert.AreEqual(status, operation.Status);
    }

    [TestMethod]
    public void A_grant_for_another_domain_is_a_general_error()
    {
        var other = machine.RunningGuest();
        var operation = new MapGrantRef(guest.Id, Ref, GrantMapFlags.HostMap);
        machine.Host.GrantTable.Map(other, operation);
        Assert.AreEqual(GrantStatus.GeneralError, operation.Status);
    }

    [TestMethod]
    public void A_read_only_grant_maps_for_reading_only()
    {
        guest.GrantTable.WriteEntry(Ref, GrantEntryFlags.PermitAccess | GrantEntryFlags.ReadOnly, 0, guest.Pages[0]);
        Assert.AreEqual(GrantStatus.GeneralError, Map().Status);
        var mapped = Map(GrantMapFlags.HostMap | GrantMapFlags.ReadOnly);
        Assert.AreEqual(GrantStatus.Okay, mapped.Status);
        Assert.ThrowsExactly<PageFaultException>(() => mapped.Page!.WriteByte(0, 1));
    }

    [TestMethod]
    public void A_frame_that_is_not_the_granters_is_a_bad_page()
    {
        guest.GrantTable.WriteEntry(Ref, GrantEntryFlags.PermitAccess, 0, Dom0.Pages[0]);
        Assert.AreEqual(GrantStatus.BadPage, Map().Status);
        guest.GrantTable.WriteEntry(Ref, GrantEntryFlags.PermitAccess, 0, 0xFFFFFF);
        Assert.AreEqual(GrantStatus.BadPage, Map().Status);
    }

    [TestMethod]
    public void A_policy_can_deny()
    {
        var strict = new TestHost(options: new HostOptions { MemoryMib = 16, Dom0MemoryMib = 4, MayMapGrants = (_, _) => false });
        var granter = strict.RunningGuest();
        var operation = new MapGrantRef(granter.Id, Ref, GrantMapFlags.HostMap);
        strict.Host.GrantTable.Map(strict.Dom0, operation);
        Assert.AreEqual(GrantStatus.PermissionDenied, operation.Status);
    }

    [TestMethod]
    public void A_domain_that_has_used_up_its_maptrack_gets_no_space()
    {
        var mapper = machine.Guest(arguments: new CreateDomain { MaxMaptrackFrames = 0 });
        guest.GrantTable.WriteEntry(Ref, GrantEntryFlags.PermitAccess, mapper.Id, guest.Pages[0]);
        var operation = new MapGrantRef(guest.Id, Ref, GrantMapFlags.HostMap);
        machine.Host.GrantTable.Map(mapper, operation);
        Assert.AreEqual(GrantStatus.NoSpace, operation.Status);
    }

    [TestMethod]
    public void Reading_and_writing_are_marked_as_long_as_they_are_mapped()
    {
        var read = Map(GrantMapFlags.HostMap | GrantMapFlags.ReadOnly);
        Assert.AreEqual(GrantEntryFlags.PermitAccess | GrantEntryFlags.Reading, guest.GrantTable.FlagsOf(Ref));
        var write = Map();
        Assert.AreEqual((1, 1), (guest.GrantTable.PinsOf(Ref).HostRead, guest.GrantTable.PinsOf(Ref).HostWrite));
        Assert.AreEqual(GrantEntryFlags.PermitAccess | GrantEntryFlags.Reading | GrantEntryFlags.Writing, guest.GrantTable.FlagsOf(Ref));
        Assert.AreEqual(GrantStatus.Okay, Unmap(write));
        Assert.AreEqual(GrantEntryFlags.PermitAccess | GrantEntryFlags.Reading, guest.GrantTable.FlagsOf(Ref));
        Assert.AreEqual(GrantStatus.Okay, Unmap(read));
        Assert.AreEqual(GrantEntryFlags.PermitAccess, guest.GrantTable.FlagsOf(Ref));
    }

    [TestMethod]
    public void A_mapped_grant_cannot_be_revoked()
    {
        var operation = Map();
        Assert.IsFalse(guest.GrantTable.TryRevoke(Ref));
        Unmap(operation);
        Assert.IsTrue(guest.GrantTable.TryRevoke(Ref));
        Assert.AreEqual(GrantStatus.GeneralError, Map().Status);
    }

    [TestMethod]
    public void Unmapping_twice_or_by_a_wrong_handle_is_a_bad_handle()
    {
        var operation = Map();
        Assert.AreEqual(GrantStatus.Okay, Unmap(operation));
        Assert.AreEqual(GrantStatus.BadHandle, Unmap(operation));
        var unknown = new UnmapGrantRef(77, operation.Page);
        machine.Host.GrantTable.Unmap(Dom0, unknown);
        Assert.AreEqual(GrantStatus.BadHandle, unknown.Status);
    }

    [TestMethod]
    public void Unmapping_another_address_than_the_mapped_one_is_a_bad_address()
    {
        var first = Map();
        var second = Map();
        var mixed = new UnmapGrantRef(first.Handle, second.Page);
        machine.Host.GrantTable.Unmap(Dom0, mixed);
        Assert.AreEqual(GrantStatus.BadVirtAddr, mixed.Status);
    }

    [TestMethod]
    public void An_unmapped_page_faults()
    {
        var operation = Map();
        Unmap(operation);
        Assert.ThrowsExactly<PageFaultException>(() => operation.Page!.ReadByte(0));
    }

    [TestMethod]
    public void A_batch_reports_for_each_element()
    {
        var good = new MapGrantRef(guest.Id, Ref, GrantMapFlags.HostMap);
        var bad = new MapGrantRef(guest.Id, 9, GrantMapFlags.HostMap);
        Assert.AreEqual(0, machine.Host.GrantTable.Map(Dom0, bad, good));
        Assert.AreEqual((GrantStatus.GeneralError, GrantStatus.Okay), (bad.Status, good.Status));
    }

    [TestMethod]
    public void A_copy_moves_bytes_and_leaves_no_pin()
    {
        guest.OwnPage(guest.Pages[0])!.WriteUInt32(16, 0x12345678);
        Assert.AreEqual(GrantStatus.Okay, Copy(GrantCopySide.Grant(guest.Id, Ref, 16), GrantCopySide.Own(Dom0.Pages[0], 4), 4));
        Assert.AreEqual(0x12345678u, Dom0.OwnPage(Dom0.Pages[0])!.ReadUInt32(4));
        Assert.AreEqual((GrantEntryFlags.PermitAccess, 0), (guest.GrantTable.FlagsOf(Ref), guest.GrantTable.PinsOf(Ref).Total));
    }

    [TestMethod]
    public void A_copy_beyond_the_page_is_a_bad_argument() =>
        Assert.AreEqual(GrantStatus.BadCopyArg, Copy(GrantCopySide.Grant(guest.Id, Ref, 4090), GrantCopySide.Own(Dom0.Pages[0], 0), 8));

    [TestMethod]
    public void A_copy_of_a_foreign_frame_without_a_grant_is_denied() =>
        Assert.AreEqual(GrantStatus.PermissionDenied,
            Copy(new GrantCopySide(guest.Id, guest.Pages[0], false, 0), GrantCopySide.Own(Dom0.Pages[0], 0), 8));

    [TestMethod]
    public void A_copy_into_a_read_only_grant_is_a_general_error_and_changes_nothing()
    {
        guest.GrantTable.WriteEntry(Ref, GrantEntryFlags.PermitAccess | GrantEntryFlags.ReadOnly, 0, guest.Pages[0]);
        Dom0.OwnPage(Dom0.Pages[0])!.WriteUInt32(0, 0xFFFFFFFF);
        Assert.AreEqual(GrantStatus.GeneralError, Copy(GrantCopySide.Own(Dom0.Pages[0], 0), GrantCopySide.Grant(guest.Id, Ref, 0), 4));
        Assert.AreEqual(0u, guest.OwnPage(guest.Pages[0])!.ReadUInt32(0));
    }

    [TestMethod]
    public void The_table_grows_up_to_its_limit()
    {
        var small = machine.Guest(arguments: new CreateDomain { MaxGrantFrames = 2 });
        Assert.AreEqual(GrantStatus.Okay, machine.Host.GrantTable.SetupTable(small, DomId.Self, 2));
        Assert.AreEqual(1024, small.GrantTable.EntryCount);
        Assert.AreEqual(GrantStatus.GeneralError, machine.Host.GrantTable.SetupTable(small, DomId.Self, 3));
    }

    private MapGrantRef Map(GrantMapFlags flags = GrantMapFlags.HostMap)
    {
        var operation = new MapGrantRef(guest.Id, Ref, flags);
        machine.Host.GrantTable.Map(Dom0, operation);
        return operation;
    }

    private GrantStatus Unmap(MapGrantRef mapped)
    {
        var operation = new UnmapGrantRef(mapped.Handle, mapped.Page);
        machine.Host.GrantTable.Unmap(Dom0, operation);
        return operation.Status;
    }

    private GrantStatus Copy(GrantCopySide source, GrantCopySide destination, int length)
    {
        var operation = new GrantCopy(source, destination, length);
        machine.Host.GrantTable.Copy(Dom0, operation);
        return operation.Status;
    }
}
