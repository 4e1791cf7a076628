using Samples.Tests.Toolstack;
using Xen.Guests;
using Xen.Hypervisor.Network;
using Xen.Toolstack.Libxl;
using Xen.XenWorkloads;

namespace Samples.Tests.XenWorkloads;

/// <summary>A bad state made by hand for each network invariant and monitor.</summary>
[TestClass]
public sealed class NetworkInvariantTests
{
    private readonly XlBench bench = new();
    private readonly int domid;

    public NetworkInvariantTests() => domid = bench.Create(NetworkTests.Server());

    private NetworkDevice Device => bench.Host.Network.FindDevice($"vif{domid}.0")!;

    private EthernetBridge Bridge => bench.Host.Network.FindBridge(LibxlNic.DefaultBridge)!;

    private string Back => $"/local/domain/0/backend/vif/{domid}/0";

    [TestMethod]
    public void A_healthy_network_violates_nothing()
    {
        Assert.IsNull(bench.Monitors.Echo(domid));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_port_that_left_its_bridge_violates_vif_interfaces_and_the_echo_monitor_sees_it()
    {
        Bridge.RemovePort(Device);
        Assert.AreEqual(NetworkInvariants.Interfaces, bench.Violated());
        Assert.AreEqual("no answer from 10.0.0.1", bench.Monitors.Echo(domid));
    }

    [TestMethod]
    public void An_interface_that_is_down_violates_vif_interfaces()
    {
        Device.Up = false;
        Assert.AreEqual(NetworkInvariants.Interfaces, bench.Violated());
    }

    [TestMethod]
    public void An_interface_of_no_card_violates_vif_interfaces()
    {
        bench.Host.Network.Register(new NetworkDevice("vif9.0", MacAddress.Backend));
        Assert.AreEqual(NetworkInvariants.Interfaces, bench.Violated());
    }

    [TestMethod]
    public void A_card_whose_script_has_failed_violates_vif_interfaces()
    {
        bench.Write(Back + "/hotplug-status", "error");
        Assert.AreEqual(NetworkInvariants.Interfaces, bench.Violated());
    }

    [TestMethod]
    public void An_address_that_is_not_the_guests_violates_bridge_tables()
    {
        Device.Receive(new SkBuff(SkBuff.Frame(MacAddress.Broadcast, new MacAddress(0x00163E999999), 0x88B5, 46)));
        Assert.AreEqual(NetworkInvariants.BridgeTables, bench.Violated());
    }

    [TestMethod]
    public void A_buffer_that_nobody_released_violates_netback_buffers()
    {
        bench.Machine.Dom0Pages.Allocate();
        Assert.AreEqual(NetworkInvariants.Buffers, bench.Violated());
    }

    [TestMethod]
    public void A_frontend_without_a_backend_violates_devices_paired()
    {
        bench.Write($"/local/domain/{domid}/device/vif/0/backend-id", "7");
        StringAssert.Contains(bench.Violated(), Dom0Invariants.DevicesPaired);
    }

    [TestMethod]
    public void The_echo_monitor_sees_a_guest_that_hangs()
    {
        bench.Machine.Kernel(domid)!.Component.Exit();
        Assert.AreEqual("no answer from 10.0.0.1", bench.Monitors.Echo(domid));
    }

    [TestMethod]
    public void The_objects_monitor_sees_a_server_that_is_gone_and_damage_on_the_way()
    {
        var client = bench.Create(NetworkTests.Client());
        Assert.IsNull(bench.Monitors.Objects(client, 2));
        var device = bench.Host.Network.FindDevice($"vif{client}.0")!;
        var transmit = device.StartXmit!;
        device.StartXmit = skb =>
        {
            skb.Data[^1] ^= skb.Length > 1000 ? (byte)1 : (byte)0;
            return transmit(skb);
        };
        StringAssert.StartsWith(bench.Monitors.Objects(client, 20), nameof(NetworkOutcome.Corrupt));
        Assert.AreEqual(0, bench.Code("destroy", "server"));
        StringAssert.StartsWith(bench.Monitors.Objects(client, 1), nameof(NetworkOutcome.Corrupt));
    }
}
