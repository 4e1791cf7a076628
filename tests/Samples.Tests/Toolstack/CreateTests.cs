using Xen.Hypervisor;
using Xen.Toolstack.Xl;
using Xen.XenStore;
using Xen.XenWorkloads;

namespace Samples.Tests.Toolstack;

[TestClass]
public sealed class CreateTests
{
    private readonly XlBench bench = new();

    [TestMethod]
    public void A_create_leaves_the_store_as_the_original_does()
    {
        var domid = bench.Create();
        var home = $"/local/domain/{domid}";
        var back = $"/local/domain/0/backend/vbd/{domid}/51712";
        Assert.AreEqual("web", bench.Read(home + "/name"));
        Assert.AreEqual("4096", bench.Read(home + "/memory/target"));
        Assert.AreEqual("online", bench.Read(home + "/cpu/0/availability"));
        Assert.AreEqual("xenconsoled", bench.Read(home + "/console/type"));
        Assert.AreEqual($"/dev/pts/{domid}", bench.Read(home + "/console/tty"));
        Assert.AreEqual(back, bench.Read(home + "/device/vbd/51712/backend"));
        Assert.AreEqual("connected", bench.Read(back + "/hotplug-status"));
        Assert.AreEqual("7:0", bench.Read(back + "/physical-device"));
        Assert.AreEqual("/etc/xen/scripts/block", bench.Read(back + "/script"));
        Assert.AreEqual("pv", bench.Read($"/libxl/{domid}/type"));
        Assert.AreEqual($"n{domid},r0", Permissions(home + "/device/vbd/51712"));
        Assert.AreEqual($"n0,r{domid}", Permissions(back));
        Assert.AreEqual("n0", Permissions($"/libxl/{domid}"));
        Assert.AreEqual($"n{domid}", Permissions(home + "/control/shutdown"));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_missing_image_fails_the_create_and_leaves_nothing()
    {
        var config = bench.Machine.WriteConfig(XlBench.Plan());
        bench.Files.Delete(XlBench.Plan().ImagePath(0));
        var before = bench.Store();
        var process = bench.Xl("create", config);
        Assert.AreEqual(3, process.ExitCode);
        Assert.IsTrue(process.Context.Log.Lines.Any(line => line.EndsWith("script: /srv/images/web-xvda.img does not exist.", StringComparison.Ordinal)));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, bench.Store());
    }

