using Xen.XenStore;
using static Samples.Tests.XenStore.StoreBench;

namespace Samples.Tests.XenStore;

[TestClass]
public sealed class WatchTests
{
    private readonly StoreBench bench = new();
    private readonly XsClient watcher;

    public WatchTests()
    {
        watcher = bench.Connect();
        Write(Admin, "/w/a", "1");
    }

    private XsClient Admin => bench.Admin;

    private string Fired()
    {
        bench.Run();
        return string.Join(' ', bench.Events);
    }

    [TestMethod]
    public void Registration_sends_one_event_with_the_path_as_registered()
    {
        watcher.WatchNow("name", "t", (path, token) => bench.Events.Add($"{token}:{path}"));
        Assert.AreEqual("t:name", Fired());
    }

    [TestMethod]
    public void A_watch_sees_its_node_and_all_below()
    {
        bench.Watch(watcher, "/w", "t");
        Write(Admin, "/w", "1");
        Write(Admin, "/w/a", "1");
        Write(Admin, "/w/b/c", "1");
        Write(Admin, "/wx", "1");
        Assert.AreEqual("t:/w t:/w/a t:/w/b/c", Fired());
    }

    [TestMethod]
    public void Reads_and_a_MKDIR_or_RM_without_effect_fire_nothing()
    {
        bench.Watch(watcher, "/w", "t");
        Ok(Admin, XsMessageType.Read, "/w/a");
        Ok(Admin, XsMessageType.Mkdir, "/w/a");
        Ok(Admin, XsMessageType.Rm, "/w/missing");
        Assert.AreEqual("", Fired());
    }

    [TestMethod]
    public void SET_PERMS_fires()
    {
        bench.Watch(watcher, "/w/a", "t");
        Ok(Admin, XsMessageType.SetPerms, "/w/a", "n0");
        Assert.AreEqual("t:/w/a", Fired());
    }

    [TestMethod]
    public void RM_tells_watches_below_before_those_above()
    {
        bench.Watch(watcher, "/w", "above");
        bench.Watch(watcher, "/w/a", "below");
        Ok(Admin, XsMessageType.Rm, "/w");
        Assert.AreEqual("below:/w/a above:/w", Fired());
    }

    [TestMethod]
    public void A_relative_watch_gets_relative_paths()
    {
        bench.Watch(watcher, "device", "t");
        Write(Admin, "/local/domain/0/device/vbd", "1");
        Assert.AreEqual("t:device/vbd", Fired());
    }

    [TestMethod]
    public void The_same_path_and_token_twice_is_EEXIST()
    {
        Ok(watcher, XsMessageType.Watch, "/w", "t");
        Assert.AreEqual(XsError.EEXIST, Error(watcher, XsMessageType.Watch, "/w", "t"));
        Assert.AreEqual(XsError.None, Error(watcher, XsMessageType.Watch, "/w", "u"));
    }

    [TestMethod]
    public void Malformed_registrations_are_EINVAL()
    {
        Assert.AreEqual(XsError.EINVAL, Error(watcher, XsMessageType.Watch, "/w"));
        Assert.AreEqual(XsError.EINVAL, Error(watcher, XsMessageType.Watch, "/w", "t", "1"));
        Assert.AreEqual(XsError.EINVAL, Error(watcher, XsMessageType.Watch, "@unknown", "t"));
        Assert.AreEqual(XsError.ENOENT, Error(watcher, XsMessageType.Unwatch, "/w", "t"));
    }

    [TestMethod]
    public void An_own_event_arrives_before_the_reply()
    {
        bench.Watch(watcher, "/w", "t");
        watcher.Write("/w/a", "2", _ => bench.Events.Add("reply"));
        Assert.AreEqual("t:/w/a reply", Fired());
    }

    [TestMethod]
    public void After_unwatch_nothing_arrives()
    {
        var watch = bench.Watch(watcher, "/w", "t");
        Write(Admin, "/w/a", "2");
        watcher.UnwatchNow(watch);
        Write(Admin, "/w/a", "3");
        Assert.AreEqual("", Fired());
    }

    [TestMethod]
    public void A_guest_learns_of_what_it_may_read_and_of_losing_it()
    {
        var guest = bench.Guest(out var domid);
        bench.Watch(guest, "/local/domain", "t");
        Write(Admin, "/local/domain/0/secret", "1");
        Write(Admin, $"/local/domain/{domid}/name", "g");
        Ok(Admin, XsMessageType.Rm, $"/local/domain/{domid}/name");
        Assert.AreEqual($"t:/local/domain/{domid}/name t:/local/domain/{domid}/name", Fired());
    }

    [TestMethod]
    public void A_guests_special_watch_registers_and_stays_silent_until_it_is_enabled()
    {
        var guest = bench.Guest(out var domid);
        bench.Watch(guest, "@introduceDomain", "t");
        bench.Guest(out _);
        Assert.AreEqual("", Fired());
        Ok(Admin, XsMessageType.SetPerms, "@introduceDomain", "n0", $"r{domid}");
        bench.Guest(out _);
        Assert.AreEqual("t:@introduceDomain", Fired());
    }
}
