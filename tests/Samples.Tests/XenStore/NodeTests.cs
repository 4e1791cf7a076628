using Xen.XenStore;
using static Samples.Tests.XenStore.StoreBench;

namespace Samples.Tests.XenStore;

[TestClass]
public sealed class NodeTests
{
    private readonly StoreBench bench = new();

    private XsClient Admin => bench.Admin;

    [TestMethod]
    [DataRow("")]
    [DataRow("/a//b")]
    [DataRow("/a/")]
    [DataRow("/a b")]
    [DataRow("/a*")]
    [DataRow("/a.b")]
    [DataRow("/a:b")]
    public void A_malformed_path_is_EINVAL(string path) => Assert.AreEqual(XsError.EINVAL, Error(Admin, XsMessageType.Mkdir, path));

    [TestMethod]
    public void The_path_limit_does_not_count_the_home_of_a_domain()
    {
        var longest = new string('a', StorePath.MaxLength);
        Assert.AreEqual(XsError.None, Write(Admin, "/local/domain/7/" + longest, ""));
        Assert.AreEqual(XsError.EINVAL, Write(Admin, "/" + longest, ""));
    }

    [TestMethod]
    public void A_relative_path_of_Dom0_lies_in_its_home()
    {
        Write(Admin, "name", "Domain-0");
        Assert.AreEqual("Domain-0", Ok(Admin, XsMessageType.Read, "/local/domain/0/name"));
    }

    [TestMethod]
    public void A_node_has_a_value_and_children()
    {
        Write(Admin, "/a", "value");
        Write(Admin, "/a/b", "1");
        Write(Admin, "/a/c", "2");
        Assert.AreEqual("value", Ok(Admin, XsMessageType.Read, "/a"));
        CollectionAssert.AreEqual(new[] { "b", "c" }, Ask(Admin, XsMessageType.Directory, "/a").Strings.ToArray());
    }

    [TestMethod]
    public void A_value_may_hold_NULs_and_may_be_empty()
    {
        Write(Admin, "/a", "x\0y");
        Assert.AreEqual("x\0y", Ask(Admin, XsMessageType.Read, "/a").Value);
        Write(Admin, "/a", "");
        Assert.AreEqual("", Ask(Admin, XsMessageType.Read, "/a").Value);
    }

    [TestMethod]
    public void Missing_parents_are_made_with_empty_values()
    {
        Write(Admin, "/x/y/z", "1");
        Assert.AreEqual("", Ask(Admin, XsMessageType.Read, "/x/y").Value);
        Assert.AreEqual(0, bench.Daemon.Tree.Inconsistencies().Count());
    }

    [TestMethod]
    public void READ_with_an_empty_payload_is_ENOENT_and_without_terminator_EINVAL()
    {
        Assert.AreEqual(XsError.ENOENT, Admin.Call(XsMessageType.Read, 0, []).Error);
        Assert.AreEqual(XsError.EINVAL, Admin.Call(XsMessageType.Read, 0, XsPayload.Raw("/a")).Error);
    }

    [TestMethod]
    public void RM_takes_the_subtree_and_minds_only_a_missing_parent()
    {
        Write(Admin, "/a/b/c", "1");
        Ok(Admin, XsMessageType.Rm, "/a");
        Assert.AreEqual(XsError.ENOENT, Error(Admin, XsMessageType.Read, "/a/b/c"));
        Assert.AreEqual(XsError.None, Error(Admin, XsMessageType.Rm, "/a"));
        Assert.AreEqual(XsError.ENOENT, Error(Admin, XsMessageType.Rm, "/a/b"));
        Assert.AreEqual(XsError.EINVAL, Error(Admin, XsMessageType.Rm, "/"));
    }

    [TestMethod]
    [DataRow(20)]
    [DataRow(23)]
    [DataRow(99)]
    public void An_unknown_type_is_ENOSYS(int type) => Assert.AreEqual(XsError.ENOSYS, Admin.Call((XsMessageType)type, 0, [0]).Error);

    [TestMethod]
    public void A_payload_over_the_limit_closes_the_connection()
    {
        var reply = Admin.Call(XsMessageType.Write, 0, new byte[XsMessage.PayloadMax + 1]);
        Assert.AreEqual(XsError.EIO, reply.Error);
        Assert.IsTrue(Admin.Closed);
    }

    [TestMethod]
    public void A_long_directory_is_E2BIG_and_comes_in_parts()
    {
        for (var i = 0; i < 600; i++) Write(Admin, $"/d/node{i:0000}", "");
        Assert.AreEqual(XsError.E2BIG, Error(Admin, XsMessageType.Directory, "/d"));

        var names = new List<string>();
        var offset = 0;
        while (true)
        {
            var parts = Ask(Admin, XsMessageType.DirectoryPart, "/d", $"{offset}").Strings;
            var last = parts[^1].Length == 0;
            var slice = parts.Skip(1).Where(name => name.Length > 0).ToList();
            names.AddRange(slice);
            offset += slice.Sum(name => name.Length + 1);
            if (last) break;
        }
        Assert.AreEqual(600, names.Count);
        Assert.AreEqual("node0599", names[^1]);
    }

    [TestMethod]
    [DataRow("5", "/local/domain/5")]
    [DataRow("x", "/local/domain/0")]
    [DataRow("12abc", "/local/domain/12")]
    public void GET_DOMAIN_PATH_parses_loosely_and_never_fails(string domid, string path) =>
        Assert.AreEqual(path, Ok(Admin, XsMessageType.GetDomainPath, domid));

    [TestMethod]
    public void CONTROL_check_answers_OK() => Assert.AreEqual("OK", Ok(Admin, XsMessageType.Control, "check"));

    [TestMethod]
    public void A_request_without_waiting_is_answered_by_a_message()
    {
        var replies = new List<string>();
        Admin.Write("/a", "1", reply => replies.Add(reply.Text));
        Admin.Read("/a", reply => replies.Add(reply.Value));
        Assert.AreEqual(0, replies.Count);
        bench.Run();
        CollectionAssert.AreEqual(new[] { "OK", "1" }, replies);
    }
}
