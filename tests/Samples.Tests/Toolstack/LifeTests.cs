using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.Toolstack.Xl;
using Xen.XenWorkloads;

namespace Samples.Tests.Toolstack;

[TestClass]
public sealed class LifeTests
{
    private readonly XlBench bench = new();

    [TestMethod]
    public void A_destroyed_domain_is_gone_without_a_trace()
    {
        var before = bench.Store();
        bench.Create();
        Assert.AreEqual(0, bench.Code("destroy", "web"));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, bench.Store());
        Assert.AreEqual(1, bench.Host.Domains.Count);
        Assert.AreEqual(0, bench.Host.LoopDevices.Attached.Count);
    }

    [TestMethod]
    public void A_guest_that_was_asked_to_power_off_does_and_is_cleaned_up()
    {
        var domid = bench.Create();
        Assert.AreEqual(0, bench.Code("shutdown", "web"));
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Host.FindDomain(domid) is null, 10 * Monitors.SecondNs));
        Assert.AreEqual("", bench.Violated());
        StringAssert.Contains(bench.Files.ReadText(XlDaemon.LogPath("web")), "Action for shutdown reason code 0 is destroy");
    }

    [TestMethod]
    public void A_shutdown_can_wait_for_the_guest()
    {
        var domid = bench.Create();
        Assert.AreEqual(0, bench.Code("shutdown", "-w", "web"));
        Assert.IsTrue(bench.Host.FindDomain(domid) is null or { ShutDown: true });
    }

    [TestMethod]
    public void A_guest_that_does_not_acknowledge_ends_the_shutdown_after_a_minute()
    {
        bench.Create();
        bench.Code("pause", "web");
        var start = bench.Machine.Simulation.Now;
        var process = bench.Xl("shutdown", "web");
        Assert.AreEqual(1, process.ExitCode);
        Assert.AreEqual("shutdown failed (rc=-8)", process.Error);
        Assert.IsTrue(bench.Logged(process, "guest didn't acknowledge control request"));
        Assert.AreEqual(60, (bench.Machine.Simulation.Now - start) / Monitors.SecondNs);
        Assert.AreEqual(0, process.Context.Events.RegisteredWatches);
    }

    [TestMethod]
    public void A_guest_without_the_feature_cannot_be_asked()
    {
        var domid = bench.Create();
        bench.Write($"/local/domain/{domid}/control/feature-poweroff", "0");
        var process = bench.Xl("shutdown", "web");
        Assert.AreEqual(1, process.ExitCode);
        Assert.AreEqual("shutdown failed (rc=-10)", process.Error);
        Assert.IsTrue(bench.Logged(process, "PV control not supported: poweroff"));
    }

    [TestMethod]
    public void A_rebooted_guest_comes_back_with_another_id_and_its_disk()
    {
        var domid = bench.Create();
        Assert.AreEqual(0, bench.Code("reboot", "web"));
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.DomidOf("web") > domid, 10 * Monitors.SecondNs));
        var reborn = bench.Machine.DomidOf("web");
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.Kernel(reborn) is { Finished: true }, 10 * Monitors.SecondNs));
        Assert.IsNull(bench.Monitors.DiskReadBack(reborn));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_crashed_guest_is_cleaned_up_by_its_daemon()
    {
        var domid = bench.Create();
        bench.Host.Sched.RemoteShutdown(bench.Host.Dom0, domid, ShutdownReason.Crash);
        bench.Settle();
        Assert.IsNull(bench.Host.FindDomain(domid));
        Assert.AreEqual("", bench.Violated());
        StringAssert.Contains(bench.Files.ReadText(XlDaemon.LogPath("web")), "has shut down, reason code 3 0x3");
    }

    [TestMethod]
    [DataRow("preserve", 1)]
    [DataRow("restart", 1)]
    [DataRow("rename-restart", 2)]
    [DataRow("coredump-destroy", 0)]
    public void The_daemon_does_what_the_configuration_wants(string action, int guests)
    {
        var config = bench.Machine.WriteConfig(XlBench.Plan(disks: 0));
        Assert.AreEqual(0, bench.Code("create", config, $"on_poweroff='{action}'"));
        Assert.IsNull(bench.Monitors.Ping(bench.Machine.DomidOf("web")));
        Assert.AreEqual(0, bench.Code("shutdown", "web"));
        bench.Machine.Simulation.RunFor(10 * Monitors.SecondNs);
        Assert.AreEqual(guests, bench.Host.Domains.Count - 1);
    }

    [TestMethod]
    [DataRow("on_watchdog", ShutdownReason.Watchdog, "restart", 1)]
    [DataRow("on_watchdog", ShutdownReason.Watchdog, "preserve", 1)]
    [DataRow("on_watchdog", ShutdownReason.Watchdog, "destroy", 0)]
    [DataRow("on_crash", ShutdownReason.Crash, "rename-restart", 2)]
    [DataRow("on_reboot", ShutdownReason.Reboot, "destroy", 0)]
    [DataRow("on_soft_reset", ShutdownReason.SoftReset, "soft-reset", 0)]
    public void Each_reason_has_an_action_of_its_own(string key, ShutdownReason reason, string action, int guests)
    {
        Assert.AreEqual(0, bench.Code("create", bench.Machine.WriteConfig(XlBench.Plan(disks: 0)), $"{key}='{action}'"));
        var domid = bench.Machine.DomidOf("web");
        Assert.IsNull(bench.Monitors.Ping(domid));
        bench.Host.Sched.RemoteShutdown(bench.Host.Dom0, domid, reason);
        bench.Machine.Simulation.RunFor(10 * Monitors.SecondNs);
        StringAssert.Contains(bench.Files.ReadText(XlDaemon.LogPath("web")), $"Action for shutdown reason code {(int)reason} is {action}\n");
        Assert.AreEqual(guests, bench.Host.Domains.Count - 1);
        Assert.AreEqual(action == "preserve", bench.Host.FindDomain(domid) is not null && guests == 1);
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_disk_that_the_guest_does_not_let_go_stays_unless_it_is_forced()
    {
        var domid = bench.Create();
        bench.Code("pause", "web");
        var start = bench.Machine.Simulation.Now;
        Assert.AreEqual(1, bench.Code("block-detach", "web", "xvda"));
        Assert.AreEqual(10, (bench.Machine.Simulation.Now - start) / Monitors.SecondNs);
        Assert.AreEqual(1, bench.Host.LoopDevices.Attached.Count);
        Assert.AreEqual(0, bench.Code("block-detach", "--force", "web", "xvda"));
        Assert.IsNull(bench.Read($"/libxl/{domid}/device/vbd/51712"));
    }

    [TestMethod]
    public void Pause_and_unpause_stop_and_start_the_heartbeat()
    {
        var domid = bench.Create();
        Assert.AreEqual(0, bench.Code("pause", "web"));
        var beats = bench.Machine.Kernel(domid)!.Heartbeats;
        bench.Machine.Simulation.RunFor(Monitors.SecondNs);
        Assert.AreEqual(beats, bench.Machine.Kernel(domid)!.Heartbeats);
        Assert.AreEqual(0, bench.Code("unpause", "web"));
        Assert.IsNull(bench.Monitors.Heartbeat());
    }

    [TestMethod]
    public void Disks_come_and_go_while_the_guest_runs()
    {
        var domid = bench.Create();
        var plan = XlBench.Plan(disks: 2);
        bench.Machine.WriteConfig(plan);
        Assert.AreEqual(0, bench.Code("block-attach", "web", plan.DiskSpecification(1)));
        bench.Settle();
        Assert.AreEqual(2, bench.Machine.Kernel(domid)!.Disks.Count);
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(1, bench.Code("block-attach", "web", plan.DiskSpecification(1)));
        Assert.AreEqual(0, bench.Code("block-detach", "web", "xvdb"));
        Assert.AreEqual(1, bench.Code("block-detach", "web", "xvdb"));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_renamed_domain_is_known_by_its_new_name_only()
    {
        bench.Create();
        bench.Create(XlBench.Plan("other"));
        Assert.AreEqual(1, bench.Code("rename", "web", "other"));
        Assert.AreEqual(0, bench.Code("rename", "web", "shop"));
        Assert.AreEqual(1, bench.Code("domid", "web"));
        Assert.AreEqual(0, bench.Code("domid", "shop"));
    }

    [TestMethod]
    public void The_list_has_the_originals_columns()
    {
        bench.Create(XlBench.Plan(disks: 0));
        var lines = bench.Xl("list").Output.Split('\n');
        Assert.AreEqual("Name                                        ID   Mem VCPUs\tState\tTime(s)", lines[0]);
        StringAssert.Matches(lines[1], new(@"^Domain-0 {33}    0    32     2     [-r][-b]---- {2} {3,}\d+\.\d$"));
        StringAssert.Matches(lines[2], new(@"^web {38}    1     4     1     [-r][-b]---- {2} {3,}\d+\.\d$"));
    }

    [TestMethod]
    public void The_block_list_shows_a_connected_disk()
    {
        var domid = bench.Create();
        var lines = bench.Xl("block-list", "web").Output.Split('\n');
        Assert.AreEqual("Vdev  BE  handle state evt-ch ring-ref BE-path                       ", lines[0]);
        StringAssert.Matches(lines[1], new($@"^51712 0   {domid}      4     \d+ +\d+ +/local/domain/0/backend/vbd/{domid}/51712 *$"));
    }

    [TestMethod]
    [DataRow("destroy 0", "Cannot destroy privileged domain 0.")]
    [DataRow("destroy 99", "libxl: error: Start: Domain 99:Non-existent domain")]
    [DataRow("pause nobody", "nobody is an invalid domain identifier (rc=-6)")]
    [DataRow("frobnicate", "command not implemented: frobnicate")]
    [DataRow("d web", "command is ambiguous: d")]
    [DataRow("domname x", "Invalid domain id.")]
    [DataRow("pause", "'xl pause' requires at least 1 argument.")]
    public void A_mistake_is_exit_code_1_and_one_line(string line, string error)
    {
        var process = bench.Xl(line.Split(' '));
        Assert.AreEqual((1, error), (process.ExitCode, process.Error));
    }

    [TestMethod]
    public void A_verb_may_be_cut_short() => Assert.AreEqual(0, bench.Code("li"));

    [TestMethod]
    public void An_id_that_was_in_use_until_shortly_ago_is_not_given_again()
    {
        var context = new LibxlContext(bench.Host, bench.Machine.Xenstored, bench.Host.CreateProcess("test"));
        new RecentDomids(context).Mark(1);
        new RecentDomids(context).Mark(2);
        Assert.AreEqual(3, bench.Create());
    }

    [TestMethod]
    public void A_process_that_dies_is_aborted_and_keeps_its_lock()
    {
        var process = XlProcess.Start(bench.Machine.Services, "create", bench.Machine.WriteConfig(XlBench.Plan()));
        bench.Monitors.Wait(() => bench.Files.Exists(XlCreateDomain.LockPath), Monitors.SecondNs);
        process.Component.Kill("NullReferenceException: here");
        Assert.AreEqual((XlProcess.AbortedCode, "NullReferenceException: here"), (process.ExitCode, process.Error));
        StringAssert.Contains(bench.Violated(), "locks-released");
    }
}
