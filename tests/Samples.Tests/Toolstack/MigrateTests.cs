using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Toolstack.Xl;
using Xen.XenWorkloads;

namespace Samples.Tests.Toolstack;

[TestClass]
public sealed class MigrateTests
{
    private readonly XlBench bench = new();
    private readonly Machine other;
    private readonly Monitors otherMonitors;

    public MigrateTests()
    {
        other = new Machine(bench.Machine.Simulation, "far", bench.Machine.Witness);
        otherMonitors = new Monitors(other);
        bench.Machine.Connect(other);
    }

    private static DomainPlan Busy => XlBench.Plan() with { Role = GuestManifest.KeyValue, Blocks = 40, Operations = 400, Patterns = 64 };

    [TestMethod]
    public void A_domain_moves_with_its_memory_and_goes_on_with_its_work()
    {
        Start(Busy);
        bench.Machine.Simulation.RunFor(30_000_000);
        var process = bench.Xl("migrate", "web", "far");
        Assert.AreEqual(0, process.ExitCode, process.Error);
        Assert.IsTrue(bench.Logged(process, "Migration successful."));
        Assert.AreEqual(-1, bench.Machine.DomidOf("web"));
        var there = other.DomidOf("web");
        Assert.IsTrue(otherMonitors.Wait(() => other.Kernel(there) is { Finished: true }, 60 * Monitors.SecondNs));
        Assert.IsNull(otherMonitors.Programs(there));
        Assert.AreEqual("", Violated());
    }

    [TestMethod]
    public void Pages_that_are_written_meanwhile_are_sent_in_further_rounds()
    {
        Start(XlBench.Plan(disks: 0) with { MemoryMib = 16, Patterns = 3000 });
        bench.Machine.Simulation.RunFor(100_000_000);
        var process = bench.Xl("migrate", "web", "far");
        Assert.AreEqual(0, process.ExitCode, process.Error);
        var line = process.Context.Log.Lines.Single(text => text.Contains("rounds,", StringComparison.Ordinal)).Split(' ');
        Assert.IsGreaterThan(1, int.Parse(line[2], CultureInfo.InvariantCulture));
        Assert.IsGreaterThan(4096, int.Parse(line[4], CultureInfo.InvariantCulture));
        Assert.IsLessThan(3000, int.Parse(line[6], CultureInfo.InvariantCulture));
        Assert.IsNull(otherMonitors.Programs(other.DomidOf("web")));
    }

