using Xen.Hypervisor;
using Xen.XenStore;
using static Samples.Tests.XenStore.StoreBench;

namespace Samples.Tests.XenStore;

/// <summary>What a guest can do with its ring page, and that it is alone in suffering from it.</summary>
[TestClass]
public sealed class RingTests
{
    private const int RequestConsumer = 2048;
    private const int RequestProducer = 2052;
    private const int ResponseConsumer = 2056;
    private const int ResponseProducer = 2060;

    private readonly StoreBench bench = new();
    private readonly XsClient bystander;
    private readonly RawRing raw;

    public RingTests()
    {
        bystander = bench.Guest(out _);
        bench.Guest(out var domid);
        raw = new RawRing(bench, domid);
    }

    private XsClient Admin => bench.Admin;

    [TestMethod]
    public void A_message_longer_than_the_ring_goes_through_in_pieces()
    {
        var value = new string('v', 1900);
        Assert.AreEqual(XsError.None, Write(bystander, "data/x", value));
        Assert.AreEqual(value, Ask(bystander, XsMessageType.Read, "data/x").Value);
        Ok(Admin, XsMessageType.Write, $"/local/domain/{bystander.Component.Domain!.Id}/data/y", new string('w', 3900));
        Assert.AreEqual(3901, Ask(bystander, XsMessageType.Read, "data/y").Value.Length);
    }

    [TestMethod]
    public void The_page_tells_what_the_daemon_can_do() => Assert.AreEqual(XenstoreRing.ServerReconnection | XenstoreRing.ServerError, raw.Ring.ServerFeatures);

    [TestMethod]
    public void The_bytes_in_the_ring_are_those_of_the_protocol()
    {
        raw.Send(XsMessageType.Write, 7, "data/x\0value");
        var reply = raw.Bytes();
        CollectionAssert.AreEqual(
            new byte[] { 11, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, (byte)'O', (byte)'K', 0 }, reply);
        Assert.AreEqual(16u + 12, raw.Page.ReadUInt32(RequestConsumer));
        Assert.AreEqual(19u, raw.Page.ReadUInt32(ResponseProducer));
        Assert.AreEqual("value", Ok(Admin, XsMessageType.Read, $"/local/domain/{raw.Domain.Id}/data/x"));
    }

    [TestMethod]
    public void A_message_may_come_in_two_halves()
    {
        var bytes = XsWire.Encode(new XsMessage(XsMessageType.Mkdir, 1, 0, XsPayload.Strings("data/x")));
        raw.Put(bytes.AsSpan(0, 9));
        Assert.AreEqual(0, raw.Bytes().Length);
        raw.Put(bytes.AsSpan(9));
        Assert.AreEqual(19, raw.Bytes().Length);
    }

    [TestMethod]
    public void The_indexes_may_wrap_around()
    {
        foreach (var offset in new[] { RequestConsumer, RequestProducer, ResponseConsumer, ResponseProducer }) raw.Page.WriteUInt32(offset, uint.MaxValue - 4);
        raw.Send(XsMessageType.Read, 1, "data\0");
        Assert.AreEqual(16, raw.Bytes().Length);
        Assert.AreEqual(XsRingError.None, raw.Ring.Error);
    }

    [TestMethod]
    [DataRow(RequestProducer, 1025u)]
    [DataRow(RequestConsumer, 1u)]
    [DataRow(RequestProducer, 0x80000000u)]
    [DataRow(ResponseConsumer, 1u)]
    [DataRow(ResponseProducer, 1025u)]
    public void Indexes_that_run_away_end_the_connection_with_the_error_in_the_page(int index, uint value)
    {
        raw.Send(XsMessageType.Watch, 1, "data\0t\0");
        raw.Bytes();
        raw.Page.WriteUInt32(index, raw.Page.ReadUInt32(index) + value);
        raw.Kick();
        Write(Admin, $"/local/domain/{raw.Domain.Id}/data", "now it has to write there");
        raw.Kick();
        Assert.AreEqual(XsRingError.RingIndex, raw.Ring.Error);
        Assert.AreEqual("T", Ok(Admin, XsMessageType.IsDomainIntroduced, $"{raw.Domain.Id}"));
        OthersAreUnharmed();
    }

    [TestMethod]
    public void An_overlong_request_ends_the_connection_and_frees_what_it_had_open()
    {
        raw.Send(XsMessageType.TransactionStart, 1, "\0");
        raw.Send(XsMessageType.Watch, 2, "data\0t\0");
        raw.Bytes();
        raw.Put([11, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 16, 0, 0]);
        Assert.AreEqual(XsRingError.Protocol, raw.Ring.Error);
        var connection = bench.Daemon.IntroducedDomains.Single(d => d.Domid == raw.Domain.Id).Transport!.Connection!;
        Assert.IsTrue(connection.Ignored);
        Assert.AreEqual(0, connection.Watches.Count + connection.Transactions.Count);
        Assert.AreEqual(0, connection.Bytes);
        OthersAreUnharmed();
    }

