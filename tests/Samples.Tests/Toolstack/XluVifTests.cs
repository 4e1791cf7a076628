using Xen.Toolstack.Config;

namespace Samples.Tests.Toolstack;

[TestClass]
public sealed class XluVifTests
{
    [TestMethod]
    public void A_specification_may_be_empty() => Assert.IsNotNull(XluVif.Parse("", out _));

    [TestMethod]
    public void Every_word_fills_its_field()
    {
        var nic = XluVif.Parse(
            "mac=00:16:3e:01:02:03, bridge=br1,script=vif-custom,ip=10.0.0.1,vifname=web0,gatewaydev=eth1,backend=driver,type=vif,model=e1000,"
            + "mtu=9000,devid=3,untrusted,rate=10Mb/s",
            out var error)!;
        Assert.AreEqual("", error);
        Assert.AreEqual("00:16:3e:01:02:03", nic.Mac.ToString());
        Assert.AreEqual(("br1", "vif-custom", "10.0.0.1", "web0", "eth1"), (nic.Bridge, nic.Script, nic.Ip, nic.IfName, nic.GatewayDev));
        Assert.AreEqual(("driver", NicType.Vif, "e1000", 9000, 3, false), (nic.BackendDomname, nic.NicType, nic.Model, nic.Mtu, nic.Devid, nic.Trusted));
        Assert.AreEqual("62500,50000", DeviceNicJson.RateText(nic));
    }

    [TestMethod]
    public void What_is_not_given_is_left_to_the_library()
    {
        var nic = XluVif.Parse("bridge=xenbr0", out _)!;
        Assert.AreEqual((null, -1, 0, NicType.Unknown, true), (nic.Mac, nic.Devid, nic.Mtu, nic.NicType, nic.Trusted));
        Assert.IsNull(DeviceNicJson.RateText(nic));
    }

    [TestMethod]
    [DataRow("1B/s@1s", "1,1000000")]
    [DataRow("100Kb/s", "625,50000")]
    [DataRow("1MB/s@20ms", "20000,20000")]
    [DataRow("10MB/s@50us", "500,50")]
    [DataRow("1GB/s@2", "2000000000,2000000")]
    [DataRow("4294967295B/s@1s", "4294967295,1000000")]
    public void A_rate_is_bytes_in_an_interval(string rate, string stored)
    {
        Assert.IsTrue(VifRate.TryParse(rate, out var bytes, out var microseconds, out _));
        Assert.AreEqual(stored, $"{bytes},{microseconds}");
    }

    [TestMethod]
    [DataRow("mac=00:16:3e", "Invalid parameter `mac'.")]
    [DataRow("mac=00:16:3e:01:02:zz", "Invalid parameter `mac'.")]
    [DataRow("type=tap", "Invalid parameter `type'.")]
    [DataRow("colour=red", "unrecognized argument `colour=red'")]
    [DataRow("bridge=x,nonsense", "unrecognized argument `nonsense'")]
    [DataRow("devid=-1", "xl: failed to convert \"-1\" to number")]
    [DataRow("mtu=big", "xl: failed to convert \"big\" to number")]
    [DataRow("rate=10", "config parsing error in vif: invalid bandwidth specified in `10'")]
    [DataRow("rate=10Mb", "config parsing error in vif: invalid bandwidth specified in `10Mb'")]
    [DataRow("rate=10Tb/s", "config parsing error in vif: invalid bandwidth specified in `10Tb/s'")]
    [DataRow("rate=0B/s", "config parsing error in vif: rate overflow or zero in `0B/s'")]
    [DataRow("rate=4294967296B/s", "config parsing error in vif: rate overflow or zero in `4294967296B/s'")]
    [DataRow("rate=1b/s", "config parsing error in vif: bytes per interval is zero in `1b/s'")]
    [DataRow("rate=1MB/s@0ms", "config parsing error in vif: replenishment interval overflow or zero in `1MB/s@0ms'")]
    [DataRow("rate=1MB/s@4295s", "config parsing error in vif: replenishment interval overflow or zero in `1MB/s@4295s'")]
    [DataRow("rate=1MB/s@fast", "config parsing error in vif: invalid replenishment interval specified in `1MB/s@fast'")]
    public void A_mistake_is_told(string specification, string error)
    {
        Assert.IsNull(XluVif.Parse(specification, out var told));
        Assert.AreEqual(error, told);
    }

    [TestMethod]
    public void Old_words_are_accepted_with_a_warning()
    {
        var warnings = new List<string>();
        Assert.AreEqual("eth1", XluVif.Parse("netdev=eth1,accel=foo", out _, warnings.Add)!.GatewayDev);
        Assert.HasCount(2, warnings);
    }
}
