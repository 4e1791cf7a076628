using System.Globalization;
using Xen.Drivers;
using Xen.Guests;
using Xen.Hypervisor;

namespace Samples.Tests.Drivers;

/// <summary>The backend against a frontend made by hand, which does what no honest frontend does.</summary>
[TestClass]
public sealed class BlkbackTests
{
    private const uint RingRef = 100;
    private const uint DataRef = 101;

    private readonly PvMachine machine = new();
    private Domain guest = null!;
    private byte[] image = null!;
    private FrontRing ring = null!;
    private MappedPage data = null!;
    private uint port;

    [TestInitialize]
    public void Make_a_guest_that_has_booted_and_has_no_disk_yet()
    {
        guest = machine.Build(new GuestManifest());
        machine.Host.Domctl.UnpauseDomain(machine.Host.Dom0, guest.Id);
        machine.Settle();
    }

    [TestMethod]
    public void A_good_write_is_answered_okay_and_stands_in_the_image()
    {
        Connect();
        data.Write.Fill(0x5A);
        var response = Exchange(Write(sector: 8, new BlkifSegment(DataRef, 0, 7)));
        Assert.AreEqual(new BlkifResponse(42, BlkifOperation.Write, BlkifStatus.Okay), response);
        Assert.AreEqual(4096, image.AsSpan(8 * 512, 4096).Count((byte)0x5A));
        Assert.AreEqual(4096, image.AsSpan().Count((byte)0x5A));
    }

    [TestMethod]
    public void A_part_of_a_page_moves_as_these_sectors_and_no_others()
    {
        Connect();
        data.Write[512..1536].Fill(0x11);
        Exchange(Write(sector: 3, new BlkifSegment(DataRef, 1, 2)));
        Assert.AreEqual((0, 0x11, 0x11, 0), (image[(3 * 512) - 1], image[3 * 512], image[(5 * 512) - 1], image[5 * 512]));
    }

    [TestMethod]
    [DataRow(50u, (byte)0, (byte)7, 0UL, DisplayName = "a reference that was never granted")]
    [DataRow(60000u, (byte)0, (byte)7, 0UL, DisplayName = "a reference beyond the table")]
    [DataRow(DataRef, (byte)0, (byte)8, 0UL, DisplayName = "a sector beyond the page")]
    [DataRow(DataRef, (byte)5, (byte)4, 0UL, DisplayName = "sectors that run backwards")]
    [DataRow(DataRef, (byte)0, (byte)7, 505UL, DisplayName = "a range over the end of the disk")]
    [DataRow(DataRef, (byte)0, (byte)7, ulong.MaxValue - 3, DisplayName = "a range that wraps around")]
    public void A_write_that_cannot_be_is_refused_and_leaves_nothing_behind(uint reference, byte first, byte last, ulong sector)
    {
        Connect();
        data.Write.Fill(0x5A);
        var response = Exchange(Write(sector, new BlkifSegment(reference, first, last)));
        Assert.AreEqual(BlkifStatus.Error, response.Status);
        Assert.AreEqual(0, image.AsSpan().Count((byte)0x5A));
        Assert.AreEqual(0, guest.GrantTable.PinsOf(DataRef).Total);
        Assert.AreEqual(BlkifStatus.Okay, Exchange(Write(0, new BlkifSegment(DataRef, 0, 7))).Status, "the ring goes on");
    }

    [TestMethod]
    [DataRow((byte)0)]
    [DataRow((byte)12)]
    [DataRow((byte)255)]
    public void A_write_with_a_wrong_number_of_segments_is_refused(byte segments)
    {
        Connect();
        Assert.AreEqual(BlkifStatus.Error, Exchange(Write(0) with { NrSegments = segments }).Status);
    }

    [TestMethod]
    public void One_bad_segment_of_several_unmaps_the_good_ones()
    {
        Connect();
        Assert.AreEqual(BlkifStatus.Error, Exchange(Write(0, new BlkifSegment(DataRef, 0, 7), new BlkifSegment(55, 0, 7))).Status);
        Assert.AreEqual(0, guest.GrantTable.PinsOf(DataRef).Total);
        Assert.IsEmpty(HypervisorInvariants.Check(machine.Host));
    }

    [TestMethod]
    public void An_operation_that_nobody_knows_is_not_supported()
    {
        Connect();
        Assert.AreEqual(BlkifStatus.EopNotSupp, Exchange(Write(0) with { Operation = (BlkifOperation)99 }).Status);
    }

