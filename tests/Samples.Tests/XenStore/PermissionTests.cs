using Xen.XenStore;
using static Samples.Tests.XenStore.StoreBench;

namespace Samples.Tests.XenStore;

[TestClass]
public sealed class PermissionTests
{
    private readonly StoreBench bench = new();
    private readonly XsClient guest;
    private readonly int domid;

    public PermissionTests() => guest = bench.Guest(out domid);

    private XsClient Admin => bench.Admin;

    [TestMethod]
    public void A_guest_writes_only_below_its_own_nodes()
    {
        Assert.AreEqual(XsError.None, Write(guest, "data/x", "1"));
        Assert.AreEqual(XsError.EACCES, Write(guest, "other", "1"));
        Assert.AreEqual(XsError.EACCES, Write(guest, "/local/domain/0/x", "1"));
    }

    [TestMethod]
    public void A_node_made_by_a_guest_is_owned_by_it()
    {
        Write(guest, "data/x", "1");
        Assert.AreEqual($"n{domid}", Ok(Admin, XsMessageType.GetPerms, $"/local/domain/{domid}/data/x"));
    }

    [TestMethod]
    public void A_node_made_by_Dom0_inherits_the_parents_list()
    {
        Write(Admin, $"/local/domain/{domid}/vm", "/vm/1");
        CollectionAssert.AreEqual(
            new[] { "n0", $"r{domid}" }, Ask(Admin, XsMessageType.GetPerms, $"/local/domain/{domid}/vm").Strings.ToArray());
        Assert.AreEqual("/vm/1", Ok(guest, XsMessageType.Read, "vm"));
    }

    [TestMethod]
    public void A_missing_node_is_EACCES_below_a_parent_that_the_guest_cannot_read()
    {
        Ok(Admin, XsMessageType.Mkdir, "/secret");
        Assert.AreEqual(XsError.EACCES, Error(guest, XsMessageType.Read, "/secret/missing"));
        Assert.AreEqual(XsError.ENOENT, Error(guest, XsMessageType.Read, "data/missing"));
    }

    [TestMethod]
    public void A_guest_may_change_the_list_of_its_node_but_not_the_owner()
    {
        Write(guest, "data/x", "1");
        Assert.AreEqual(XsError.None, Error(guest, XsMessageType.SetPerms, "data/x", $"n{domid}", "r0"));
        Assert.AreEqual(XsError.EPERM, Error(guest, XsMessageType.SetPerms, "data/x", "n0"));
        Assert.AreEqual(XsError.ENOSPC, Error(guest, XsMessageType.SetPerms, "data/x", $"n{domid}", "r0", "r0", "r0", "r0", "r0"));
        Assert.AreEqual(XsError.EACCES, Error(guest, XsMessageType.SetPerms, $"/local/domain/{domid}", $"n{domid}"));
    }

    [TestMethod]
    public void The_owner_must_exist_and_others_need_not()
    {
        Write(Admin, "/a", "");
        Assert.AreEqual(XsError.ENOENT, Error(Admin, XsMessageType.SetPerms, "/a", "n99"));
        Assert.AreEqual(XsError.None, Error(Admin, XsMessageType.SetPerms, "/a", "n0", "r99"));
        Assert.AreEqual(XsError.EINVAL, Error(Admin, XsMessageType.SetPerms, "/a", "q0"));
        Assert.AreEqual(XsError.EINVAL, Error(Admin, XsMessageType.SetPerms, "/a"));
    }

    [TestMethod]
    public void Special_nodes_take_permissions_and_do_not_show_them()
    {
        Assert.AreEqual(XsError.None, Error(Admin, XsMessageType.SetPerms, "@releaseDomain", "n0", $"r{domid}"));
        Assert.AreEqual(XsError.EINVAL, Error(Admin, XsMessageType.GetPerms, "@releaseDomain"));
    }

    [TestMethod]
    [DataRow(XsMessageType.Introduce)]
    [DataRow(XsMessageType.Release)]
    [DataRow(XsMessageType.Resume)]
    [DataRow(XsMessageType.SetTarget)]
    [DataRow(XsMessageType.Control)]
    public void Control_of_domains_is_not_for_guests(XsMessageType type) => Assert.AreEqual(XsError.EACCES, Error(guest, type, "1", "1", "1"));

    [TestMethod]
    public void A_guest_can_own_1000_nodes()
    {
        for (var i = 0; bench.Daemon.Tree.CountOwned(domid) < 1000; i++)
        {
            Assert.AreEqual(XsError.None, Write(guest, $"data/d{i % 10}/n{i}", ""), $"node {i}");
        }
        Assert.AreEqual(XsError.ENOSPC, Write(guest, "data/last", ""));
        Assert.AreEqual(0, bench.Daemon.Tree.Inconsistencies().Count());
    }

    [TestMethod]
    public void The_names_of_424_children_fill_a_node()
    {
        for (var i = 1; i <= 424; i++) Assert.AreEqual(XsError.None, Write(guest, $"data/q{i}", ""), $"child {i}");
        Assert.AreEqual(XsError.ENOSPC, Write(guest, "data/q425", ""));
    }

    [TestMethod]
    public void A_guest_has_128_watches_and_10_transactions()
    {
        for (var i = 0; i < 128; i++) Assert.AreEqual(XsError.None, Error(guest, XsMessageType.Watch, "data", $"t{i}"));
        Assert.AreEqual(XsError.E2BIG, Error(guest, XsMessageType.Watch, "data", "more"));
        for (var i = 0; i < 10; i++) Assert.AreEqual(XsError.None, Error(guest, XsMessageType.TransactionStart, ""));
        Assert.AreEqual(XsError.ENOSPC, Error(guest, XsMessageType.TransactionStart, ""));
        Assert.AreEqual(XsError.None, Error(guest, XsMessageType.ResetWatches, ""));
        Assert.AreEqual(XsError.None, Error(guest, XsMessageType.TransactionStart, ""));
    }

    [TestMethod]
    public void A_target_domains_nodes_are_open_to_its_device_model()
    {
        var model = bench.Guest(out var modelId);
        Assert.AreEqual(XsError.EACCES, Write(model, $"/local/domain/{domid}/data/x", "1"));
        Ok(Admin, XsMessageType.SetTarget, $"{modelId}", $"{domid}");
        Assert.AreEqual(XsError.None, Write(model, $"/local/domain/{domid}/data/x", "1"));
    }
}
