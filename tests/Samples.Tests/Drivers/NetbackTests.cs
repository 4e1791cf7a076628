using System.Globalization;
using Xen.Drivers;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Samples.Tests.Drivers;

/// <summary>The network backend against a frontend made by hand, which does what no honest frontend does.</summary>
[TestClass]
public sealed class NetbackTests
{
    private const uint TxRef = 100;
    private const uint RxRef = 101;
    private const uint DataRef = 102;
    private const uint BufferRef = 103;

    private readonly PvMachine machine = new();
    private readonly List<SkBuff> seen = [];
    private GuestKernel bystander = null!;
    private Domain guest = null!;
    private FrontRing tx = null!;
    private FrontRing rx = null!;
    private MappedPage data = null!;
    private uint port;

    [TestInitialize]
    public void Make_a_server_and_a_guest_whose_card_is_driven_by_hand()
    {
        bystander = machine.RunNetworkGuest(new GuestManifest { Workload = GuestManifest.ObjectServer, Ip = "10.0.0.1" });
        guest = machine.Build(new GuestManifest());
        machine.Host.Domctl.UnpauseDomain(machine.Host.Dom0, guest.Id);
        machine.Settle();
        machine.Bridge.Seen += seen.Add;
    }

    [TestMethod]
    public void A_packet_of_one_slot_reaches_the_bridge_and_is_answered_okay()
    {
        Connect();
        var frame = Frame(60);
        frame.CopyTo(data.Write[100..]);
        Assert.AreEqual(new NetTxResponse(7, NetifStatus.Okay), Exchange(new NetTxRequest(DataRef, 100, NetTxFlags.None, 7, 60)).Single());
        CollectionAssert.AreEqual(frame, seen.Single().Data);
    }

    [TestMethod]
    public void A_packet_of_several_slots_is_put_together_and_each_slot_is_answered()
    {
        Connect();
        var frame = Frame(2100);
        frame.CopyTo(data.Write);
        var responses = Exchange(
            new NetTxRequest(DataRef, 0, NetTxFlags.MoreData, 1, 2100),
            new NetTxRequest(DataRef, 1000, NetTxFlags.MoreData, 2, 1000),
            new NetTxRequest(DataRef, 2000, NetTxFlags.None, 3, 100));
        Assert.AreSequenceEqual([new(1, 0), new(2, 0), new NetTxResponse(3, 0)], responses);
        CollectionAssert.AreEqual(frame, seen.Single().Data);
    }

    [TestMethod]
    public void A_slot_of_extra_information_is_answered_with_null()
    {
        Connect();
        Frame(60).CopyTo(data.Write);
        Put(new NetTxRequest(DataRef, 0, NetTxFlags.ExtraInfo, 4, 60));
        NetifProtocol.WriteExtra(tx.Shared.Page, tx.NextRequest(), new NetifExtra(NetifExtraType.Gso, false, 1460, 1, 0));
        Push();
        Assert.AreSequenceEqual([new(4, 0), new NetTxResponse(0, NetifStatus.Null)], Responses());
        Assert.AreEqual((1460, GsoType.TcpV4), (seen.Single().GsoSize, seen[0].GsoType));
    }

    [TestMethod]
    [DataRow(50u, 0, 60, DisplayName = "a reference that was never granted")]
    [DataRow(60000u, 0, 60, DisplayName = "a reference beyond the table")]
    [DataRow(DataRef, 0, 13, DisplayName = "a packet shorter than its header")]
    [DataRow(DataRef, 0, 0, DisplayName = "a packet of nothing")]
    public void A_packet_that_cannot_be_is_answered_with_an_error_and_the_ring_goes_on(uint reference, int offset, int size)
    {
        Connect();
        Assert.AreEqual(NetifStatus.Error, Exchange(new NetTxRequest(reference, offset, NetTxFlags.None, 1, size)).Single().Status);
        Assert.IsEmpty(seen);
        Frame(60).CopyTo(data.Write);
        Assert.AreEqual(NetifStatus.Okay, Exchange(new NetTxRequest(DataRef, 0, NetTxFlags.None, 2, 60)).Single().Status);
        Assert.AreEqual(0, guest.GrantTable.PinsOf(DataRef).Total);
        AssertOthersUnharmed();
    }

    [TestMethod]
    public void Slots_that_hold_more_than_the_packet_are_an_error_for_each_of_them()
    {
        Connect();
        var responses = Exchange(new NetTxRequest(DataRef, 0, NetTxFlags.MoreData, 1, 100), new NetTxRequest(DataRef, 0, NetTxFlags.None, 2, 500));
        Assert.AreSequenceEqual([new(1, NetifStatus.Error), new NetTxResponse(2, NetifStatus.Error)], responses);
        Assert.IsEmpty(seen);
    }