    [TestMethod]
    public void A_read_only_disk_refuses_writes_and_answers_reads()
    {
        Connect(mode: "r");
        image[0] = 0x77;
        Assert.AreEqual(BlkifStatus.Error, Exchange(Write(0, new BlkifSegment(DataRef, 0, 7))).Status);
        Assert.AreEqual(BlkifStatus.Okay, Exchange(Write(0, new BlkifSegment(DataRef, 0, 7)) with { Operation = BlkifOperation.Read }).Status);
        Assert.AreEqual(0x77, data.ReadByte(0));
        Assert.AreEqual("4", machine.Read($"{PvMachine.Backend(guest.Id)}/info"));
        Assert.AreEqual("0", machine.Read($"{PvMachine.Backend(guest.Id)}/feature-discard"));
    }

    [TestMethod]
    public void A_discard_clears_its_sectors()
    {
        Connect();
        image.AsSpan().Fill(0xFF);
        var response = Exchange(new BlkifRequest { Operation = BlkifOperation.Discard, Id = 42, SectorNumber = 2, NrSectors = 3 });
        Assert.AreEqual((BlkifStatus.Okay, 3 * 512), (response.Status, image.AsSpan().Count((byte)0)));
    }

    [TestMethod]
    public void A_barrier_waits_for_the_requests_before_it_and_holds_back_those_behind_it()
    {
        Connect();
        Put(Write(0, new BlkifSegment(DataRef, 0, 0)) with { Id = 1 });
        Put(Write(1, new BlkifSegment(DataRef, 0, 0)) with { Id = 2, Operation = BlkifOperation.WriteBarrier });
        Put(Write(2, new BlkifSegment(DataRef, 0, 0)) with { Id = 3 });
        Push();
        machine.Settle();
        Assert.AreSequenceEqual([1UL, 2UL, 3UL], Responses().Select(r => r.Id));
    }

    [TestMethod]
    public void A_barrier_without_data_is_answered_when_all_before_it_stands_in_the_image()
    {
        Connect();
        data.Write.Fill(0x5A);
        Put(Write(0, new BlkifSegment(DataRef, 0, 7)) with { Id = 1 });
        Put(Write(0) with { Id = 2, Operation = BlkifOperation.WriteBarrier });
        Push();
        machine.Settle();
        Assert.AreSequenceEqual([new(1, BlkifOperation.Write, BlkifStatus.Okay), new BlkifResponse(2, BlkifOperation.WriteBarrier, BlkifStatus.Okay)], Responses());
        Assert.AreEqual(4096, image.AsSpan().Count((byte)0x5A));
    }

    [TestMethod]
    public void A_producer_index_that_is_garbage_halts_the_ring_without_harm_to_others()
    {
        Connect();
        ring.Shared.RequestProducer = 5000;
        machine.Host.EventChannel.Send(guest, port);
        machine.Settle();
        Put(Write(0, new BlkifSegment(DataRef, 0, 7)));
        Push();
        machine.Settle();
        Assert.AreEqual((0u, false), (ring.Shared.ResponseProducer, machine.Host.Crashed));
        var (other, _) = machine.RunGuest();
        machine.Settle();
        Assert.AreEqual(DiskOutcome.Ok, other.Disks[0].Outcome);
    }

    [TestMethod]
    public void A_ring_reference_that_is_garbage_is_a_fatal_error_in_the_store()
    {
        Connect(ringReference: 77);
        var error = machine.Read($"/local/domain/0/error/backend/vbd/{guest.Id}/{PvMachine.Xvda}/error");
        Assert.AreEqual("22 mapping ring-ref 77 port " + port.ToString(CultureInfo.InvariantCulture), error);
        Assert.AreEqual("5", machine.Read($"{PvMachine.Backend(guest.Id)}/state"));
    }

    [TestMethod]
    public void A_port_that_is_garbage_leaves_the_ring_unmapped()
    {
        Connect(portOffset: 30);
        Assert.AreEqual("5", machine.Read($"{PvMachine.Backend(guest.Id)}/state"));
        Assert.AreEqual(0, guest.GrantTable.PinsOf(RingRef).Total);
    }

    [TestMethod]
    [DataRow("protocol", "sparc-abi", "38 unknown fe protocol sparc-abi")]
    [DataRow("ring-page-order", "3", "22 requested ring page order 3 exceed max:0")]
    [DataRow("multi-queue-num-queues", "0", "22 guest requested 0 queues, exceeding the maximum of 1.")]
    public void What_the_frontend_asks_for_and_cannot_have_is_a_fatal_error(string key, string value, string error)
    {
        Connect(extra: (key, value));
        Assert.AreEqual(error, machine.Read($"/local/domain/0/error/backend/vbd/{guest.Id}/{PvMachine.Xvda}/error"));
    }