    [TestMethod]
    public void A_domain_can_come_back()
    {
        Start(Busy);
        Assert.AreEqual(0, bench.Code("migrate", "web", "far"));
        Assert.AreEqual(0, otherMonitors.Run("migrate", "web", "dom0").ExitCode);
        var back = bench.Machine.DomidOf("web");
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.Kernel(back) is { Finished: true }, 60 * Monitors.SecondNs));
        Assert.AreEqual(2, bench.Machine.Kernel(back)!.Resumes);
        Assert.IsNull(bench.Monitors.Programs(back));
        Assert.AreEqual("", Violated());
    }

    [TestMethod]
    public void A_target_without_the_image_refuses_and_the_domain_goes_on_here()
    {
        var domid = Start(Busy, share: false);
        var process = bench.Xl("migrate", "web", "far");
        Assert.AreEqual((1, "Migration failed, resuming at sender."), (process.ExitCode, process.Error));
        Assert.AreEqual(domid, bench.Machine.DomidOf("web"));
        Assert.IsNull(bench.Monitors.Programs(domid));
        Assert.AreEqual(1, bench.Machine.Kernel(domid)!.Resumes);
        Assert.AreEqual(1, other.Host.Domains.Count);
        Assert.AreEqual("", Violated());
    }

    [TestMethod]
    public void A_target_without_memory_refuses_and_the_domain_goes_on_here()
    {
        other.Host.Domctl.CreateDomain(other.Host.Dom0, new CreateDomain(), out var hog);
        other.Host.Domctl.MaxMem(other.Host.Dom0, hog, 1 << 20);
        other.Host.MemoryOp.PopulatePhysmap(other.Host.Dom0, hog, other.Host.Memory.FreeFrames - 600, out _);
        var domid = Start(Busy);
        var process = bench.Xl("migrate", "web", "far");
        Assert.AreEqual((1, "Migration failed, resuming at sender."), (process.ExitCode, process.Error));
        Assert.IsNull(bench.Monitors.Programs(domid));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_receiver_that_dies_leaves_its_half_and_the_domain_goes_on_here()
    {
        var domid = Start(Busy);
        var process = XlProcess.Start(bench.Machine.Services, "migrate", "web", "far");
        bench.Monitors.Wait(() => other.DomidOf("web--incoming") > 0, Monitors.SecondNs);
        Receiver().Kill("SIGKILL");
        bench.Monitors.Wait(() => process.ExitCode is not null, Monitors.CommandLimitNs);
        Assert.AreEqual((1, "Migration failed, resuming at sender."), (process.ExitCode, process.Error));
        Assert.IsNull(bench.Monitors.Programs(domid));
        Assert.AreEqual("", bench.Violated());
        Assert.IsGreaterThan(0, other.DomidOf("web--incoming"));
    }

    [TestMethod]
    public void A_target_host_that_crashes_in_the_middle_leaves_the_domain_here()
    {
        var domid = Start(Busy);
        var process = XlProcess.Start(bench.Machine.Services, "migrate", "web", "far");
        bench.Monitors.Wait(() => other.DomidOf("web--incoming") > 0, Monitors.SecondNs);
        other.Host.Crash("power failure");
        bench.Monitors.Wait(() => process.ExitCode is not null, Monitors.CommandLimitNs);
        Assert.AreEqual((1, "Migration failed, resuming at sender."), (process.ExitCode, process.Error));
        Assert.IsFalse(bench.Host.Crashed);
        Assert.IsNull(bench.Monitors.Programs(domid));
    }

    [TestMethod]
    public void A_sender_that_dies_makes_the_receiver_destroy_its_copy()
    {
        Start(Busy);
        var process = XlProcess.Start(bench.Machine.Services, "migrate", "web", "far");
        bench.Monitors.Wait(() => other.DomidOf("web--incoming") > 0, Monitors.SecondNs);
        process.Component.Kill("SIGKILL");
        bench.Settle();
        Assert.AreEqual(1, other.Host.Domains.Count);
        Assert.AreEqual("", string.Join(' ', new Dom0Invariants(other).Check().Where(check => check.Problem is not null)));
    }

    [TestMethod]
    public void A_name_that_is_taken_at_the_target_ends_with_the_domain_here()
    {
        var domid = Start(XlBench.Plan(disks: 0));
        other.Services.Host.Files.WriteText("/etc/xen/web.cfg", $"name='web'; memory=4; kernel='{Machine.KernelPath}'");
        Assert.AreEqual(0, otherMonitors.Run("create", "/etc/xen/web.cfg").ExitCode);
        var process = bench.Xl("migrate", "web", "far");
        Assert.AreEqual((1, "Migration failed due to problems at target."), (process.ExitCode, process.Error));
        Assert.AreEqual(domid, bench.Machine.DomidOf("web"));
        Assert.IsNull(bench.Monitors.Ping(domid));
        Assert.AreEqual(2, other.Host.Domains.Count);
        Assert.AreEqual("", Violated());
    }

    [TestMethod]
    public void A_domain_with_nomigrate_stays()
    {
        var domid = Start(XlBench.Plan(disks: 0) with { Extra = "nomigrate = 1\n" });
        var process = bench.Xl("migrate", "web", "far");
        Assert.AreEqual(1, process.ExitCode);
        Assert.IsNull(bench.Monitors.Ping(domid));
    }

    [TestMethod]
    public void A_host_that_nobody_knows_is_an_error_of_ssh()
    {
        Start(XlBench.Plan(disks: 0));
        var process = bench.Xl("migrate", "web", "nowhere");
        Assert.AreEqual((1, "migration child exited with error status 255"), (process.ExitCode, process.Error));
        Assert.IsTrue(bench.Logged(process, "ssh: Could not resolve hostname nowhere: Name or service not known"));
    }

    private int Start(DomainPlan plan, bool share = true)
    {
        var config = bench.Machine.WriteConfig(plan);
        if (share) bench.Machine.ShareImages(plan, other);
        Assert.AreEqual(0, bench.Code("create", config));
        var domid = bench.Machine.DomidOf(plan.Name);
        Assert.IsNull(bench.Monitors.Ping(domid));
        return domid;
    }

    private Component Receiver() =>
        other.Simulation.Components.Single(component => component.Alive && component.Name == "xl migrate-receive");

    private string Violated() =>
        bench.Violated() + string.Join(' ', new Dom0Invariants(other).Check().Where(check => check.Problem is not null).Select(check => check.ToString()));
}