    [TestMethod]
    public void A_domain_that_is_ignored_can_be_destroyed_as_any_other()
    {
        raw.Page.WriteUInt32(RequestProducer, 5000);
        raw.Kick();
        bench.Host.Domctl.DestroyDomain(bench.Host.Dom0, raw.Domain.Id);
        bench.Run();
        Assert.IsNull(bench.Host.FindDomain(raw.Domain.Id));
        OthersAreUnharmed();
    }

    [TestMethod]
    public void Garbage_is_answered_with_errors_or_ends_the_connection_but_kills_nobody()
    {
        var random = bench.Simulation.Stream("garbage");
        for (var round = 0; round < 400 && raw.Ring.Error == XsRingError.None; round++)
        {
            var junk = new byte[1 + random.Below(200)];
            for (var i = 0; i < junk.Length; i++) junk[i] = (byte)random.Below(i % 16 is 3 or >= 13 ? 1 : 256);
            raw.Put(junk);
            raw.Bytes();
        }
        Assert.IsTrue(bench.Daemon.Component.Alive);
        OthersAreUnharmed();
    }

    [TestMethod]
    public void Who_does_not_read_its_replies_is_not_read_from()
    {
        for (var i = 0; i < 2000; i++) raw.Send(XsMessageType.Read, (uint)i, "data\0");
        var connection = bench.Daemon.IntroducedDomains.Single(d => d.Domid == raw.Domain.Id).Transport!.Connection!;
        Assert.AreEqual(bench.Daemon.Quota.Outstanding, connection.Outstanding);
        Assert.AreEqual(XenstoreRing.Size, raw.Ring.Filled(XenstoreRing.Requests), "the rest waits in the ring");
        OthersAreUnharmed();

        var answered = 0;
        while (raw.Bytes() is { Length: > 0 } bytes) answered += bytes.Length;
        Assert.AreEqual(0, connection.Outstanding);
        Assert.AreEqual(0, answered % XsWire.HeaderSize, "every reply is an empty value");
        Assert.IsGreaterThan(XenstoreRing.Size, answered);
    }

    [TestMethod]
    public void Who_makes_events_that_another_guest_does_not_read_has_to_wait_until_they_expire()
    {
        var other = bench.Guest(out var otherId);
        var deaf = new RawRing(bench, otherId);
        Ok(Admin, XsMessageType.SetPerms, $"/local/domain/{raw.Domain.Id}/data", $"n{raw.Domain.Id}", $"r{otherId}");
        deaf.Send(XsMessageType.Watch, 1, $"/local/domain/{raw.Domain.Id}/data\0t\0");
        var connection = bench.Daemon.IntroducedDomains.Single(d => d.Domid == raw.Domain.Id).Transport!.Connection!;
        for (var i = 0; i < 200 && connection.Outstanding < bench.Daemon.Quota.Outstanding; i++)
        {
            raw.Send(XsMessageType.Write, (uint)i, $"data\0{i}");
            raw.Bytes();
        }
        raw.Send(XsMessageType.Write, 1000, "data\0last");
        Assert.AreEqual(0, raw.Bytes().Length);
        OthersAreUnharmed();

        bench.Simulation.RunFor(Xenstored.UnreadEventLimitNs + 1_000_000);
        Assert.AreEqual(19, raw.Bytes().Length);
        Assert.IsFalse(other.Closed);
    }

    [TestMethod]
    public void A_guest_may_ask_to_begin_anew()
    {
        raw.Send(XsMessageType.Watch, 1, "data\0t\0");
        raw.Send(XsMessageType.TransactionStart, 2, "\0");
        raw.Put([1, 2, 3]);
        raw.Ring.Connection = XenstoreRing.Reconnect;
        raw.Kick();
        Assert.AreEqual(XenstoreRing.Connected, raw.Ring.Connection);
        Assert.AreEqual(0u, raw.Page.ReadUInt32(RequestProducer));
        raw.Send(XsMessageType.Watch, 1, "data\0t\0");
        Assert.AreEqual(19, raw.Bytes().AsSpan(0, 19).Length, "the same watch again is no EEXIST");
        Assert.AreEqual(XsRingError.None, raw.Ring.Error);
    }

    private void OthersAreUnharmed()
    {
        Assert.AreEqual(XsError.None, Write(bystander, "data/alive", "1"));
        Assert.AreEqual("1", Ok(bystander, XsMessageType.Read, "data/alive"));
        Assert.AreEqual(XsError.None, Write(Admin, "/alive", "1"));
        Assert.IsFalse(bench.Host.Crashed);
        Assert.AreEqual(0, bench.Daemon.Tree.Inconsistencies().Count());
    }
}
