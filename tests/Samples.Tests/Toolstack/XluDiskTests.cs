using Xen.Toolstack.Config;

namespace Samples.Tests.Toolstack;

[TestClass]
public sealed class XluDiskTests
{
    [TestMethod]
    [DataRow("/dev/vg/guest,raw,xvda,rw", "/dev/vg/guest", DiskFormat.Raw, "xvda", true, null)]
    [DataRow("/dev/vg/guest,raw,xvda,r", "/dev/vg/guest", DiskFormat.Raw, "xvda", false, null)]
    [DataRow("/dev/vg/guest,,hda", "/dev/vg/guest", DiskFormat.Raw, "hda", true, null)]
    [DataRow("format=qcow2, vdev=xvdb, access=ro, target=/i/a,b.img", "/i/a,b.img", DiskFormat.Qcow2, "xvdb", false, null)]
    [DataRow("vdev=xvda,vg/guest", "/dev/vg/guest", DiskFormat.Raw, "xvda", true, null, DisplayName = "a relative target lies under /dev")]
    [DataRow("script=block-nbd,vdev=xvda,target=1.2.3.4:99", "1.2.3.4:99", DiskFormat.Raw, "xvda", true, "block-nbd")]
    [DataRow("iscsi:iqn.1,raw,xvda,rw", "iqn.1", DiskFormat.Raw, "xvda", true, "block-iscsi")]
    [DataRow("phy:/dev/sdb,xvda,w", "/dev/sdb", DiskFormat.Raw, "xvda", true, null, DisplayName = "the old form with an ignored prefix")]
    [DataRow("qcow2:/i/a.img,xvdc:disk,r", "/i/a.img", DiskFormat.Qcow2, "xvdc", false, null, DisplayName = "the old form with a format")]
    [DataRow("vdev=hdc,cdrom,format=empty", "", DiskFormat.Empty, "hdc", false, null, DisplayName = "an empty cdrom is read-only")]
    public void A_specification_is_understood(string text, string target, DiskFormat format, string vdev, bool readWrite, string? script)
    {
        var disk = XluDisk.Parse(text, out var error);
        Assert.AreEqual("", error);
        Assert.AreEqual((target, format, vdev, readWrite, script), (disk!.PdevPath, disk.Format, disk.Vdev, disk.ReadWrite, disk.Script));
    }

    [TestMethod]
    [DataRow("", "no vdev specified")]
    [DataRow("/a,raw", "no vdev specified")]
    [DataRow("vdev=xvda", "no target specified")]
    [DataRow("/a,raw,xvda,rw,more", "too many positional parameters")]
    [DataRow("/a,raw,xvda,x", "unknown value `x' for access")]
    [DataRow("/a,raw,xvda,format=raw", "format respecified")]
    [DataRow("vdev=xvda,vdev=xvdb,/a", "vdev respecified")]
    [DataRow("/a,vmdk,xvda", "unknown value `vmdk' for format")]
    [DataRow("/a,raw,xvda,rw,devtype=tape", "unknown value `tape' for devtype")]
    [DataRow("/a,raw,xvda,rw,backendtype=x", "unknown value `x' for backendtype")]
    [DataRow("/a,raw,xvda,rw,speed=9", "unknown parameter `speed'")]
    [DataRow("vdev=hdc,cdrom,access=rw,/a", "a cdrom cannot be writable")]
    [DataRow("vdev=xvda,format=empty", "an empty disk must be a cdrom")]
    [DataRow("/a,raw,xvda,rw,discard,no-discard", "discard respecified")]
    public void A_wrong_specification_is_refused(string text, string why)
    {
        Assert.IsNull(XluDisk.Parse(text, out var error));
        Assert.AreEqual(why, error);
    }

    [TestMethod]
    [DataRow("xvda", 51712)]
    [DataRow("xvdb", 51728)]
    [DataRow("xvda1", 51713)]
    [DataRow("d0p1", 51713)]
    [DataRow("xvdq", (1 << 28) | (16 << 8))]
    [DataRow("xvdaa", (1 << 28) | (26 << 8))]
    [DataRow("xvda16", (1 << 28) | 16)]
    [DataRow("hda", 0x300)]
    [DataRow("hdd2", (22 << 8) | 64 | 2)]
    [DataRow("sdb3", (8 << 8) | 16 | 3)]
    [DataRow("51712", 51712)]
    [DataRow("hde", -1)]
    [DataRow("sdq", -1)]
    [DataRow("xvd", -1)]
    [DataRow("xvda256", -1)]
    [DataRow("xvdA", -1)]
    [DataRow("disk", -1)]
    public void A_virtual_disk_has_a_number(string name, int number) => Assert.AreEqual(number, Vdev.Number(name));

    [TestMethod]
    [DataRow("xvda")]
    [DataRow("xvdaa")]
    [DataRow("xvdb7")]
    [DataRow("hdc")]
    [DataRow("sdp15")]
    public void A_number_leads_back_to_the_name(string name) => Assert.AreEqual(name, Vdev.Name(Vdev.Number(name)));
}
