using Xen.XenStore;
using static Samples.Tests.XenStore.StoreBench;

namespace Samples.Tests.XenStore;

[TestClass]
public sealed class QuotaTests
{
    private readonly StoreBench bench = new();
    private readonly XsClient guest;
    private readonly int domid;

    public QuotaTests() => guest = bench.Guest(out domid);

    private XsClient Admin => bench.Admin;

    [TestMethod]
    public void A_guest_that_fills_its_memory_gets_ENOMEM_and_others_go_on()
    {
        Ok(Admin, XsMessageType.Control, "quota", "set", "memory", "100000");
        var value = new string('v', 1900);
        var error = XsError.None;
        var written = 0;
        while (error == XsError.None && written < 100) error = Write(guest, $"data/n{written++}", value);
        Assert.AreEqual(XsError.ENOMEM, error);
        Assert.IsLessThanOrEqualTo(100_000, bench.Daemon.Tree.BytesOwned(domid));
        Assert.AreEqual(XsError.ENOMEM, Write(guest, "data/more", value));
        Assert.AreEqual(XsError.None, Write(bench.Guest(out _), "data/x", value));

        Ok(guest, XsMessageType.Rm, "data/n0");
        Assert.AreEqual(XsError.None, Write(guest, "data/more", value));
        Assert.AreEqual(0, bench.Daemon.Tree.Inconsistencies().Count());
    }

    [TestMethod]
    public void A_transaction_that_runs_out_of_memory_cannot_be_committed()
    {
        Ok(Admin, XsMessageType.Control, "quota", "set", "memory", "5000");
        var transaction = Start(guest);
        Assert.AreEqual(XsError.None, Write(guest, "data/a", new string('v', 1900), transaction));
        Assert.AreEqual(XsError.None, Write(guest, "data/b", new string('v', 1900), transaction));
        Assert.AreEqual(XsError.ENOMEM, Write(guest, "data/c", new string('v', 1900), transaction));
        Assert.AreEqual(XsError.ENOMEM, Commit(guest, transaction));
        Assert.AreEqual(XsError.ENOENT, Error(Admin, XsMessageType.Read, $"/local/domain/{domid}/data/a"));
    }

    [TestMethod]
    public void The_soft_limit_is_only_written_about()
    {
        Ok(Admin, XsMessageType.Control, "quota-soft", "set", "memory", "100");
        Assert.AreEqual(XsError.None, Error(guest, XsMessageType.Watch, "data", new string('t', 100)));
        StringAssert.Contains(bench.Host.Files.ReadText(StoreLog.DefaultPath), $"domain {domid} uses more than 100 bytes");
    }

    [TestMethod]
    public void A_path_of_a_guest_is_at_most_2048_bytes_below_its_home()
    {
        Assert.AreEqual(XsError.EINVAL, Write(guest, "data/" + new string('p', 2048), ""));
        Assert.AreEqual(XsError.None, Write(guest, "data/" + new string('p', 1900), ""));
    }

    [TestMethod]
    public void A_guest_that_keeps_writing_while_others_have_transactions_open_is_slowed_down()
    {
        var other = bench.Guest(out _);
        Start(other);
        var answered = 0;
        const int Writes = WriteCredit.Reserve + WriteCredit.Burst + 200;
        for (var i = 0; i < Writes; i++) guest.Write("data/x", "1", _ => answered++);
        bench.Simulation.RunFor(100_000_000);
        Assert.IsLessThanOrEqualTo(WriteCredit.Reserve + WriteCredit.Burst + 25, answered, "what is left is not read yet");
        Assert.AreEqual(XsError.None, Write(Admin, "/x", "1"), "Dom0 has no quota");
        bench.Simulation.RunFor(2_000_000_000);
        Assert.AreEqual(Writes, answered);
    }

    [TestMethod]
    public void Without_transactions_of_others_writes_are_free()
    {
        Start(guest);
        var answered = 0;
        for (var i = 0; i < 2000; i++) guest.Write("data/x", "1", _ => answered++);
        bench.Simulation.RunFor(100_000_000);
        Assert.AreEqual(2000, answered);
    }

    [TestMethod]
    [DataRow("quota", "nodes            :     1000")]
    [DataRow("quota", "outstanding      :       20")]
    [DataRow("quota", "memory           :  2621440")]
    [DataRow("quota-soft", "memory           :  2097152")]
    [DataRow("help", "quota-soft [set <name> <val>]")]
    [DataRow("log", "off")]
    public void CONTROL_tells(string command, string line) => StringAssert.Contains(Ok(Admin, XsMessageType.Control, command), line);

    [TestMethod]
    public void CONTROL_tells_what_a_domain_uses()
    {
        Ok(guest, XsMessageType.Watch, "data", "token");
        Start(guest);
        var usage = Ok(Admin, XsMessageType.Control, "quota", $"{domid}");
        StringAssert.StartsWith(usage, $"Domain {domid}:\n");
        StringAssert.Contains(usage, "nodes            :        1\n");
        StringAssert.Contains(usage, "watches          :        1\n");
        StringAssert.Contains(usage, "transactions     :        1\n");
        StringAssert.Contains(Ok(Admin, XsMessageType.Control, "memreport"), usage);
        Assert.AreEqual(XsError.ENOENT, Error(Admin, XsMessageType.Control, "quota", "99"));
    }

    [TestMethod]
    public void CONTROL_changes_a_limit_and_refuses_what_it_does_not_know()
    {
        Ok(Admin, XsMessageType.Control, "quota", "set", "watches", "1");
        Ok(guest, XsMessageType.Watch, "data", "t1");
        Assert.AreEqual(XsError.E2BIG, Error(guest, XsMessageType.Watch, "data", "t2"));
        Assert.AreEqual(XsError.EINVAL, Error(Admin, XsMessageType.Control, "quota", "set", "wishes", "1"));
        Assert.AreEqual(XsError.EINVAL, Error(Admin, XsMessageType.Control, "quota", "set", "watches", "-1"));
        Assert.AreEqual(XsError.EINVAL, Error(Admin, XsMessageType.Control, "make-coffee"));
    }

    [TestMethod]
    public void The_access_log_shows_requests_and_replies_while_it_is_on()
    {
        Ok(Admin, XsMessageType.Control, "logfile", "/var/log/xs");
        Ok(Admin, XsMessageType.Control, "log", "on");
        Write(guest, "data/x", "1");
        Ok(Admin, XsMessageType.Control, "log", "off");
        Write(guest, "data/y", "1");
        var log = bench.Host.Files.ReadText("/var/log/xs")!;
        StringAssert.Contains(log, $"IN d{domid} Write tx0 data/x 1");
        StringAssert.Contains(log, $"OUT d{domid} Write tx0 OK");
        Assert.DoesNotContain("data/y", log);
    }
}
