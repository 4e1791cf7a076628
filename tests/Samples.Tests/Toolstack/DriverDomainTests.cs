using Xen.Guests;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.XenWorkloads;

namespace Samples.Tests.Toolstack;

/// <summary>Back-ends that run in a domain of their own.</summary>
[TestClass]
public sealed class DriverDomainTests
{
    private readonly XlBench bench = new();
    private readonly int driver;

    public DriverDomainTests() => driver = bench.Create(XlBench.Plan("driver", disks: 0) with { Role = GuestManifest.DriverDomain, MemoryMib = 6 });

    private Domain Driver => bench.Host.FindDomain(driver)!;

    [TestMethod]
    public void A_driver_domain_serves_network_cards()
    {
        var server = bench.Create(NetworkTests.Server() with { Backend = "driver" });
        var client = bench.Create(NetworkTests.Client() with { Backend = "driver" });
        Assert.AreEqual((NetworkOutcome.Ok, null), (bench.Machine.Kernel(client)!.Client!.Outcome, bench.Machine.Kernel(client)!.Client!.Detail));
        Assert.AreEqual("4", bench.Read($"/local/domain/{driver}/backend/vif/{server}/0/state"));
        Assert.HasCount(2, Driver.Hardware!.Network.FindBridge("xenbr0")!.Ports);
        Assert.IsEmpty(bench.Host.Network.Devices);
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_driver_domain_serves_disks_from_its_own_images()
    {
        var plan = XlBench.Plan() with { Backend = "driver" };
        Driver.Hardware!.Files.Write(plan.ImagePath(0), new byte[plan.Blocks * BlockPattern.Size]);
        var domid = bench.Create(plan);
        Assert.AreEqual(DiskOutcome.Ok, bench.Machine.Kernel(domid)!.Disks[0].Outcome);
        Assert.HasCount(1, Driver.Hardware.LoopDevices.Attached);
        Assert.IsEmpty(bench.Host.LoopDevices.Attached);
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(0, bench.Code("destroy", "web"));
        bench.Settle();
        Assert.IsEmpty(Driver.Hardware.LoopDevices.Attached);
    }

    [TestMethod]
    public void What_a_driver_domain_served_is_cleaned_up_there()
    {
        bench.Create(NetworkTests.Server() with { Backend = "driver" });
        Assert.AreEqual(0, bench.Code("destroy", "server"));
        bench.Settle();
        Assert.IsEmpty(Driver.Hardware!.Network.Devices);
        Assert.IsEmpty(bench.Machine.Xenstored.Tree.Find($"/local/domain/{driver}/backend")!.Children);
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_card_is_detached_when_the_driver_domain_is_through_with_it_and_its_number_is_free_again()
    {
        bench.Create(XlBench.Plan(disks: 0));
        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual(0, bench.Code("network-attach", "web", "backend=driver"));
            bench.Settle();
            Assert.AreEqual(0, bench.Code("network-detach", "web", "0"));
            Assert.IsEmpty(Driver.Hardware!.Network.Devices);
        }
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_driver_domain_whose_daemon_is_dead_fails_the_detach_in_time()
    {
        bench.Create(XlBench.Plan(disks: 0));
        Assert.AreEqual(0, bench.Code("network-attach", "web", "backend=driver"));
        bench.Settle();
        bench.Machine.Simulation.Components.Single(c => c.Name == $"xl devd dom{driver}").Kill("SIGKILL");
        var start = bench.Machine.Simulation.Now;
        Assert.AreEqual(1, bench.Code("network-detach", "web", "0"));
        Assert.AreEqual(10, (bench.Machine.Simulation.Now - start) / Monitors.SecondNs);
    }

    [TestMethod]
    public void The_crash_of_a_driver_domain_costs_its_devices_and_nothing_else()
    {
        bench.Create(NetworkTests.Server("elsewhere") with { Backend = "driver" });
        bench.Create(NetworkTests.Server());
        bench.Machine.Simulation.Post(Driver.Kernel, "bug", () => throw new InvalidOperationException("bad state"));
        Assert.IsTrue(bench.Monitors.Wait(() => Driver.ShutDown, Monitors.SecondNs));
        Assert.AreEqual((ShutdownReason.Crash, false), (Driver.ShutdownCode, bench.Host.Crashed));
        Assert.AreEqual(NetworkOutcome.Ok, bench.Machine.Kernel(bench.Create(NetworkTests.Client()))!.Client!.Outcome, "Dom0's guests go on");
        bench.Settle();
        Assert.IsNull(bench.Host.FindDomain(driver), "its daemon has cleaned it up");
        Assert.AreEqual(0, bench.Code("destroy", "elsewhere"));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void The_death_of_the_daemon_there_fails_the_next_attach_only()
    {
        bench.Machine.Simulation.Components.Single(c => c.Name == $"xl devd dom{driver}").Kill("SIGKILL");
        var config = bench.Machine.WriteConfig(NetworkTests.Server() with { Backend = "driver" });
        Assert.AreEqual(0, bench.Code("create", config), "the toolstack does not wait for a script that it does not run");
        bench.Machine.Simulation.RunFor(Monitors.SecondNs);
        Assert.AreEqual("2", bench.Read($"/local/domain/{driver}/backend/vif/{bench.Machine.DomidOf("server")}/0/state"));
        Assert.IsFalse(bench.Host.Crashed);
    }

    [TestMethod]
    public void A_missing_image_in_the_driver_domain_leaves_a_note_there()
    {
        var plan = XlBench.Plan() with { Backend = "driver" };
        var config = bench.Machine.WriteConfig(plan);
        Driver.Hardware!.Files.Delete(plan.ImagePath(0));
        Assert.AreEqual(0, bench.Code("create", config));
        bench.Machine.Simulation.RunFor(Monitors.SecondNs);
        var path = $"/local/domain/{driver}/backend/vbd/{bench.Machine.DomidOf("web")}/51712";
        Assert.AreEqual($"{plan.ImagePath(0)} does not exist.", bench.Read(path + "/hotplug-error"));
    }
}
