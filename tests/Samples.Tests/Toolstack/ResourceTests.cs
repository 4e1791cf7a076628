using Xen.Guests;
using Xen.Hypervisor;
using Xen.XenWorkloads;

namespace Samples.Tests.Toolstack;

/// <summary>Memory, virtual CPUs and scheduling of running domains.</summary>
[TestClass]
public sealed class ResourceTests
{
    private readonly XlBench bench = new();

    private static DomainPlan Plan => XlBench.Plan() with { MemoryMib = 8, Vcpus = 3, Role = GuestManifest.KeyValue, Blocks = 30, Operations = 20, Patterns = 32 };

    [TestMethod]
    public void A_guest_gives_memory_back_and_takes_it_again()
    {
        var domid = bench.Create(Plan);
        var free = bench.Host.Memory.FreeFrames;
        Assert.AreEqual(0, bench.Code("mem-set", "web", "5m"));
        bench.Settle();
        var domain = bench.Host.FindDomain(domid)!;
        Assert.AreEqual((5 * 256, 5 * 256), (domain.TotalPages, domain.MaxPages));
        Assert.AreEqual(free + (3 * 256), bench.Host.Memory.FreeFrames);
        Assert.AreEqual("5120", bench.Read($"/local/domain/{domid}/memory/target"));
        Assert.AreEqual(0, bench.Code("mem-set", "web", "8192k"));
        bench.Settle();
        Assert.AreEqual(8 * 256, domain.TotalPages);
        Assert.IsNull(bench.Monitors.Programs(domid));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_guest_with_a_balloon_can_be_saved_and_restored()
    {
        bench.Create(Plan);
        bench.Code("mem-set", "web", "6");
        bench.Settle();
        Assert.AreEqual(0, bench.Code("save", "web", "/srv/web.save"));
        Assert.AreEqual(0, bench.Code("restore", "/srv/web.save"));
        var restored = bench.Machine.DomidOf("web");
        Assert.IsNull(bench.Monitors.Ping(restored));
        Assert.AreEqual(6 * 256, bench.Host.FindDomain(restored)!.TotalPages);
        Assert.AreEqual(0, bench.Code("mem-set", "web", "8"));
        bench.Settle();
        Assert.AreEqual(8 * 256, bench.Host.FindDomain(restored)!.TotalPages);
        Assert.IsNull(bench.Monitors.Programs(restored));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void Dom0_has_a_balloon_too()
    {
        var free = bench.Host.Memory.FreeFrames;
        Assert.AreEqual(0, bench.Code("mem-set", "Domain-0", "24"));
        bench.Settle();
        Assert.AreEqual((24 * 256, free + (8 * 256)), (bench.Host.Dom0.TotalPages, bench.Host.Memory.FreeFrames));
        Assert.AreEqual(0, bench.Code("mem-set", "0", "32"));
        bench.Settle();
        Assert.AreEqual(32 * 256, bench.Host.Dom0.TotalPages);
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void The_static_maximum_can_be_raised_and_then_the_target()
    {
        var domid = bench.Create(Plan);
        Assert.AreEqual(1, bench.Code("mem-set", "web", "9"));
        Assert.AreEqual(0, bench.Code("mem-max", "web", "10"));
        Assert.AreEqual("10240", bench.Read($"/local/domain/{domid}/memory/static-max"));
        Assert.AreEqual(10L * 256, bench.Host.FindDomain(domid)!.MaxPages);
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    [DataRow("sched-credit -d web", "libxl_domain_sched_params_get returned credit2 not credit.")]
    [DataRow("sched-credit -d web -w 512", "libxl_domain_sched_params_set failed.")]
    [DataRow("sched-credit -s", "libxl_sched_credit_params_get failed.")]
    [DataRow("sched-credit -s -t 10", "libxl_sched_credit_params_set failed.")]
    [DataRow("sched-credit -w 5", "Must specify a domain.")]
    public void The_credit_scheduler_is_refused_on_a_host_that_does_not_use_it(string command, string error)
    {
        bench.Create(XlBench.Plan(disks: 0));
        var process = bench.Xl(command.Split(' '));
        Assert.AreEqual((1, error), (process.ExitCode, process.Error));
    }

    [TestMethod]
    public void No_pool_is_listed_for_the_credit_scheduler()
    {
        var process = bench.Xl("sched-credit");
        Assert.AreEqual((0, ""), (process.ExitCode, process.Output));
    }

    [TestMethod]
    [DataRow("mem-set web 9", "libxl: error: SetTarget: Domain 1:memory_dynamic_max must be less than or equal to memory_static_max")]
    [DataRow("mem-set web 0", "libxl: error: SetTarget: Domain 1:memory target 0 is out of range")]
    [DataRow("mem-set web lots", "invalid memory size: lots")]
    [DataRow("mem-set 0 1", "libxl: error: SetTarget: Domain 0:New target 1024 for dom0 is below the minimum threshold")]
    [DataRow("mem-set 99 4", "libxl: error: SetTarget: Domain 99:Non-existent domain")]
    [DataRow("mem-max web 2", "cannot set domid 1 static max memory to : 2")]
    [DataRow("vcpu-set web 0", "libxl_set_vcpuonline failed domid=1 max_vcpus=0, rc: -3")]
    [DataRow("vcpu-set -i web 4", "libxl_set_vcpuonline failed domid=1 max_vcpus=4, rc: -3")]
    [DataRow("vcpu-set web 9", "You are overcommmitting! You have 2 physical CPUs and want 9 vCPUs! Aborting, use -i to skip this check")]
    [DataRow("vcpu-set web x", "Error: Invalid argument.")]
    [DataRow("vcpu-pin web x 0", "Error: Invalid argument x as VCPU.")]
    [DataRow("vcpu-pin web 0 7", "Could not set affinity for vcpu `0'.")]
    [DataRow("vcpu-pin web 0 0-", "failed to parse cpu range 0-")]
    [DataRow("vcpu-pin web 7 0", "Could not set affinity for vcpu `7'.")]
    [DataRow("sched-credit2 -d web -w 0", "libxl_domain_sched_params_set failed.")]
    [DataRow("sched-credit2 -d web -w 65536", "libxl_domain_sched_params_set failed.")]
    [DataRow("sched-credit2 -d web -c 301", "libxl_domain_sched_params_set failed.")]
    [DataRow("sched-credit2 -w 5", "Must specify a domain.")]
    [DataRow("sched-credit2 -s -r 50", "libxl: error: SetPool: Ratelimit out of range, valid range is from 100 to 500000")]
    [DataRow("sched-credit2 -d web -w", "option requires an argument -- 'w'")]
    public void A_value_out_of_range_is_refused_and_changes_nothing(string line, string error)
    {
        bench.Create(Plan);
        bench.Settle();
        var before = bench.Store();
        var process = bench.Xl(line.Split(' '));
        Assert.AreEqual((1, error), (process.ExitCode, process.Error));
        Assert.AreEqual(before, bench.Store());
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_guest_uses_as_many_virtual_cpus_as_it_is_told()
    {
        var domid = bench.Create(Plan);
        bench.Settle();
        Assert.AreEqual(3, Online(domid));
        Assert.AreEqual(0, bench.Code("vcpu-set", "web", "1"));
        bench.Settle();
        Assert.AreEqual(1, Online(domid));
        Assert.AreEqual("offline", bench.Read($"/local/domain/{domid}/cpu/2/availability"));
        Assert.AreEqual(0, bench.Code("vcpu-set", "-i", "web", "3"));
        bench.Settle();
        Assert.AreEqual(3, Online(domid));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void The_list_of_virtual_cpus_has_the_originals_columns()
    {
        bench.Create(Plan);
        bench.Code("vcpu-set", "web", "2");
        bench.Code("vcpu-pin", "web", "0", "1", "0-1");
        bench.Settle();
        var lines = bench.Xl("vcpu-list", "web").Output.Split('\n');
        Assert.AreEqual("Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)", lines[0]);
        StringAssert.Matches(lines[1], new(@"^web {34}1     0     \d   [r-][b-]- +\d\.\d  1 / all$"));
        StringAssert.Matches(lines[3], new(@"^web {34}1     2     -   --p +\d\.\d  all / all$"));
    }

    [TestMethod]
    public void Pinned_virtual_cpus_run_where_they_may()
    {
        var domid = bench.Create(Plan);
        Assert.AreEqual(0, bench.Code("vcpu-pin", "web", "all", "1"));
        bench.Machine.Simulation.RunFor(Monitors.SecondNs);
        Assert.AreEqual(1, bench.Host.FindDomain(domid)!.Vcpus[0].Processor);
        Assert.AreEqual(0, bench.Code("vcpu-pin", "web", "all", "0"));
        bench.Machine.Simulation.RunFor(Monitors.SecondNs);
        Assert.AreEqual(0, bench.Host.FindDomain(domid)!.Vcpus[0].Processor);
    }

    [TestMethod]
    public void Affinity_comes_from_the_configuration_file()
    {
        var domid = bench.Create(Plan with { Extra = "cpus = '1'\ncpus_soft = ['0', '1', 'all']\n" });
        var vcpus = bench.Host.FindDomain(domid)!.Vcpus;
        Assert.AreEqual((2UL, 1UL), (vcpus[0].HardAffinity, vcpus[0].SoftAffinity));
        Assert.AreEqual((2UL, 2UL), (vcpus[1].HardAffinity, vcpus[1].SoftAffinity));
    }

    [TestMethod]
    public void Scheduler_parameters_are_set_shown_and_kept()
    {
        var domid = bench.Create(Plan);
        Assert.AreEqual(0, bench.Code("sched-credit2", "-d", "web", "-w", "512", "-c", "150"));
        var domain = bench.Host.FindDomain(domid)!;
        Assert.AreEqual((512, 150), (domain.Weight, domain.Cap));
        var lines = bench.Xl("sched-credit2").Output.Split('\n');
        Assert.AreEqual("Cpupool Pool-0: ratelimit=1000us", lines[0]);
        Assert.AreEqual("Name                                ID Weight  Cap", lines[1]);
        Assert.AreEqual("Domain-0                             0    256    0", lines[2]);
        Assert.AreEqual("web                                  1    512  150", lines[3]);
        Assert.AreEqual(0, bench.Code("reboot", "web"));
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.DomidOf("web") > domid, 10 * Monitors.SecondNs));
        Assert.IsNull(bench.Monitors.Ping(bench.Machine.DomidOf("web")));
        Assert.AreEqual(512, bench.Host.FindDomain(bench.Machine.DomidOf("web"))!.Weight);
    }

    [TestMethod]
    public void The_rate_limit_of_the_pool_can_be_changed()
    {
        Assert.AreEqual(0, bench.Code("sched-credit2", "-s", "-r", "500"));
        Assert.AreEqual("Cpupool Pool-0: ratelimit=500us\n", bench.Xl("sched-credit2", "-s").Output);
    }

    [TestMethod]
    public void A_claim_reserves_memory_for_who_will_populate_it()
    {
        var free = bench.Host.Memory.FreeFrames;
        bench.Host.Domctl.CreateDomain(bench.Host.Dom0, new CreateDomain(), out var domid);
        bench.Host.Domctl.MaxMem(bench.Host.Dom0, domid, free * 4L);
        var own = bench.Host.Memory.FreeFrames;
        Assert.AreEqual(0, bench.Host.MemoryOp.ClaimPages(bench.Host.Dom0, domid, own));
        bench.Host.Domctl.CreateDomain(bench.Host.Dom0, new CreateDomain(), out var late);
        Assert.AreEqual(DomId.Invalid, late);
        Assert.AreEqual(own, bench.Host.MemoryOp.PopulatePhysmap(bench.Host.Dom0, domid, own, out _));
        Assert.AreEqual(0, bench.Host.Memory.OutstandingClaims);
    }

    private int Online(int domid) => bench.Host.FindDomain(domid)!.Vcpus.Count(vcpu => vcpu.Online);
}