    [TestMethod]
    public void A_packet_of_more_slots_than_promised_is_dropped_and_one_of_far_more_is_fatal()
    {
        Connect();
        Assert.HasCount(20, Exchange(Chain(20)));
        Assert.IsEmpty(seen);
        Assert.IsFalse(machine.VifOf(guest).Disabled);
        Exchange(Chain(22));
        AssertShut();
    }

    [TestMethod]
    [DataRow(4000, 200, DisplayName = "offset and size beyond the page")]
    [DataRow(65535, 60, DisplayName = "an offset far beyond the page")]
    [DataRow(0, 65535, DisplayName = "a packet of 64 KiB in one slot")]
    public void A_slot_that_crosses_its_page_shuts_the_interface(int offset, int size)
    {
        Connect();
        Assert.IsEmpty(Exchange(new NetTxRequest(DataRef, offset, NetTxFlags.None, 1, size)));
        AssertShut();
    }

    [TestMethod]
    public void A_chain_that_does_not_end_in_the_ring_shuts_the_interface()
    {
        Connect();
        Exchange(new NetTxRequest(DataRef, 0, NetTxFlags.MoreData, 1, 100));
        AssertShut();
    }

    [TestMethod]
    public void Extra_information_that_is_promised_and_missing_shuts_the_interface()
    {
        Connect();
        Exchange(new NetTxRequest(DataRef, 0, NetTxFlags.ExtraInfo, 1, 100));
        AssertShut();
    }

    [TestMethod]
    [DataRow(NetifExtraType.None, 0, 0, DisplayName = "of no type")]
    [DataRow((NetifExtraType)9, 0, 0, DisplayName = "of an unknown type")]
    [DataRow(NetifExtraType.Gso, 0, 1, DisplayName = "with pieces of size 0")]
    [DataRow(NetifExtraType.Gso, 1460, 7, DisplayName = "of an unknown protocol")]
    public void Extra_information_that_makes_no_sense_shuts_the_interface(NetifExtraType type, int size, int protocol)
    {
        Connect();
        Frame(60).CopyTo(data.Write);
        Put(new NetTxRequest(DataRef, 0, NetTxFlags.ExtraInfo, 4, 60));
        NetifProtocol.WriteExtra(tx.Shared.Page, tx.NextRequest(), new NetifExtra(type, false, size, protocol, 0));
        Push();
        AssertShut();
    }

    [TestMethod]
    public void A_producer_index_that_runs_away_shuts_the_interface()
    {
        Connect();
        tx.Shared.RequestProducer = 5000;
        machine.Host.EventChannel.Send(guest, port);
        machine.Settle();
        AssertShut();
    }

    [TestMethod]
    public void A_checksum_that_is_to_be_finished_in_a_packet_without_one_is_a_dropped_packet()
    {
        Connect();
        Frame(60).CopyTo(data.Write);
        Assert.AreEqual(NetifStatus.Okay, Exchange(new NetTxRequest(DataRef, 0, NetTxFlags.CsumBlank, 1, 60)).Single().Status);
        Assert.IsEmpty(seen);
    }

    [TestMethod]
    public void A_packet_for_the_guest_lies_in_the_page_that_it_offered()
    {
        Connect();
        Offer(5, BufferRef);
        Assert.IsFalse(machine.Ping(PvMachine.AddressOf(77)));
        var response = RxResponses().First();
        Assert.AreEqual((5, 42, NetRxFlags.None), (response.Id, response.Status, response.Flags));
        CollectionAssert.AreEqual(seen[0].Data, guest.OwnPage(guest.Pages[203])!.Read[..42].ToArray());
    }

    [TestMethod]
    public void A_page_that_cannot_be_written_is_answered_with_an_error()
    {
        Connect();
        Offer(5, 77);
        machine.Ping(PvMachine.AddressOf(77));
        Assert.AreEqual(new NetRxResponse(5, 0, NetRxFlags.None, NetifStatus.Error), RxResponses().First());
        AssertOthersUnharmed();
    }

