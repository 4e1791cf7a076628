using Xen.Hypervisor;
using Xen.XenWorkloads;

namespace Samples.Tests.XenWorkloads;

[TestClass]
public sealed class NetworkWorkloadTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void The_same_seed_prints_the_same_lines(bool driverDomain)
    {
        var options = Options(11, 3) with { DriverDomain = driverDomain };
        CollectionAssert.AreEqual(WorkloadRun.Execute(options).Output.ToArray(), WorkloadRun.Execute(options).Output.ToArray());
    }

    [TestMethod]
    [DataRow(1UL, 1, false)]
    [DataRow(2UL, 5, false)]
    [DataRow(3UL, 9, false)]
    [DataRow(4UL, 1, true)]
    [DataRow(5UL, 4, true)]
    public void Without_faults_everything_holds(ulong seed, int domains, bool driverDomain) =>
        Health.AssertHealthy(Options(seed, domains) with { DriverDomain = driverDomain });

    [TestMethod]
    public void The_frames_go_to_a_file_when_asked()
    {
        var file = Path.GetTempFileName();
        try
        {
            var options = WorkloadOptions.Parse(["network", "--seed", "1", "--domains", "2", "--length", "1", "--pcap", file])!;
            Assert.AreEqual(0, WorkloadRun.Execute(options).ExitCode);
            Assert.IsGreaterThan(10_000L, new FileInfo(file).Length);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void The_driver_domain_is_asked_for_by_a_flag()
    {
        Assert.IsTrue(WorkloadOptions.Parse("network --seed 1 --driver-domain --domains 2".Split(' '))!.DriverDomain);
        Assert.IsNull(WorkloadOptions.Parse("lifecycle --seed 1 --driver-domain --domains 2".Split(' ')));
    }

    [TestMethod]
    public void A_netback_that_crashes_takes_the_host_down()
    {
        var machine = new Machine(1);
        machine.Simulation.After(20_000_000, machine.Netback!.Xenbus.Component, "bug", () => throw new InvalidOperationException("bad state"));
        var run = WorkloadRun.On(machine, Options(1, 2));
        Assert.AreEqual(WorkloadRun.HostCrashed, run.ExitCode);
        Assert.IsTrue(run.Output.Any(line => line.Contains("\"name\":\"netback\",\"kind\":\"kernel\",\"event\":\"crash\"", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_driver_domain_that_crashes_costs_its_guests_their_network_and_the_pair_on_Dom0_nothing()
    {
        var machine = new Machine(1);
        machine.Simulation.After(400_000_000, new Component(machine.Simulation, "saboteur", Containment.Trusted), "sabotage", () =>
            machine.Simulation.Post(machine.DriverDomains.Single().Domain.Kernel, "bug", () => throw new InvalidOperationException("bad state")));
        var run = WorkloadRun.On(machine, Options(1, 3) with { DriverDomain = true });
        Assert.AreEqual(WorkloadRun.Completed, run.ExitCode);
        Assert.IsTrue(run.Output.Any(line => line.Contains("\"kind\":\"kernel\",\"event\":\"crash\"", StringComparison.Ordinal)));
        Assert.IsTrue(run.Output.Any(line => line.Contains("\"name\":\"client1 echo\",\"ok\":false", StringComparison.Ordinal)));
        Assert.IsTrue(run.Output.Any(line => line.StartsWith("{\"observe\":\"data\",\"name\":\"homeclient objects\",\"ok\":true", StringComparison.Ordinal)));
    }

    private static WorkloadOptions Options(ulong seed, int domains) => new("network", seed, domains);
}
