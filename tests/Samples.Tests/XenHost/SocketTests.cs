using Xen.XenStore;

namespace Samples.Tests.XenHost;

/// <summary>The store's socket, byte by byte: what clients do to each other and what a bad one cannot do.</summary>
[TestClass]
public sealed class SocketTests : IDisposable
{
    private readonly LiveHost host = new();
    private readonly RawClient first;
    private readonly RawClient second;

    public SocketTests()
    {
        first = host.Connect();
        second = host.Connect();
    }

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
        host.Dispose();
    }

    [TestMethod]
    public void Of_two_transactions_that_conflict_the_second_to_commit_gets_EAGAIN()
    {
        Assert.AreEqual("OK", first.Ask(XsMessageType.Write, "/counter\0" + "1"));
        var one = first.Start();
        var two = second.Start();
        Assert.AreEqual("1", first.Ask(XsMessageType.Read, "/counter\0", one));
        Assert.AreEqual("1", second.Ask(XsMessageType.Read, "/counter\0", two));
        Assert.AreEqual("OK", first.Ask(XsMessageType.Write, "/counter\0" + "2", one));
        Assert.AreEqual("OK", second.Ask(XsMessageType.Write, "/counter\0" + "2", two));
        Assert.AreEqual("OK", second.Ask(XsMessageType.TransactionEnd, "T\0", two));
        Assert.AreEqual("EAGAIN", first.Ask(XsMessageType.TransactionEnd, "T\0", one));

        one = first.Start();
        Assert.AreEqual("2", first.Ask(XsMessageType.Read, "/counter\0", one));
        Assert.AreEqual("OK", first.Ask(XsMessageType.Write, "/counter\0" + "3", one));
        Assert.AreEqual("OK", first.Ask(XsMessageType.TransactionEnd, "T\0", one));
        Assert.AreEqual("3", second.Ask(XsMessageType.Read, "/counter\0"));
    }

    [TestMethod]
    public void Transactions_that_do_not_touch_each_other_both_commit()
    {
        first.Ask(XsMessageType.Mkdir, "/a\0");
        first.Ask(XsMessageType.Mkdir, "/b\0");
        var one = first.Start();
        var two = second.Start();
        first.Ask(XsMessageType.Write, "/a/x\0" + "1", one);
        second.Ask(XsMessageType.Write, "/b/x\0" + "1", two);
        Assert.AreEqual("OK", first.Ask(XsMessageType.TransactionEnd, "T\0", one));
        Assert.AreEqual("OK", second.Ask(XsMessageType.TransactionEnd, "T\0", two));
        Assert.AreEqual("ENOENT", second.Ask(XsMessageType.Read, "/a/x\0", one), "an id of another connection, and ended");
    }

    [TestMethod]
    public void A_thousand_watches_fire_in_the_order_of_their_registration()
    {
        for (var i = 0; i < 1000; i++) Assert.AreEqual("OK", first.Ask(XsMessageType.Watch, $"/w/{i % 10}\0t{i}\0"));
        host.TurnUntil(() => first.Receive() is null && first.Events.Count == 1000, "the event of each registration");
        first.ForgetEvents();

        second.Ask(XsMessageType.Write, "/w/3/deep/below\0value");
        host.TurnUntil(() => first.Receive() is null && first.Events.Count == 100, "the events of those concerned");
        CollectionAssert.AreEqual(Enumerable.Range(0, 100).Select(i => $"/w/3/deep/below t{i * 10 + 3}").ToArray(), first.Events.ToArray());

        first.ForgetEvents();
        second.Ask(XsMessageType.Rm, "/w\0");
        host.TurnUntil(() => first.Receive() is null && first.Events.Count == 100, "the removal, only of what there was");
        Assert.AreEqual("/w/3 t3", first.Events[0]);
    }

    [TestMethod]
    public void A_request_may_come_byte_by_byte_and_several_at_once()
    {
        foreach (var b in XsWire.Encode(new XsMessage(XsMessageType.Write, 5, 0, XsPayload.Raw("/a\0value"))))
        {
            first.SendBytes([b]);
            host.Turn();
        }
        XsMessage? reply = null;
        host.TurnUntil(() => (reply = first.Receive()) is not null, "the reply");
        Assert.AreEqual(5u, reply!.RequestId);

        var read = XsWire.Encode(new XsMessage(XsMessageType.Read, 6, 0, XsPayload.Raw("/a\0")));
        first.SendBytes([.. read, .. read, .. read]);
        for (var i = 0; i < 3; i++)
        {
            host.TurnUntil(() => (reply = first.Receive()) is not null, "the reply");
            Assert.AreEqual("value", XsPayload.Text(reply!.Payload));
        }
    }

    [TestMethod]
    public void An_oversize_request_costs_its_client_the_connection_and_nobody_else()
    {
        first.SendBytes([11, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 16, 0, 0]);
        host.TurnUntil(() => first.Receive() is null && first.HungUp, "the end of the connection");
        SecondIsUnharmed();
    }

    [TestMethod]
    public void Garbage_costs_its_client_at_most_the_connection()
    {
        var random = host.Machine.Simulation.Stream("garbage");
        var junk = new byte[100_000];
        for (var i = 0; i < junk.Length; i++) junk[i] = (byte)random.Below(256);
        first.SendBytes(junk);
        host.TurnUntil(() => first.Receive() is null && first.HungUp, "the end of the connection");
        SecondIsUnharmed();
    }

    [TestMethod]
    public void Half_a_message_holds_up_only_who_sent_it_and_goes_with_him()
    {
        first.SendBytes([11, 0, 0, 0, 1, 0]);
        host.Turn();
        SecondIsUnharmed();
        var before = host.Loop.Clients;
        first.Dispose();
        host.TurnUntil(() => host.Loop.Clients < before, "the end of the connection");
        SecondIsUnharmed();
    }

    [TestMethod]
    public void Who_floods_and_does_not_read_waits_and_loses_nothing()
    {
        const int Requests = 20_000;
        first.Ask(XsMessageType.Write, "/a\0" + new string('v', 100));
        var read = XsWire.Encode(new XsMessage(XsMessageType.Read, 1, 0, XsPayload.Raw("/a\0")));
        var flood = new byte[read.Length * Requests];
        for (var i = 0; i < Requests; i++) read.CopyTo(flood, i * read.Length);
        ReadOnlySpan<byte> rest = flood;
        var stuck = 0;
        while (stuck < 20)
        {
            var before = rest.Length;
            if (!first.TrySend(ref rest)) break;
            host.Turn();
            stuck = rest.Length == before ? stuck + 1 : 0;
        }
        Assert.IsGreaterThan(0, rest.Length, "the host stops reading from who does not read");
        var socket = host.Machine.Xenstored.Connections.Select(connection => connection.Transport).OfType<StoreSocket>().Max(s => s.Unread);
        Assert.IsLessThan(StoreSocket.UnreadReplies + XsMessage.PayloadMax, socket);
        SecondIsUnharmed();

        var replies = 0;
        while (replies < Requests)
        {
            first.TrySend(ref rest);
            host.Turn();
            while (first.Receive() is not null) replies++;
        }
        SecondIsUnharmed();
    }

    [TestMethod]
    public void Who_watches_and_never_reads_is_given_up_in_the_end()
    {
        first.Ask(XsMessageType.Watch, $"/\0{new string('t', 3000)}\0");
        var before = host.Loop.Clients;
        for (var i = 0; i < 3000 && host.Loop.Clients == before; i++) Assert.AreEqual("OK", second.Ask(XsMessageType.Write, $"/a\0{i}"));
        Assert.AreEqual(before - 1, host.Loop.Clients);
        SecondIsUnharmed();
    }

    [TestMethod]
    public void A_client_that_leaves_takes_its_watches_and_transactions_along()
    {
        first.Ask(XsMessageType.Watch, "/a\0t\0");
        first.Start();
        var before = host.Machine.Xenstored.Connections.Count;
        first.Dispose();
        host.TurnUntil(() => host.Machine.Xenstored.Connections.Count < before, "the end of the connection");
        SecondIsUnharmed();
    }

    [TestMethod]
    public void When_the_daemon_dies_its_clients_learn_of_it()
    {
        host.Machine.Xenstored.Component.Kill("SIGSEGV");
        host.TurnUntil(() => first.Receive() is null && first.HungUp, "the end of the connection");
    }

    private void SecondIsUnharmed()
    {
        Assert.AreEqual("OK", second.Ask(XsMessageType.Write, "/alive\0yes"));
        Assert.AreEqual("yes", second.Ask(XsMessageType.Read, "/alive\0"));
        Assert.AreEqual(0, host.Machine.Xenstored.Tree.Inconsistencies().Count());
    }
}