    [TestMethod]
    public void Packets_for_a_guest_that_offers_no_pages_are_dropped_after_ten_seconds_and_the_carrier_goes_after_a_minute()
    {
        Connect();
        machine.Ping(PvMachine.AddressOf(77));
        var vif = machine.VifOf(guest);
        Assert.AreEqual((1, 0L), (vif.Queues[0].RxQueued, vif.Statistics.RxDropped));
        machine.Settle();
        Assert.AreEqual((0, 1L, true), (vif.Queues[0].RxQueued, vif.Statistics.RxDropped, vif.Interface.Carrier));
        machine.Simulation.RunFor(61 * PvMachine.Second);
        machine.Ping(PvMachine.AddressOf(77));
        Assert.IsFalse(vif.Interface.Carrier);
        Offer(1, BufferRef);
        Offer(2, BufferRef);
        Assert.IsTrue(vif.Interface.Carrier);
    }

    [TestMethod]
    [DataRow("tx-ring-ref", "77")]
    [DataRow("rx-ring-ref", "77")]
    [DataRow("event-channel", "99")]
    public void A_ring_or_a_port_that_is_garbage_is_a_fatal_error_in_the_store(string key, string value)
    {
        Connect(key, value);
        StringAssert.StartsWith(Error(), "22 mapping shared-frames ");
        Assert.AreEqual("5", machine.Read($"{PvMachine.VifBackend(guest.Id)}/state"));
        Assert.AreEqual((0, 0), (guest.GrantTable.PinsOf(TxRef).Total, guest.GrantTable.PinsOf(RxRef).Total));
        AssertOthersUnharmed();
    }

    [TestMethod]
    [DataRow("request-rx-copy", "0", "95 request-rx-copy is mandatory")]
    [DataRow("feature-rx-notify", "0", "22 feature-rx-notify is mandatory")]
    [DataRow("multi-queue-num-queues", "17", "22 guest requested 17 queues, exceeding the maximum of 2.")]
    public void What_the_frontend_asks_for_and_cannot_have_is_a_fatal_error(string key, string value, string error)
    {
        Connect(key, value);
        Assert.AreEqual(error, Error());
    }

    [TestMethod]
    public void A_frontend_state_that_makes_no_sense_is_a_fatal_error()
    {
        Connect();
        machine.Write($"{PvMachine.VifFrontend(guest.Id)}/state", "8");
        machine.Settle();
        Assert.AreEqual("22 saw state 8 (Reconfigured) at frontend", Error());
    }

    [TestMethod]
    public void Connected_is_announced_only_after_the_hotplug_script()
    {
        Connect(hotplug: false);
        Assert.AreEqual("2", machine.Read($"{PvMachine.VifBackend(guest.Id)}/state"));
        machine.NetworkHotplug(guest);
        machine.Settle();
        Assert.AreEqual("4", machine.Read($"{PvMachine.VifBackend(guest.Id)}/state"));
    }

    [TestMethod]
    public void A_frontend_that_closes_may_come_back_while_the_device_is_online()
    {
        Connect();
        machine.Write($"{PvMachine.VifFrontend(guest.Id)}/state", "6");
        machine.Settle();
        Assert.AreEqual(("6", 0), (machine.Read($"{PvMachine.VifBackend(guest.Id)}/state"), guest.GrantTable.PinsOf(TxRef).Total));
        machine.Write($"{PvMachine.VifFrontend(guest.Id)}/state", "1");
        machine.Settle();
        Assert.AreEqual("4", machine.Read($"{PvMachine.VifBackend(guest.Id)}/state"), "the guest's own frontend has taken over");
    }

    [TestMethod]
    public void A_guest_may_choose_which_multicast_it_hears()
    {
        Connect("request-multicast-control", "1");
        Put(new NetTxRequest(0, 0, NetTxFlags.ExtraInfo, 1, 0));
        NetifProtocol.WriteExtra(tx.Shared.Page, tx.NextRequest(), new NetifExtra(NetifExtraType.MulticastAdd, false, 0, 0, 0x01005E000001));
        Push();
        Assert.AreSequenceEqual([new(1, 0), new NetTxResponse(0, NetifStatus.Null)], Responses());
        var vif = machine.VifOf(guest);
        vif.Interface.Send(new SkBuff(SkBuff.Frame(new MacAddress(0x01005E000001), default, 0x0800, 46)));
        vif.Interface.Send(new SkBuff(SkBuff.Frame(new MacAddress(0x01005E000002), default, 0x0800, 46)));
        Assert.AreEqual((1, 1L), (vif.Queues[0].RxQueued, vif.Interface.Dropped));
    }

