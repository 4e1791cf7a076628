using Samples.Tests.Toolstack;
using Xen.Hypervisor;
using Xen.Toolstack.Xl;
using Xen.XenWorkloads;

namespace Samples.Tests.XenWorkloads;

/// <summary>A bad state made by hand for each invariant and each monitor: none of them is a check that cannot fail.</summary>
[TestClass]
public sealed class InvariantTests
{
    private readonly XlBench bench = new();
    private readonly int domid;

    public InvariantTests() => domid = bench.Create();

    private string Home => $"/local/domain/{domid}";

    private string Back => $"/local/domain/0/backend/vbd/{domid}/51712";

    [TestMethod]
    public void A_healthy_machine_violates_nothing() => Assert.AreEqual("", bench.Violated());

    [TestMethod]
    public void An_orphan_in_the_store_violates_store_tree()
    {
        bench.Machine.Xenstored.Tree.Delete(Home + "/console");
        StringAssert.Contains(bench.Violated(), Dom0Invariants.StoreTree);
    }

    [TestMethod]
    [DataRow("/local/domain/77/name")]
    [DataRow("/libxl/77/type")]
    [DataRow("/vm/12345678-0000-0000-0000-000000000000/name")]
    public void A_node_of_no_domain_violates_store_matches_domains(string path)
    {
        bench.Write(path, "x");
        Assert.AreEqual(Dom0Invariants.StoreMatchesDomains, bench.Violated());
    }

    [TestMethod]
    [DataRow("domid", "9")]
    [DataRow("vm", "/vm/x")]
    [DataRow("name", "")]
    public void A_wrong_value_of_a_domain_violates_store_matches_domains(string key, string value)
    {
        bench.Write($"{Home}/{key}", value);
        StringAssert.Contains(bench.Violated(), Dom0Invariants.StoreMatchesDomains);
    }

    [TestMethod]
    [DataRow("yesterday 4\n", DisplayName = "a line that is none")]
    [DataRow("0 9\n0 9\n", DisplayName = "an id twice")]
    [DataRow("999999999 9\n", DisplayName = "an end that is still to come")]
    [DataRow("1 9\n0 8\n", DisplayName = "ends out of their order")]
    public void A_history_that_cannot_be_violates_domid_history(string history)
    {
        bench.Files.WriteText("/run/xen/domid-history", history);
        Assert.AreEqual(DomidHistory.Invariant, bench.Violated());
    }

    [TestMethod]
    public void A_domain_that_lives_under_a_recent_id_violates_domid_history()
    {
        bench.Settle();
        bench.Files.WriteText("/run/xen/domid-history", $"{bench.Machine.Simulation.Now / Monitors.SecondNs} {domid}\n");
        Assert.AreEqual(DomidHistory.Invariant, bench.Violated());
    }

    [TestMethod]
    public void A_domain_that_was_released_by_hand_violates_introduced_domains()
    {
        bench.Release(domid);
        StringAssert.Contains(bench.Violated(), Dom0Invariants.IntroducedDomains);
    }

    [TestMethod]
    public void A_frontend_without_the_toolstacks_copy_violates_devices_paired()
    {
        bench.Remove($"/libxl/{domid}/device/vbd/51712");
        Assert.AreEqual(Dom0Invariants.DevicesPaired, bench.Violated());
    }

    [TestMethod]
    public void A_backend_in_the_wrong_state_violates_devices_paired()
    {
        bench.Write(Back + "/state", "5");
        StringAssert.Contains(bench.Violated(), Dom0Invariants.DevicesPaired);
    }

    [TestMethod]
    public void A_backend_that_nobody_drives_violates_backends_match_store()
    {
        bench.Write($"/local/domain/0/backend/vbd/{domid}/51728/state", "4");
        StringAssert.Contains(bench.Violated(), Dom0Invariants.BackendsMatchStore);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("{")]
    [DataRow("""{"c_info":{"type":"pv","name":"other","uuid":"12345678-0000-0000-0000-000000000000"},"b_info":{}}""")]
    public void A_lost_or_wrong_configuration_violates_userdata_matches_domains(string? text)
    {
        var path = bench.Files.Below("/var/lib/xen").Single();
        if (text is null) bench.Files.Delete(path);
        else bench.Files.WriteText(path, text);
        Assert.AreEqual(Dom0Invariants.UserdataMatchesDomains, bench.Violated());
    }

