using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.XenWorkloads;

namespace Samples.Tests.Toolstack;

/// <summary>Device models of PV guests: processes of Dom0 that serve disks by backendtype=qdisk.</summary>
[TestClass]
public sealed class DeviceModelTests
{
    private readonly XlBench bench = new();

    [TestMethod]
    public void A_qdisk_is_served_by_a_device_model_without_a_hotplug_script()
    {
        var domid = Create();
        var back = $"/local/domain/0/backend/qdisk/{domid}/51712";
        Assert.AreEqual(back, bench.Read($"/local/domain/{domid}/device/vbd/51712/backend"));
        Assert.AreEqual("aio:/srv/images/web-xvda.img", bench.Read(back + "/params"));
        Assert.AreEqual("qdisk", bench.Read(back + "/type"));
        Assert.IsNull(bench.Read(back + "/script"));
        Assert.IsNull(bench.Read(back + "/hotplug-status"));
        Assert.IsNull(bench.Read(back + "/feature-persistent"));
        Assert.AreEqual("4", bench.Read(back + "/state"));
        Assert.AreEqual("running", bench.Read(LibxlDm.XsPath(domid) + "/state"));
        Assert.AreEqual("qemu_xen", bench.Read($"/libxl/{domid}/dm-version"));
        Assert.IsNotNull(bench.Read($"/local/domain/{domid}/image/device-model-pid"));
        Assert.IsTrue(DeviceModel(domid).Alive);
        Assert.IsEmpty(bench.Host.LoopDevices.Attached);
        Assert.IsTrue(bench.Files.Open("/srv/images/web-xvda.img")!.Any(b => b != 0), "the guest's blocks are not in the image");
        Assert.IsNull(bench.Monitors.Ping(domid));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_file_without_script_and_backendtype_is_a_qdisk_too()
    {
        var domid = Create("");
        Assert.AreEqual("qdisk", bench.Read($"/local/domain/0/backend/qdisk/{domid}/51712/type"));
    }

    [TestMethod]
    public void The_device_model_gets_the_arguments_of_the_original()
    {
        var process = bench.Xl("create", Config());
        var line = process.Context.Log.Lines.Single(line => line.Contains("Spawning device-model ", StringComparison.Ordinal));
        StringAssert.EndsWith(line, "/usr/lib/xen/bin/qemu-system-i386 with arguments: -xen-domid 1 -no-shutdown -chardev socket,id=libxl-cmd,path=/run/xen/qmp-libxl-1,server=on,wait=off "
            + "-mon chardev=libxl-cmd,mode=control -nodefaults -no-user-config -xen-attach -name web -vnc none -display none -machine xenpv -m 4");
    }

    [TestMethod]
    public void A_destroy_ends_the_device_model_and_leaves_nothing()
    {
        Config();
        var before = Store();
        var domid = Create();
        var model = DeviceModel(domid);
        Assert.AreEqual(0, bench.Code("destroy", "web"));
        Assert.AreEqual("SIGHUP", model.Death);
        Assert.IsFalse(bench.Files.Exists($"/run/xen/qmp-libxl-{domid}"));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, Store());
    }

    [TestMethod]
    public void A_device_model_that_is_not_installed_fails_the_create_and_leaves_nothing()
    {
        bench.Host.Executables.Remove(LibxlDm.ProgramPath);
        Fails(3, "device model /usr/lib/xen/bin/qemu-system-i386 is not executable");
    }

    [TestMethod]
    public void A_device_model_that_dies_before_it_runs_fails_the_create_and_leaves_nothing()
    {
        bench.Host.Executables.Install(LibxlDm.ProgramPath, (process, _) => process.Kill("SIGSEGV"));
        Fails(3, "domain 1 device model [1001] died: SIGSEGV");
    }

    [TestMethod]
    public void A_device_model_that_never_says_that_it_runs_is_killed_after_a_minute()
    {
        Component? model = null;
        bench.Host.Executables.Install(LibxlDm.ProgramPath, (process, _) => model = process);
        var start = bench.Machine.Simulation.Now;
        Fails(9, "domain 1 device model: startup timed out");
        Assert.IsGreaterThanOrEqualTo(60, (bench.Machine.Simulation.Now - start) / Monitors.SecondNs);
        Assert.AreEqual("SIGKILL", model!.Death);
    }

