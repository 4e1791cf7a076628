using Xen.XenStore;
using static Samples.Tests.XenStore.StoreBench;

namespace Samples.Tests.XenStore;

[TestClass]
public sealed class TransactionTests
{
    private readonly StoreBench bench = new();
    private readonly XsClient other;
    private readonly uint transaction;

    public TransactionTests()
    {
        Write(Admin, "/d/x", "old");
        Write(Admin, "/d/y", "old");
        other = bench.Connect();
        transaction = Start(Admin);
    }

    private XsClient Admin => bench.Admin;

    [TestMethod]
    public void Own_writes_are_visible_inside_only_until_the_commit()
    {
        Write(Admin, "/d/x", "new", transaction);
        Assert.AreEqual("new", Ask(Admin, transaction, XsMessageType.Read, "/d/x").Text);
        Assert.AreEqual("old", Ask(other, XsMessageType.Read, "/d/x").Text);
        Assert.AreEqual(XsError.None, Commit(Admin, transaction));
        Assert.AreEqual("new", Ask(other, XsMessageType.Read, "/d/x").Text);
    }

    [TestMethod]
    public void A_foreign_write_of_a_node_that_was_read_is_EAGAIN()
    {
        Ask(Admin, transaction, XsMessageType.Read, "/d/x");
        Write(Admin, "/d/y", "mine", transaction);
        Write(other, "/d/x", "theirs");
        Assert.AreEqual(XsError.EAGAIN, Commit(Admin, transaction));
        Assert.AreEqual("old", Ask(other, XsMessageType.Read, "/d/y").Text);
    }

    [TestMethod]
    public void A_blind_write_with_a_foreign_write_in_between_is_EAGAIN()
    {
        Write(Admin, "/d/x", "mine", transaction);
        Write(other, "/d/x", "theirs");
        Assert.AreEqual(XsError.EAGAIN, Commit(Admin, transaction));
        Assert.AreEqual("theirs", Ask(other, XsMessageType.Read, "/d/x").Text);
    }

    [TestMethod]
    public void A_foreign_write_of_a_sibling_does_not_conflict()
    {
        Write(Admin, "/d/x", "mine", transaction);
        Write(other, "/d/y", "theirs");
        Assert.AreEqual(XsError.None, Commit(Admin, transaction));
    }

    [TestMethod]
    public void Two_creations_in_one_directory_conflict()
    {
        Write(Admin, "/d/mine", "", transaction);
        Write(other, "/d/theirs", "");
        Assert.AreEqual(XsError.EAGAIN, Commit(Admin, transaction));
    }

    [TestMethod]
    public void The_creation_of_a_node_that_was_found_missing_is_EAGAIN()
    {
        Assert.AreEqual(XsError.ENOENT, Ask(Admin, transaction, XsMessageType.Read, "/d/z").Error);
        Write(other, "/d/z", "");
        Assert.AreEqual(XsError.EAGAIN, Commit(Admin, transaction));
    }

    [TestMethod]
    public void A_read_only_transaction_on_untouched_nodes_commits()
    {
        Ask(Admin, transaction, XsMessageType.Read, "/d/x");
        Write(other, "/d/y", "theirs");
        Assert.AreEqual(XsError.None, Commit(Admin, transaction));
    }

    [TestMethod]
    public void An_aborted_transaction_leaves_nothing_and_fires_nothing()
    {
        bench.Watch(other, "/d", "t");
        Write(Admin, "/d/x", "mine", transaction);
        Assert.AreEqual(XsError.None, Ask(Admin, transaction, XsMessageType.TransactionEnd, "F").Error);
        bench.Run();
        Assert.AreEqual("old", Ask(other, XsMessageType.Read, "/d/x").Text);
        Assert.AreEqual(0, bench.Events.Count);
    }

    [TestMethod]
    public void Events_wait_for_the_commit_one_per_path_in_order_of_first_touch()
    {
        bench.Watch(other, "/d", "t");
        Write(Admin, "/d/y", "1", transaction);
        Write(Admin, "/d/x", "1", transaction);
        Write(Admin, "/d/y", "2", transaction);
        bench.Run();
        Assert.AreEqual(0, bench.Events.Count);
        Commit(Admin, transaction);
        bench.Run();
        CollectionAssert.AreEqual(new[] { "t:/d/y", "t:/d/x" }, bench.Events);
    }

    [TestMethod]
    public void A_transaction_belongs_to_its_connection()
    {
        Assert.AreEqual(XsError.ENOENT, Ask(other, transaction, XsMessageType.Read, "/d/x").Error);
        Assert.AreEqual(XsError.ENOENT, Ask(Admin, transaction + 1, XsMessageType.Read, "/d/x").Error);
        Assert.AreEqual(XsError.ENOENT, Ask(Admin, XsMessageType.TransactionEnd, "T").Error);
    }

    [TestMethod]
    public void START_inside_a_transaction_is_EBUSY() =>
        Assert.AreEqual(XsError.EBUSY, Ask(Admin, transaction, XsMessageType.TransactionStart, "").Error);

    [TestMethod]
    public void END_with_neither_T_nor_F_is_EINVAL_and_the_transaction_stays()
    {
        Assert.AreEqual(XsError.EINVAL, Ask(Admin, transaction, XsMessageType.TransactionEnd, "X").Error);
        Assert.AreEqual(XsError.None, Commit(Admin, transaction));
    }

    [TestMethod]
    public void Removing_and_making_a_node_again_leaves_the_tree_consistent()
    {
        Ask(Admin, transaction, XsMessageType.Rm, "/d");
        Write(Admin, "/d/new", "1", transaction);
        Assert.AreEqual(XsError.None, Commit(Admin, transaction));
        CollectionAssert.AreEqual(new[] { "new" }, Ask(other, XsMessageType.Directory, "/d").Strings.ToArray());
        Assert.AreEqual(0, bench.Daemon.Tree.Inconsistencies().Count());
    }

    [TestMethod]
    public void A_refused_operation_does_not_doom_a_transaction()
    {
        var guest = bench.Guest(out _);
        var own = Start(guest);
        Assert.AreEqual(XsError.EACCES, Write(guest, "/d/x", "1", own));
        Assert.AreEqual(XsError.None, Write(guest, "data/a", "1", own));
        Assert.AreEqual(XsError.None, Commit(guest, own));
    }

    [TestMethod]
    public void A_write_that_fails_half_way_makes_the_commit_ENOMEM()
    {
        var guest = bench.Guest(out _);
        var own = Start(guest);
        Assert.AreEqual(XsError.ENOSPC, Write(guest, "data/a", new string('x', 2048), own));
        Assert.AreEqual(XsError.ENOMEM, Commit(guest, own));
    }

    [TestMethod]
    public void A_guests_transaction_touches_at_most_1024_nodes()
    {
        var guest = bench.Guest(out _);
        var own = Start(guest);
        var error = XsError.None;
        for (var i = 0; error != XsError.ENOSPC && i < 2000; i++) error = Ask(guest, own, XsMessageType.Read, $"data/m{i}").Error;
        Assert.AreEqual(XsError.ENOSPC, error);
        Assert.AreEqual(XsError.ENOMEM, Commit(guest, own));
    }
}
