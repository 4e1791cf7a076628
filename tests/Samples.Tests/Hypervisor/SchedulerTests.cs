using Samples.Tests.Toolstack;
using Xen.Hypervisor;
using Xen.XenWorkloads;

namespace Samples.Tests.Hypervisor;

/// <summary>Guests that compute without end share the physical CPUs as their parameters say.</summary>
[TestClass]
public sealed class SchedulerTests
{
    private readonly XlBench bench = new();

    [TestMethod]
    [DataRow(256, 256, 50)]
    [DataRow(512, 256, 67)]
    [DataRow(1024, 256, 80)]
    public void Shares_follow_the_weights(int first, int second, int percent)
    {
        var one = Burner("one", $"cpus = '0'\ncpu_weight = {first}\n");
        var two = Burner("two", $"cpus = '0'\ncpu_weight = {second}\n");
        var (before1, before2) = (Time(one), Time(two));
        bench.Machine.Simulation.RunFor(5 * Monitors.SecondNs);
        var share = 100.0 * (Time(one) - before1) / (Time(one) - before1 + Time(two) - before2);
        Assert.AreEqual(percent, share, 2.5);
        Assert.AreEqual(5.0, (Time(one) - before1 + Time(two) - before2) / 1e9, 0.1);
    }

    [TestMethod]
    [DataRow(25)]
    [DataRow(60)]
    public void A_cap_limits_a_domain_even_on_an_idle_host(int cap)
    {
        var domid = Burner("one", $"cap = {cap}\n");
        var before = Time(domid);
        bench.Machine.Simulation.RunFor(5 * Monitors.SecondNs);
        Assert.AreEqual(cap, (Time(domid) - before) / 5e7, 1.5);
    }

    [TestMethod]
    public void Each_takes_the_cpu_that_it_may_have()
    {
        var one = Burner("one", "cpus = '0'\n");
        var two = Burner("two", "cpus = '1'\n");
        var (before1, before2) = (Time(one), Time(two));
        bench.Machine.Simulation.RunFor(Monitors.SecondNs);
        Assert.AreEqual((1.0, 1.0), (Math.Round((Time(one) - before1) / 1e9, 1), Math.Round((Time(two) - before2) / 1e9, 1)));
        Assert.AreEqual((0, 1), (bench.Host.FindDomain(one)!.Vcpus[0].Processor, bench.Host.FindDomain(two)!.Vcpus[0].Processor));
    }

    [TestMethod]
    public void Weights_that_change_take_effect()
    {
        var one = Burner("one", "cpus = '0'\n");
        var two = Burner("two", "cpus = '0'\n");
        Assert.AreEqual(0, bench.Code("sched-credit2", "-d", "one", "-w", "768"));
        var (before1, before2) = (Time(one), Time(two));
        bench.Machine.Simulation.RunFor(5 * Monitors.SecondNs);
        Assert.AreEqual(3.0, (double)(Time(one) - before1) / (Time(two) - before2), 0.3);
    }

    [TestMethod]
    public void A_paused_domain_computes_nothing_and_the_times_still_sum_up()
    {
        var domid = Burner("one", "");
        Assert.AreEqual(0, bench.Code("pause", "one"));
        bench.Machine.Simulation.RunFor(CreditRunQueue.MaxSliceNs);
        var before = Time(domid);
        bench.Machine.Simulation.RunFor(Monitors.SecondNs);
        Assert.AreEqual(before, Time(domid));
        Assert.AreEqual(0, bench.Code("unpause", "one"));
        bench.Machine.Simulation.RunFor(Monitors.SecondNs);
        Assert.IsGreaterThan(before, Time(domid));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(0, bench.Code("destroy", "one"));
        bench.Machine.Simulation.RunFor(Monitors.SecondNs);
        Assert.AreEqual(0, bench.Host.RunQueue.Length);
        Assert.AreEqual("", bench.Violated());
    }

    private int Burner(string name, string extra)
    {
        var config = bench.Machine.WriteConfig(XlBench.Plan(name, 0) with { Extra = extra + "extra += ' burn=1'\n" });
        Assert.AreEqual(0, bench.Code("create", config));
        var domid = bench.Machine.DomidOf(name);
        Assert.IsNull(bench.Monitors.Ping(domid));
        return domid;
    }

    private long Time(int domid)
    {
        var vcpu = bench.Host.FindDomain(domid)!.Vcpus[0];
        return vcpu.TimeIn(RunState.Running, bench.Machine.Simulation.Now);
    }
}