    [TestMethod]
    public void A_device_model_that_is_killed_costs_its_disks_and_nobody_else()
    {
        var domid = Create();
        bench.Create(XlBench.Plan("other"));
        DeviceModel(domid).Kill("SIGKILL");
        Assert.IsNull(bench.Monitors.Ping(bench.Machine.DomidOf("other")));
        StringAssert.Contains(bench.Violated(), Dom0Invariants.Processes);
        Assert.AreEqual(0, bench.Code("destroy", "web"));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_qdisk_works_again_after_save_and_restore()
    {
        var domid = Create(rounds: 400);
        var model = DeviceModel(domid);
        Assert.AreEqual(0, bench.Code("save", "web", "/tmp/web.save"));
        Assert.IsFalse(model.Alive);
        Assert.AreEqual(0, bench.Code("restore", "/tmp/web.save"));
        var restored = bench.Machine.DomidOf("web");
        Assert.AreNotEqual(domid, restored);
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.Kernel(restored) is { Finished: true }, 600 * Monitors.SecondNs), "the guest does not finish after its restore");
        Assert.IsTrue(DeviceModel(restored).Alive);
        Assert.AreEqual("4", bench.Read($"/local/domain/0/backend/qdisk/{restored}/51712/state"));
        Assert.IsNull(bench.Monitors.Ping(restored));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_qdisk_comes_and_goes_while_the_guest_runs()
    {
        Create();
        bench.Files.Write("/srv/images/second.img", new byte[32768]);
        Assert.AreEqual(0, bench.Code("block-attach", "web", "format=raw,vdev=xvdb,backendtype=qdisk,target=/srv/images/second.img"));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(0, bench.Code("block-detach", "web", "xvdb"));
        Assert.AreEqual("", bench.Violated());
        Assert.IsFalse(bench.Xl("block-list", "web").Output.Contains("51728", StringComparison.Ordinal));
    }

    [TestMethod]
    public void A_qdisk_for_a_guest_without_device_model_is_refused()
    {
        bench.Create();
        bench.Files.Write("/srv/images/second.img", new byte[32768]);
        var process = bench.Xl("block-attach", "web", "format=raw,vdev=xvdb,backendtype=qdisk,target=/srv/images/second.img");
        Assert.AreEqual(1, process.ExitCode);
        Assert.IsTrue(bench.Logged(process, "device model required but not running"));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_framebuffer_is_refused()
    {
        var config = Config();
        bench.Files.AppendText(config, "vfb = [ 'vnc=1' ]\n");
        var process = bench.Xl("create", config);
        Assert.AreEqual(1, process.ExitCode);
        StringAssert.Contains(process.Error, "vfb is not supported");
    }

    private Component DeviceModel(int domid) =>
        bench.Machine.Simulation.Components.Single(component => component.Name == $"{LibxlDm.ProcessPrefix}dom{domid}");

    /// <summary>The configuration of a guest whose disk has no script.</summary>
    private string Config(string backend = "backendtype=qdisk, ", int rounds = 1)
    {
        var config = bench.Machine.WriteConfig(XlBench.Plan() with { Rounds = rounds });
        var text = bench.Files.ReadText(config)!;
        bench.Files.WriteText(config, text.Replace("script=block, ", backend, StringComparison.Ordinal));
        return config;
    }

    private int Create(string backend = "backendtype=qdisk, ", int rounds = 1)
    {
        var process = bench.Xl("create", Config(backend, rounds));
        Assert.AreEqual(0, process.ExitCode, string.Join('\n', process.Context.Log.Lines));
        var domid = bench.Machine.DomidOf("web");
        if (rounds == 1) Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.Kernel(domid) is { Finished: true }, 60 * Monitors.SecondNs), "the guest does not finish");
        return domid;
    }

    private void Fails(int code, string error)
    {
        var config = Config();
        var before = Store();
        var process = bench.Xl("create", config);
        Assert.AreEqual(code, process.ExitCode);
        Assert.IsTrue(bench.Logged(process, error), string.Join('\n', process.Context.Log.Lines));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, Store());
    }

    /// <summary>The store without the directory of all device models, which stays empty.</summary>
    private string Store() => string.Join('\n', bench.Store().Split('\n').Where(line => !line.StartsWith("/local/domain/0/device-model= ", StringComparison.Ordinal)));
}
