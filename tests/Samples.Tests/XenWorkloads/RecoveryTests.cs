using System.Text.Json;
using Xen.Hypervisor;
using Xen.XenWorkloads;

namespace Samples.Tests.XenWorkloads;

/// <summary>What brings a host back: for each measure a failure that it heals and the ones before it do not, and one that nothing heals.</summary>
[TestClass]
public sealed class RecoveryTests
{
    private static readonly WorkloadOptions Devices = new("devices", 1, 1, 2);

    [TestMethod]
    public void A_run_in_which_nothing_dies_needs_no_recovery() =>
        Assert.IsEmpty(Attempts(WorkloadRun.Execute(Devices)));

    [TestMethod]
    public void A_process_that_is_gone_and_was_needed_by_nobody_needs_nothing()
    {
        var run = Run(drivers: true, machine => machine.Simulation.Post(machine.Host.CreateProcess("cron"), "bug", Bug));
        Assert.AreEqual("nothing ok", Outcome(run));
    }

    [TestMethod]
    public void A_daemon_that_died_is_started_again()
    {
        var run = Run(drivers: true, machine => machine.Simulation.Post(machine.Simulation.Components.Last(part => part is { Name: "xenconsoled", Alive: true }), "bug", Bug));
        Assert.AreEqual("nothing failed, micro-reboot ok", Outcome(run));
        AssertAllKept(run);
    }

    [TestMethod]
    public void A_lock_that_a_dead_command_has_left_goes_with_a_restart_of_the_toolstack()
    {
        var run = Run(drivers: true, machine =>
        {
            machine.Host.Files.WriteText("/var/lock/xl", "4711");
            machine.Simulation.Post(machine.Host.CreateProcess("xl create"), "bug", Bug);
        });
        Assert.AreEqual("nothing failed, micro-reboot failed, toolstack-restart ok", Outcome(run));
        AssertAllKept(run);
    }

    [TestMethod]
    public void A_driver_domain_that_crashed_is_made_again_and_its_guests_are_started_anew()
    {
        var run = Run(drivers: false, machine => machine.Simulation.Post(machine.DriverDomains.Single().Domain.Kernel, "bug", Bug));
        Assert.AreEqual("nothing failed, micro-reboot failed, toolstack-restart failed, driver-domain-restart ok", Outcome(run));
        var last = Attempts(run)[^1];
        Assert.AreEqual(0, last.GetProperty("kept").GetInt32());
        Assert.AreEqual(last.GetProperty("guests").GetInt32(), last.GetProperty("restarted").GetInt32());
    }

    [TestMethod]
    public void An_oops_in_Dom0_is_survived_by_the_guests_if_Dom0_boots_again_under_them()
    {
        var run = Run(drivers: true, machine => machine.Simulation.Post(machine.Blkback!.Xenbus.Component, "bug", Bug));
        Assert.AreEqual(WorkloadRun.HostCrashed, run.ExitCode);
        Assert.AreEqual("dom0-reboot ok", Outcome(run));
        AssertAllKept(run);
    }

    [TestMethod]
    public void A_fault_that_took_the_driver_domain_and_then_Dom0_is_survived_if_both_start_again()
    {
        var run = Run(drivers: false, machine =>
        {
            machine.Simulation.Post(machine.DriverDomains.Single().Domain.Kernel, "bug", Bug);
            machine.Simulation.Post(machine.Host.Dom0.Kernel, "bug", Bug);
        });
        Assert.AreEqual(WorkloadRun.HostCrashed, run.ExitCode);
        Assert.AreEqual("dom0-reboot failed, dom0-and-driver-domain ok", Outcome(run));
    }

    [TestMethod]
    public void What_is_wrong_on_the_disk_survives_every_reboot()
    {
        var run = Run(drivers: true, machine =>
        {
            machine.Host.Files.Delete(Machine.KernelPath);
            machine.Simulation.Post(machine.Host.CreateProcess("xl create"), "bug", Bug);
        });
        Assert.AreEqual("nothing failed, micro-reboot failed, toolstack-restart failed, dom0-reboot failed", Outcome(run));
    }

    [TestMethod]
    public void A_recovery_is_the_same_each_time_and_changes_nothing_that_was_observed_before()
    {
        WorkloadRun Crash() => Run(drivers: true, machine => machine.Simulation.Post(machine.Netback!.Xenbus.Component, "bug", Bug));
        var run = Crash();
        CollectionAssert.AreEqual(run.Output.ToArray(), Crash().Output.ToArray());
        var first = run.Output.TakeWhile(line => !line.Contains("\"recovery\"", StringComparison.Ordinal)).Count();
        Assert.AreEqual(run.Output.Count - 1, first + Attempts(run).Count, "after the first attempt there are attempts and the trace");
    }

    /// <summary>Something goes wrong in the middle of the guests' work.</summary>
    private static WorkloadRun Run(bool drivers, Action<Machine> sabotage)
    {
        var machine = new Machine(new Simulation(1), "dom0", new Xen.Guests.StoreWitness(), driversInDom0: drivers);
        machine.Simulation.After(600_000_000, new Component(machine.Simulation, "saboteur", Containment.Trusted), "sabotage", () => sabotage(machine));
        return WorkloadRun.On(machine, Devices with { DriverDomain = !drivers });
    }

    private static void Bug() => throw new InvalidOperationException("bad state");

    private static List<JsonElement> Attempts(WorkloadRun run) =>
        [.. run.Output.Where(line => line.StartsWith("{\"observe\":\"recovery\"", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string Outcome(WorkloadRun run) =>
        string.Join(", ", Attempts(run).Select(each => $"{each.GetProperty("name").GetString()} {(each.GetProperty("ok").GetBoolean() ? "ok" : "failed")}"));

    private static void AssertAllKept(WorkloadRun run)
    {
        var last = Attempts(run)[^1];
        Assert.IsGreaterThan(1, last.GetProperty("guests").GetInt32());
        Assert.AreEqual(last.GetProperty("guests").GetInt32(), last.GetProperty("kept").GetInt32(), last.GetRawText());
    }
}