    [TestMethod]
    public void A_frontend_state_that_makes_no_sense_is_a_fatal_error()
    {
        Connect();
        machine.Write($"{PvMachine.Frontend(guest.Id)}/state", "7");
        machine.Settle();
        Assert.AreEqual("22 saw state 7 at frontend", machine.Read($"/local/domain/0/error/backend/vbd/{guest.Id}/{PvMachine.Xvda}/error"));
    }

    [TestMethod]
    public void A_frontend_that_says_connected_again_changes_nothing()
    {
        Connect();
        var mappings = machine.Host.Dom0.GrantTable.Maptrack.Count(m => m.InUse);
        machine.Write($"{PvMachine.Frontend(guest.Id)}/state", "4");
        machine.Write($"{PvMachine.Frontend(guest.Id)}/state", "4");
        machine.Settle();
        Assert.AreEqual(mappings, machine.Host.Dom0.GrantTable.Maptrack.Count(m => m.InUse));
        Assert.AreEqual(BlkifStatus.Okay, Exchange(Write(0, new BlkifSegment(DataRef, 0, 7))).Status);
    }

    [TestMethod]
    public void A_device_number_that_does_not_exist_is_a_fatal_error()
    {
        machine.AddDisk(guest);
        machine.Write($"{PvMachine.Backend(guest.Id)}/physical-device", "7:63");
        machine.Settle();
        Assert.AreEqual("2 creating vbd structure", machine.Read($"/local/domain/0/error/backend/vbd/{guest.Id}/{PvMachine.Xvda}/error"));
    }

    [TestMethod]
    public void A_frontend_that_closes_is_let_go_and_may_come_back_while_the_device_is_online()
    {
        Connect();
        machine.Write($"{PvMachine.Frontend(guest.Id)}/state", "6");
        machine.Settle();
        Assert.AreEqual("6", machine.Read($"{PvMachine.Backend(guest.Id)}/state"));
        Assert.AreEqual(0, guest.GrantTable.PinsOf(RingRef).Total);
        machine.Write($"{PvMachine.Frontend(guest.Id)}/state", "1");
        machine.Settle();
        Assert.AreEqual("4", machine.Read($"{PvMachine.Backend(guest.Id)}/state"));
    }

    // The guest has its own frontend; it is kept from this device by a state that it takes for an old one's.
    private void Connect(string mode = "w", uint ringReference = RingRef, uint portOffset = 0, (string Key, string Value)? extra = null)
    {
        var front = PvMachine.Frontend(guest.Id);
        image = machine.AddDisk(guest, mode: mode, frontendState: "6");
        machine.Settle();
        var shared = new SharedRing(guest.OwnPage(guest.Pages[200])!, BlkifProtocol.EntrySize);
        shared.Initialise();
        ring = new FrontRing(shared);
        data = guest.OwnPage(guest.Pages[201])!;
        guest.GrantTable.WriteEntry(RingRef, GrantEntryFlags.PermitAccess, 0, guest.Pages[200]);
        guest.GrantTable.WriteEntry(DataRef, GrantEntryFlags.PermitAccess, 0, guest.Pages[201]);
        machine.Host.EventChannel.AllocUnbound(guest, DomId.Self, 0, out port);
        port += portOffset;
        machine.Write($"{front}/ring-ref", ringReference.ToString(CultureInfo.InvariantCulture));
        machine.Write($"{front}/event-channel", port.ToString(CultureInfo.InvariantCulture));
        if (extra is var (key, value))
        {
            machine.Write($"{front}/{key}", value);
        }

        machine.Hotplug(guest, readOnly: mode == "r");
        machine.Write($"{front}/state", "3");
        machine.Settle();
    }

    private static BlkifRequest Write(ulong sector, params BlkifSegment[] segments) =>
        new() { Operation = BlkifOperation.Write, Id = 42, SectorNumber = sector, NrSegments = (byte)segments.Length, Segments = segments };

    private void Put(BlkifRequest request) => BlkifProtocol.WriteRequest(ring.Shared.Page, ring.NextRequest(), request);

    private void Push()
    {
        ring.PushRequestsAndCheckNotify();
        machine.Host.EventChannel.Send(guest, port);
    }

    private List<BlkifResponse> Responses()
    {
        var responses = new List<BlkifResponse>();
        while (ring.ResponseConsumer != ring.Shared.ResponseProducer)
        {
            responses.Add(BlkifProtocol.ReadResponse(ring.Shared.Page, ring.Shared.EntryOffset(ring.ResponseConsumer)));
            ring.ResponseConsumer++;
        }

        return responses;
    }

    private BlkifResponse Exchange(BlkifRequest request)
    {
        Put(request);
        Push();
        machine.Settle();
        return Responses().Single();
    }
}
