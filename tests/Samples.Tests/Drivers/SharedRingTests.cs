using Samples.Tests.Hypervisor;
using Xen.Drivers;
using Xen.Hypervisor;

namespace Samples.Tests.Drivers;

[TestClass]
public sealed class SharedRingTests
{
    private readonly MappedPage page;
    private readonly FrontRing front;
    private readonly BackRing back;

    public SharedRingTests()
    {
        var guest = new TestHost().Guest();
        page = guest.OwnPage(guest.Pages[0])!;
        var shared = new SharedRing(page, BlkifProtocol.EntrySize);
        shared.Initialise();
        front = new FrontRing(shared);
        back = new BackRing(new SharedRing(page, BlkifProtocol.EntrySize));
    }

    [TestMethod]
    [DataRow(112, 32u)]
    [DataRow(12, 256u)]
    [DataRow(8, 256u)]
    [DataRow(4032, 1u)]
    public void A_ring_has_the_largest_power_of_two_of_entries_that_fits(int entrySize, uint size) =>
        Assert.AreEqual(size, SharedRing.RingSize(entrySize));

    [TestMethod]
    public void A_new_ring_is_empty_and_both_sides_want_to_hear_of_the_first_entry()
    {
        Assert.AreSequenceEqual([0u, 1u, 0u, 1u], [page.ReadUInt32(0), page.ReadUInt32(4), page.ReadUInt32(8), page.ReadUInt32(12)]);
        Assert.AreEqual(32u, front.FreeRequests);
    }

    [TestMethod]
    public void The_first_request_notifies_and_further_ones_do_not_until_the_backend_has_drained_the_ring()
    {
        front.NextRequest();
        Assert.IsTrue(front.PushRequestsAndCheckNotify());
        front.NextRequest();
        Assert.IsFalse(front.PushRequestsAndCheckNotify());
        back.RequestConsumer = 2;
        Assert.IsFalse(back.FinalCheckForRequests());
        front.NextRequest();
        Assert.IsTrue(front.PushRequestsAndCheckNotify());
    }

    [TestMethod]
    public void A_request_that_comes_during_the_final_check_is_seen()
    {
        front.NextRequest();
        front.PushRequestsAndCheckNotify();
        Assert.IsTrue(back.FinalCheckForRequests());
    }

    [TestMethod]
    public void A_push_of_nothing_notifies_nobody() => Assert.IsFalse(front.PushRequestsAndCheckNotify());

    [TestMethod]
    public void Indexes_run_on_freely_and_slots_repeat()
    {
        var first = front.NextRequest();
        for (var i = 1; i < 32; i++)
        {
            front.NextRequest();
        }

        Assert.IsTrue(front.Full);
        front.ResponseConsumer = 32;
        Assert.AreEqual(first, front.NextRequest());
    }

    [TestMethod]
    public void A_backend_that_attaches_goes_on_behind_the_last_response()
    {
        page.WriteUInt32(SharedRing.ResponseProducerOffset, 0xFFFFFFFE);
        var attached = new BackRing(new SharedRing(page, BlkifProtocol.EntrySize));
        Assert.AreEqual((0xFFFFFFFEu, 0xFFFFFFFEu), (attached.RequestConsumer, attached.ResponseProducerPrivate));
        Assert.IsFalse(attached.RequestProducerOverflow(30));
        Assert.IsTrue(attached.RequestProducerOverflow(31));
    }

    [TestMethod]
    public void Requests_of_every_kind_survive_the_ring()
    {
        BlkifRequest[] requests =
        [
            new() { Operation = BlkifOperation.Write, Id = 7, SectorNumber = 99, Handle = 51712, NrSegments = 2, Segments = [new(8, 0, 7), new(9, 3, 3)] },
            new() { Operation = BlkifOperation.Discard, Id = 8, SectorNumber = 1, NrSectors = 1UL << 40 },
            new() { Operation = BlkifOperation.FlushDiskcache, Id = 9 },
        ];
        foreach (var request in requests)
        {
            BlkifProtocol.WriteRequest(page, 64, request);
            var read = BlkifProtocol.ReadRequest(page, 64);
            Assert.AreEqual(request with { Segments = [] }, read with { Segments = [] });
            Assert.AreSequenceEqual(request.Segments, read.Segments);
        }
    }

    [TestMethod]
    public void A_request_has_the_layout_of_the_x86_64_interface()
    {
        BlkifProtocol.WriteRequest(page, 64, new BlkifRequest
        {
            Operation = BlkifOperation.Write, Id = 0x1122334455667788, SectorNumber = 0x99, Handle = 0xCA00, NrSegments = 1, Segments = [new(0xAABB, 2, 5)],
        });
        byte[] expected = [1, 1, 0x00, 0xCA, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x99, 0, 0, 0, 0, 0, 0, 0, 0xBB, 0xAA, 0, 0, 2, 5];
        Assert.AreSequenceEqual(expected, page.Read.Slice(64, expected.Length).ToArray());
    }
}