    [TestMethod]
    public void A_file_of_no_domain_violates_userdata_matches_domains()
    {
        bench.Files.WriteText("/var/lib/xen/userdata-d.9.x.libxl-json", "{}");
        Assert.AreEqual(Dom0Invariants.UserdataMatchesDomains, bench.Violated());
    }

    [TestMethod]
    public void A_loop_device_without_a_disk_violates_loop_devices()
    {
        bench.Files.Write("/srv/images/free.img", new byte[4096]);
        bench.Host.LoopDevices.Attach("/srv/images/free.img", readOnly: false);
        Assert.AreEqual(Dom0Invariants.LoopDevices, bench.Violated());
    }

    [TestMethod]
    [DataRow("hotplug-status", "error")]
    [DataRow("params", "/srv/images/other.img")]
    public void A_disk_without_its_device_violates_loop_devices(string key, string value)
    {
        bench.Write($"{Back}/{key}", value);
        Assert.AreEqual(Dom0Invariants.LoopDevices, bench.Violated());
    }

    [TestMethod]
    [DataRow(XlCreateDomain.LockPath)]
    [DataRow(Xen.Toolstack.Hotplug.BlockScript.LockPath)]
    [DataRow("/var/lib/xen/userdata-l.1.x.domain-userdata-lock")]
    public void A_lock_that_is_held_violates_locks_released(string path)
    {
        bench.Files.WriteText(path, "somebody");
        Assert.AreEqual(Dom0Invariants.LocksReleased, bench.Violated());
    }

    [TestMethod]
    public void A_process_that_stays_or_a_daemon_that_is_gone_violates_processes()
    {
        var process = bench.Host.CreateProcess("xl list");
        Assert.AreEqual(Dom0Invariants.Processes, bench.Violated());
        process.Exit();
        bench.Machine.Simulation.Components.Single(component => component.Name == "xl daemon web").Kill("SIGKILL");
        Assert.AreEqual(Dom0Invariants.Processes, bench.Violated());
    }

    [TestMethod]
    public void A_port_that_nobody_closed_violates_dom0_ports()
    {
        bench.Host.EventChannel.AllocUnbound(bench.Host.Dom0, 0, domid, out _);
        Assert.AreEqual(Dom0Invariants.Dom0Ports, bench.Violated());
    }

    [TestMethod]
    public void A_zombie_violates_no_zombies()
    {
        var frame = bench.Host.FindDomain(domid)!.Pages[^1];
        bench.Host.MemoryOp.MapForeign(bench.Host.Dom0, domid, frame, out _);
        Assert.AreEqual(0, bench.Code("destroy", "web"));
        Assert.AreEqual(HypervisorInvariants.NoZombies, bench.Violated());
        Assert.IsNotNull(bench.Monitors.XlList());
    }

    [TestMethod]
    public void The_list_monitor_sees_a_domain_without_a_name()
    {
        bench.Remove(Home + "/name");
        Assert.AreEqual($"domain {domid} has no name", bench.Monitors.XlList());
    }

    [TestMethod]
    public void The_canary_monitor_sees_a_toolstack_that_cannot_create()
    {
        bench.Files.Delete(Machine.KernelPath);
        StringAssert.StartsWith(bench.Monitors.Canary(), "create ended with 3");
    }

    [TestMethod]
    public void The_store_monitor_sees_a_dead_daemon()
    {
        Assert.IsNull(bench.Monitors.Store());
        bench.Machine.Xenstored.Component.Kill("SIGSEGV");
        Assert.AreEqual("the watch was refused", bench.Monitors.Store());
    }

    [TestMethod]
    public void The_ping_and_heartbeat_monitors_see_a_guest_that_hangs()
    {
        bench.Machine.Kernel(domid)!.Component.Exit();
        Assert.AreEqual($"domain {domid} does not answer", bench.Monitors.Ping(domid));
        Assert.AreEqual($"domain {domid} has stopped", bench.Monitors.Heartbeat());
    }

    [TestMethod]
    public void The_read_back_monitor_sees_damaged_data()
    {
        Assert.IsNull(bench.Monitors.DiskReadBack(domid));
        bench.Files.Open(XlBench.Plan().ImagePath(0))![5000] ^= 1;
        StringAssert.Contains(bench.Monitors.DiskReadBack(domid), "block 1 is torn");
    }

    [TestMethod]
    public void A_host_that_crashes_ends_every_wait()
    {
        bench.Host.Crash("test");
        Assert.IsFalse(bench.Monitors.Wait(() => false, 1000 * Monitors.SecondNs));
    }
}
