using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

[TestClass]
public sealed class LoopDeviceTests
{
    private readonly TestHost machine = new();

    public LoopDeviceTests() => machine.Host.Files.Write("/a.img", new byte[8192]);

    private LoopDevices Devices => machine.Host.LoopDevices;

    [TestMethod]
    public void The_lowest_free_minor_is_used_and_a_missing_image_has_no_device()
    {
        Devices.Attach("/a.img", false);
        Devices.Attach("/a.img", false);
        Devices.Detach(0);
        Assert.AreEqual((0, "7:0", 16L), (Devices.Attach("/a.img", false)!.Minor, Devices.Attached[0].PhysicalDevice, Devices.Attached[0].Sectors));
        Assert.IsNull(Devices.Attach("/none.img", false));
        Assert.IsFalse(Devices.Detach(9));
    }

    [TestMethod]
    public void A_device_that_is_open_goes_with_its_last_opener()
    {
        var device = Devices.Attach("/a.img", false)!;
        device.Open();
        Devices.Detach(0);
        Assert.AreSame(device, Devices.Find(7, 0));
        device.Close();
        Assert.IsNull(Devices.Find(7, 0));
        Assert.AreEqual(-Errno.EIO, Submit(device, BlockOperation.Read, 0, 1));
    }

    [TestMethod]
    [DataRow(BlockOperation.Write, 0L, 1L, -Errno.EIO, true)]
    [DataRow(BlockOperation.Read, 0L, 16L, 0, true)]
    [DataRow(BlockOperation.Read, 15L, 2L, -Errno.EIO, false)]
    [DataRow(BlockOperation.Read, -1L, 1L, -Errno.EIO, false)]
    [DataRow(BlockOperation.Discard, 0L, 16L, 0, false)]
    [DataRow(BlockOperation.Flush, 0L, 0L, 0, false)]
    public void A_request_is_answered_after_what_the_device_allows(BlockOperation operation, long sector, long sectors, int result, bool readOnly) =>
        Assert.AreEqual(result, Submit(Devices.Attach("/a.img", readOnly)!, operation, sector, sectors));

    [TestMethod]
    public void A_flush_completes_after_all_writes_before_it()
    {
        var device = Devices.Attach("/a.img", false)!;
        var order = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            device.Submit(machine.Host.Dom0Kernel, BlockOperation.Discard, i, 1, [], _ => order.Add("write"));
        }

        device.Submit(machine.Host.Dom0Kernel, BlockOperation.Flush, 0, 0, [], _ => order.Add("flush"));
        machine.Settle();
        Assert.AreEqual((9, 8), (order.Count, order.IndexOf("flush")));
    }

    private int Submit(LoopDevice device, BlockOperation operation, long sector, long sectors)
    {
        var result = int.MinValue;
        device.Submit(machine.Host.Dom0Kernel, operation, sector, sectors, [], error => result = error);
        machine.Settle();
        return result;
    }
}