    // The guest has its own frontend; it is kept from this device by a state that it takes for an old one's.
    private void Connect(string? key = null, string? value = null, bool hotplug = true)
    {
        var front = PvMachine.VifFrontend(guest.Id);
        machine.AddNic(guest, frontendState: "6");
        machine.Settle();
        tx = new FrontRing(new SharedRing(Share(200, TxRef), NetifProtocol.TxEntrySize));
        rx = new FrontRing(new SharedRing(Share(201, RxRef), NetifProtocol.RxEntrySize));
        tx.Shared.Initialise();
        rx.Shared.Initialise();
        data = Share(202, DataRef);
        Share(203, BufferRef);
        machine.Host.EventChannel.AllocUnbound(guest, DomId.Self, 0, out port);
        var keys = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["tx-ring-ref"] = "100", ["rx-ring-ref"] = "101", ["event-channel"] = port.ToString(CultureInfo.InvariantCulture),
            ["request-rx-copy"] = "1", ["feature-rx-notify"] = "1", ["feature-sg"] = "1", ["feature-gso-tcpv4"] = "1",
        };
        if (key is not null)
        {
            keys[key] = value!;
        }

        foreach (var (name, text) in keys)
        {
            machine.Write($"{front}/{name}", text);
        }

        machine.Write($"{front}/state", "4");
        machine.Settle();
        if (hotplug)
        {
            machine.NetworkHotplug(guest);
            machine.Settle();
        }
    }

    private MappedPage Share(int page, uint reference)
    {
        guest.GrantTable.WriteEntry(reference, GrantEntryFlags.PermitAccess, 0, guest.Pages[page]);
        return guest.OwnPage(guest.Pages[page])!;
    }

    private static byte[] Frame(int length)
    {
        var frame = SkBuff.Frame(MacAddress.Broadcast, new MacAddress(0x00163E000099), 0x88B5, length - SkBuff.EthernetHeaderLength);
        for (var i = SkBuff.EthernetHeaderLength; i < length; i++)
        {
            frame[i] = (byte)i;
        }

        return frame;
    }

    private static NetTxRequest[] Chain(int slots) =>
        [.. Enumerable.Range(0, slots).Select(i =>
            new NetTxRequest(DataRef, 0, i + 1 < slots ? NetTxFlags.MoreData : NetTxFlags.None, (ushort)i, i == 0 ? slots * 20 : 20))];

    private void Put(NetTxRequest request) => NetifProtocol.WriteTxRequest(tx.Shared.Page, tx.NextRequest(), request);

    private void Push()
    {
        tx.PushRequestsAndCheckNotify();
        machine.Host.EventChannel.Send(guest, port);
        machine.Settle();
    }

    private List<NetTxResponse> Exchange(params NetTxRequest[] requests)
    {
        foreach (var request in requests)
        {
            Put(request);
        }

        Push();
        return Responses();
    }

    private List<NetTxResponse> Responses()
    {
        var responses = new List<NetTxResponse>();
        while (tx.ResponseConsumer != tx.Shared.ResponseProducer)
        {
            responses.Add(NetifProtocol.ReadTxResponse(tx.Shared.Page, tx.Shared.EntryOffset(tx.ResponseConsumer)));
            tx.ResponseConsumer++;
        }

        return responses;
    }

    private void Offer(ushort id, uint reference)
    {
        NetifProtocol.WriteRxRequest(rx.Shared.Page, rx.NextRequest(), new NetRxRequest(id, reference));
        rx.PushRequestsAndCheckNotify();
        machine.Host.EventChannel.Send(guest, port);
        machine.Settle();
    }

    private IEnumerable<NetRxResponse> RxResponses()
    {
        for (uint i = 0; i != rx.Shared.ResponseProducer; i++)
        {
            yield return NetifProtocol.ReadRxResponse(rx.Shared.Page, rx.Shared.EntryOffset(i));
        }
    }

    private string? Error() => machine.Read($"/local/domain/0/error/backend/vif/{guest.Id}/0/error");

    private void AssertShut()
    {
        var vif = machine.VifOf(guest);
        Assert.AreEqual((true, false), (vif.Disabled, vif.Interface.Carrier));
        Frame(60).CopyTo(data.Write);
        Exchange(new NetTxRequest(DataRef, 0, NetTxFlags.None, 9, 60));
        Assert.IsEmpty(seen, "a guest that was shut out is not heard");
        Assert.AreEqual(0, guest.GrantTable.PinsOf(DataRef).Total);
        AssertOthersUnharmed();
    }

    private void AssertOthersUnharmed()
    {
        Assert.IsFalse(machine.Host.Crashed);
        Assert.IsTrue(machine.Ping(PvMachine.AddressOf(1)));
        var client = machine.RunNetworkGuest(PvMachine.ClientManifest(3, 5));
        machine.Settle();
        Assert.AreEqual(NetworkOutcome.Ok, client.Client!.Outcome);
        Assert.AreEqual(bystander.Server!.Served, client.Client.Completed);
    }
}