    [TestMethod]
    public void A_name_that_is_taken_is_refused_and_leaves_nothing()
    {
        bench.Create();
        var before = bench.Store();
        Assert.AreEqual(6, bench.Code("create", "/etc/xen/web.cfg"));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, bench.Store());
    }

    [TestMethod]
    public void A_backend_that_never_comes_up_ends_in_a_timeout_and_leaves_nothing()
    {
        bench.Machine.Blkback!.Xenbus.Component.Exit();
        var before = bench.Store();
        var start = bench.Machine.Simulation.Now;
        var process = bench.Xl("create", bench.Machine.WriteConfig(XlBench.Plan()));
        Assert.AreEqual(9, process.ExitCode);

        // Ten seconds for the device to come up, then ten for it to go away.
        Assert.AreEqual(20, (bench.Machine.Simulation.Now - start) / Monitors.SecondNs);
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, bench.Store());
    }

    [TestMethod]
    public void Without_a_console_daemon_a_create_ends_in_a_timeout()
    {
        bench.Machine.Simulation.Components.Single(component => component.Name == "xenconsoled").Kill("SIGKILL");
        Assert.AreEqual(9, bench.Code("create", bench.Machine.WriteConfig(XlBench.Plan())));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_kernel_that_is_none_fails_the_create_and_leaves_nothing()
    {
        bench.Files.WriteText(Machine.KernelPath, "MZ");
        Assert.AreEqual(3, bench.Code("create", bench.Machine.WriteConfig(XlBench.Plan())));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_domain_that_is_too_large_is_refused()
    {
        bench.Files.WriteText("/etc/xen/big.cfg", $"name='big'; memory=4000; kernel='{Machine.KernelPath}'");
        var process = bench.Xl("create", "/etc/xen/big.cfg");
        Assert.AreEqual(3, process.ExitCode);
        Assert.AreEqual("failed to free memory for the domain", process.Error);
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    [DataRow("disk = [ 'vdev=xvda,script=block,target=/srv/images/web-xvda.img', 'vdev=d0p0,script=block,target=/srv/images/other.img' ]", 17, "device already exists in xenstore: /libxl/1/device/vbd/51712", DisplayName = "one number for two disks")]
    [DataRow("vif = [ 'devid=0', 'devid=0' ]", 17, "device already exists in xenstore: /libxl/1/device/vif/0", DisplayName = "one number for two cards")]
    public void A_device_that_is_there_twice_fails_the_create_and_leaves_nothing(string devices, int code, string error)
    {
        var config = bench.Machine.WriteConfig(XlBench.Plan());
        bench.Files.Write("/srv/images/other.img", new byte[4096]);
        bench.Files.WriteText(config, $"name = 'web'\nkernel = '{Machine.KernelPath}'\nmemory = 4\n{devices}\n");
        var before = bench.Store();
        var process = bench.Xl("create", config);
        Assert.AreEqual(code, process.ExitCode);
        Assert.IsTrue(bench.Logged(process, error), string.Join('\n', process.Context.Log.Lines));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, bench.Store());
    }

    [TestMethod]
    [DataRow("type = 'hvm'", 4, "domain type hvm is not supported on this host")]
    [DataRow("type = 'pvh'", 4, "domain type pvh is not supported on this host")]
    [DataRow("disk = [ 'format=raw,vdev=xvda,backendtype=qdisk,script=block,target=/srv/images/web-xvda.img' ]", 6, "Disk vdev=xvda, backend qdisk not compatible with script=block")]
    [DataRow("disk = [ 'format=raw,vdev=xvda,specification=virtio,target=/srv/images/web-xvda.img' ]", 6, "virtio disks need a device model that this host does not have")]
    [DataRow("disk = [ 'format=raw,vdev=xvda,backendtype=tap,target=/srv/images/web-xvda.img' ]", 6, "no suitable backend for disk xvda")]
    [DataRow("disk = [ 'format=qcow2,vdev=xvda,target=/srv/images/web-xvda.img' ]", 6, "no suitable backend for disk xvda")]
    [DataRow("disk = [ 'format=raw,vdev=hdz,script=block,target=/srv/images/web-xvda.img' ]", 6, "Invalid or unsupported virtual disk identifier hdz")]
    public void What_the_device_model_does_not_serve_is_refused_and_leaves_nothing(string line, int code, string error)
    {
        var config = bench.Machine.WriteConfig(XlBench.Plan());
        bench.Files.WriteText(config, $"name = 'web'\nkernel = '{Machine.KernelPath}'\nmemory = 4\n{line}\n");
        var before = bench.Store();
        var process = bench.Xl("create", config);
        Assert.AreEqual(code, process.ExitCode);
        Assert.IsTrue(bench.Logged(process, error), string.Join('\n', process.Context.Log.Lines));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, bench.Store());
    }

    [TestMethod]
    public void An_image_is_not_shared_by_two_writers()
    {
        bench.Create();
        var thief = bench.Machine.WriteConfig(XlBench.Plan("thief"));
        var text = bench.Files.ReadText(thief)!;
        bench.Files.WriteText(thief, text.Replace("thief-xvda", "web-xvda", StringComparison.Ordinal));
        var process = bench.Xl("create", thief);
        Assert.AreEqual(3, process.ExitCode);
        Assert.IsTrue(process.Context.Log.Lines.Any(line => line.Contains("mapped in a read-write mode", StringComparison.Ordinal)));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_lock_that_a_dead_process_left_ends_a_create_by_its_own_limit()
    {
        bench.Files.WriteText(XlCreateDomain.LockPath, "dead");
        var process = bench.Xl("create", bench.Machine.WriteConfig(XlBench.Plan()));
        Assert.AreEqual(1, process.ExitCode);
        Assert.AreEqual("unable to acquire the lock of xl", process.Error);
    }

    [TestMethod]
    public void A_stale_lock_of_the_hotplug_script_ends_a_create_and_stays()
    {
        bench.Files.WriteText(Xen.Toolstack.Hotplug.BlockScript.LockPath, "dead");
        var start = bench.Machine.Simulation.Now;
        var process = bench.Xl("create", bench.Machine.WriteConfig(XlBench.Plan()));
        Assert.AreEqual(3, process.ExitCode);
        Assert.IsTrue(bench.Logged(process, "/etc/xen/scripts/block add: killed after 40 seconds"));
        Assert.IsGreaterThanOrEqualTo(40, (bench.Machine.Simulation.Now - start) / Monitors.SecondNs);
        Assert.AreEqual("locks-released", bench.Violated());
    }

    [TestMethod]
    public void Without_xenstored_a_create_fails()
    {
        bench.Machine.Xenstored.Component.Kill("SIGSEGV");
        Assert.AreNotEqual(0, bench.Code("create", bench.Machine.WriteConfig(XlBench.Plan())));
    }

    [TestMethod]
    public void A_paused_domain_waits_for_its_unpause()
    {
        Assert.AreEqual(0, bench.Code("create", "-p", bench.Machine.WriteConfig(XlBench.Plan())));
        var domid = bench.Machine.DomidOf("web");
        bench.Settle();
        Assert.IsNull(bench.Machine.Kernel(domid));
        Assert.AreEqual(0, bench.Code("unpause", "web"));
        Assert.IsNull(bench.Monitors.Ping(domid));
    }

    [TestMethod]
    [DataRow("create", "-n")]
    [DataRow("create", "--dryrun")]
    [DataRow("-N", "create")]
    public void A_dry_run_prints_the_configuration_and_makes_nothing(string first, string second)
    {
        var process = bench.Xl(first, second, bench.Machine.WriteConfig(XlBench.Plan()), "vcpus=3");
        Assert.AreEqual(0, process.ExitCode);
        StringAssert.Contains(process.Output, "\"max_vcpus\": 3");
        Assert.AreEqual(1, bench.Host.Domains.Count);
    }

    [TestMethod]
    public void Two_files_are_exit_code_2() => Assert.AreEqual(2, bench.Code("create", "a.cfg", "b.cfg"));

    [TestMethod]
    public void Two_creates_at_the_same_time_both_succeed()
    {
        var first = XlProcess.Start(bench.Machine.Services, "create", bench.Machine.WriteConfig(XlBench.Plan("one")));
        var second = XlProcess.Start(bench.Machine.Services, "create", bench.Machine.WriteConfig(XlBench.Plan("two")));
        bench.Monitors.Wait(() => first.ExitCode is not null && second.ExitCode is not null, Monitors.CommandLimitNs);
        Assert.AreEqual((0, 0), (first.ExitCode, second.ExitCode));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void The_log_has_the_librarys_form()
    {
        bench.Machine.WriteConfig(XlBench.Plan());
        bench.Files.Delete(XlBench.Plan().ImagePath(0));
        var process = bench.Xl("create", "/etc/xen/web.cfg");
        var errors = process.Context.Log.Lines.Where(line => line.StartsWith("libxl: error:", StringComparison.Ordinal)).ToList();
        Assert.IsNotEmpty(errors);
        foreach (var line in errors) StringAssert.Matches(line, new(@"^libxl: error: \w+\.cs:\d+:\w+: (Domain \d+:)?.+$"));
    }

    [TestMethod]
    [DataRow("-v", false)]
    [DataRow("-vvvv", true)]
    public void A_verbose_command_shows_what_the_library_does(string option, bool debug)
    {
        var process = bench.Xl(option, "create", bench.Machine.WriteConfig(XlBench.Plan()));
        Assert.AreEqual((0, ""), (process.ExitCode, process.Error));
        Assert.AreEqual(debug, process.ErrorLines.Any(line => line.StartsWith("libxl: debug: ", StringComparison.Ordinal)));
    }

    private string Permissions(string path) => bench.Machine.Xenstored.Tree.Find(path)!.Permissions.ToString();
}
