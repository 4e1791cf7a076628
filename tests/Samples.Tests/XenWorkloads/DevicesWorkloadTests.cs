using Xen.Hypervisor;
using Xen.XenWorkloads;

namespace Samples.Tests.XenWorkloads;

/// <summary>The same guests with their drivers in Dom0, and with nothing of the drivers there.</summary>
[TestClass]
public sealed class DevicesWorkloadTests
{
    private static readonly WorkloadOptions InDom0 = new("devices", 1, 2, 4);
    private static readonly WorkloadOptions Apart = InDom0 with { DriverDomain = true };

    [TestMethod]
    [DataRow(1UL, 2, false)]
    [DataRow(1UL, 2, true)]
    [DataRow(2UL, 1, false)]
    [DataRow(2UL, 1, true)]
    [DataRow(3UL, 3, true)]
    public void Without_faults_everything_holds(ulong seed, int domains, bool driverDomain) =>
        Health.AssertHealthy(new WorkloadOptions("devices", seed, domains) { DriverDomain = driverDomain });

    [TestMethod]
    public void The_same_seed_prints_the_same_lines() =>
        CollectionAssert.AreEqual(WorkloadRun.Execute(Apart).Output.ToArray(), WorkloadRun.Execute(Apart).Output.ToArray());

    [TestMethod]
    public void Both_variants_do_the_same_to_the_same_guests()
    {
        CollectionAssert.AreEqual(Operations(InDom0), Operations(Apart).Where(name => name != "xl create driver").ToArray());
        static string[] Operations(WorkloadOptions options) =>
        [
            .. WorkloadRun.Execute(options).Output.Where(line => line.Contains("\"observe\":\"operation\"", StringComparison.Ordinal)).Select(line => line.Split('"')[7]),
        ];
    }

    [TestMethod]
    public void With_a_driver_domain_Dom0s_kernel_has_no_driver()
    {
        var machine = Machine(driversInDom0: false);
        WorkloadRun.On(machine, Apart);
        var parts = machine.Simulation.Components.Where(part => part.Domain == machine.Host.Dom0 && part.Containment == Containment.Kernel).Select(part => part.Name);
        CollectionAssert.AreEqual(new[] { "dom0-kernel" }, parts.ToArray());
    }

    [TestMethod]
    public void The_same_crash_of_a_back_end_costs_the_host_in_Dom0_and_the_guests_devices_in_a_driver_domain()
    {
        var whole = Machine(driversInDom0: true);
        Sabotage(whole, () => whole.Blkback!.Xenbus.Component);
        var run = WorkloadRun.On(whole, InDom0);
        Assert.AreEqual(WorkloadRun.HostCrashed, run.ExitCode);

        var apart = Machine(driversInDom0: false);
        Sabotage(apart, () => apart.DriverDomains.Single().Domain.Kernel);
        run = WorkloadRun.On(apart, Apart);
        Assert.AreEqual(WorkloadRun.Completed, run.ExitCode);
        Assert.IsTrue(run.Output.Any(line => line.Contains("\"event\":\"io-loss\"", StringComparison.Ordinal)));
        Assert.IsTrue(run.Output.Any(line => line.Contains("\"name\":\"canary\",\"ok\":true", StringComparison.Ordinal)), "the host still makes guests");
    }

    [TestMethod]
    public void Who_keeps_the_machine_from_coming_to_rest_is_what_hangs()
    {
        var machine = Machine(driversInDom0: true);
        machine.KernelEntered += kernel =>
        {
            void Spin() => machine.Simulation.After(100_000_000, kernel.Component, "spin", Spin);
            if (machine.NameOf(kernel.Domain.Id) == "db1") Spin();
        };
        var run = WorkloadRun.On(machine, InDom0);
        var hang = run.Output.First(line => line.Contains("\"event\":\"hang\"", StringComparison.Ordinal));
        Assert.IsTrue(hang.StartsWith("{\"observe\":\"component\",\"name\":\"db1\",\"kind\":\"guest\"", StringComparison.Ordinal), hang);
    }

    private static Machine Machine(bool driversInDom0) => new(new Simulation(1), "dom0", new Xen.Guests.StoreWitness(), driversInDom0: driversInDom0);

    private static void Sabotage(Machine machine, Func<Component> victim) =>
        machine.Simulation.After(400_000_000, new Component(machine.Simulation, "saboteur", Containment.Trusted), "sabotage", () =>
            machine.Simulation.Post(victim(), "bug", () => throw new InvalidOperationException("bad state")));
}
