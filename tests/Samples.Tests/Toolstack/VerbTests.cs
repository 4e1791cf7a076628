using System.Text.Json;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.Toolstack.Xl;
using Xen.XenWorkloads;

namespace Samples.Tests.Toolstack;

/// <summary>Small verbs, options, and what the daemon does when a domain goes down.</summary>
[TestClass]
public sealed class VerbTests
{
    private readonly XlBench bench = new();

    [TestMethod]
    public void Help_lists_every_verb_and_explains_one()
    {
        var overview = bench.Xl("help").Output;
        foreach (var verb in XlVerbs.All.Where(verb => verb.Name != "migrate-receive")) StringAssert.Contains(overview, $"\n {verb.Name} ");
        StringAssert.StartsWith(bench.Xl("help", "save").Output, "Usage: xl [-vfN] save [options] <Domain> <CheckpointFile> [<ConfigFile>]\n\nSave a domain state to restore later.\n\nOptions:");
        Assert.AreEqual(bench.Xl("help", "save").Output, bench.Xl("save", "-h").Output);
    }

    [TestMethod]
    [DataRow("help frobnicate", "command not implemented: frobnicate")]
    [DataRow("-x list", "unknown global option")]
    [DataRow("sysrq 0 help", "Invalid sysrq: help")]
    [DataRow("list nobody", "nobody is an invalid domain identifier (rc=-6)")]
    [DataRow("list 99", "Error: Domain '99' does not exist.")]
    [DataRow("uptime nobody", "nobody is an invalid domain identifier (rc=-6)")]
    [DataRow("console nobody", "nobody is an invalid domain identifier (rc=-6)")]
    public void A_mistake_is_exit_code_1_and_one_line(string line, string error)
    {
        var process = bench.Xl(line.Split(' '));
        Assert.AreEqual((1, error), (process.ExitCode, process.Error));
    }

    [TestMethod]
    [DataRow("list -x", "option `x' not supported.")]
    [DataRow("list -lx", "option `x' not supported.")]
    [DataRow("create -c /etc/xen/web.cfg", "option `c' not supported.")]
    [DataRow("shutdown --everything", "option `--everything' not supported.")]
    [DataRow("shutdown --all=yes", "option `--all' not supported.")]
    [DataRow("mem-set web -5", "option `5' not supported.")]
    public void An_option_that_the_verb_does_not_have_is_exit_code_2(string line, string error)
    {
        var process = bench.Xl(line.Split(' '));
        Assert.AreEqual((2, error), (process.ExitCode, process.Error));
    }

    [TestMethod]
    [DataRow("-l -v", "-lv web", "-l -v web")]
    [DataRow("long", "web --long", "web -l")]
    [DataRow("a long name that is cut short", "--weig=5 --dom web", "-w 5 -d web")]
    [DataRow("a value at its letter", "-w5 -dweb", "-w 5 -d web")]
    [DataRow("a value that looks like an option", "-d -l", "-d -l")]
    [DataRow("no option: a dash", "web - -l", "web - -l")]
    [DataRow("no option: behind two dashes", "-l -- -v", "-l -v")]
    [DataRow("an option without an effect", "--live web", "web")]
    public void An_option_may_be_spelled_in_all_the_ways_of_getopt(string _, string given, string spelled)
    {
        var arguments = given.Split(' ').ToList();
        Assert.IsNull(XlOptions.Respell("l=long v=verbose w:=weight d:=domain =live", arguments));
        Assert.AreEqual(spelled, string.Join(' ', arguments));
    }

    [TestMethod]
    public void A_create_says_which_file_it_reads_unless_it_is_to_be_quiet()
    {
        var config = bench.Machine.WriteConfig(XlBench.Plan(disks: 0));
        Assert.AreEqual($"Parsing config from {config}\n", bench.Xl("create", config).Output);
        Assert.AreEqual(0, bench.Code("destroy", "web"));
        Assert.AreEqual("", bench.Xl("create", "-qp", config).Output);
    }

    [TestMethod]
    public void Guests_are_listed_by_their_UUID_and_without_Domain_0()
    {
        var domid = bench.Create(XlBench.Plan(disks: 0));
        var uuid = bench.Host.FindDomain(domid)!.Handle;
        Assert.AreEqual($"UUID                                  ID    name\n{uuid}  {domid}     web\n", bench.Xl("vm-list").Output);
    }

    [TestMethod]
    public void A_name_and_an_id_lead_to_each_other()
    {
        var domid = bench.Create(XlBench.Plan(disks: 0));
        Assert.AreEqual(($"{domid}\n", "web\n"), (bench.Xl("domid", "web").Output, bench.Xl("domname", $"{domid}").Output));
        Assert.AreEqual("Can't get domid of domain name 'nobody', maybe this domain does not exist.", bench.Xl("domid", "nobody").Error);
        Assert.AreEqual("Can't get domain name of domain id '99', maybe this domain does not exist.", bench.Xl("domname", "99").Error);
    }

    [TestMethod]
    public void The_verbose_list_has_the_UUID_and_why_a_domain_went_down()
    {
        Assert.AreEqual(0, bench.Code("create", bench.Machine.WriteConfig(XlBench.Plan(disks: 0)), "on_crash='preserve'"));
        var domid = bench.Machine.DomidOf("web");
        Assert.IsNull(bench.Monitors.Ping(domid));
        bench.Host.Sched.RemoteShutdown(bench.Host.Dom0, domid, ShutdownReason.Crash);
        bench.Settle();
        StringAssert.Matches(bench.Xl("list", "-v", "web").Output.Split('\n')[1], new($@"^web {{38}}    1     4     1     -b-sc- {{2}} {{3,}}\d+\.\d {bench.Host.FindDomain(domid)!.Handle}        3                -$"));
    }

    [TestMethod]
    [DataRow("config-update")]
    [DataRow("trigger")]
    [DataRow("cpupool-list")]
    [DataRow("top")]
    [DataRow("vncviewer")]
    [DataRow("cd-insert")]
    [DataRow("usbdev-attach")]
    [DataRow("pci-list")]
    [DataRow("remus")]
    [DataRow("psr-hwinfo")]
    public void A_verb_that_is_not_ported_says_so(string verb)
    {
        Assert.AreEqual($"command not implemented: {verb}", bench.Xl(verb).Error);
    }

    [TestMethod]
    public void A_core_of_a_running_domain_can_be_taken()
    {
        bench.Create(XlBench.Plan(disks: 0));
        Assert.AreEqual(0, bench.Code("dump-core", "web", "/tmp/web.core"));
        Assert.IsTrue(bench.Files.Open("/tmp/web.core").AsSpan().StartsWith("\u007FELF"u8));
        Assert.IsNull(bench.Monitors.Heartbeat());
    }

    [TestMethod]
    public void The_uptime_counts_from_the_creation()
    {
        bench.Create(XlBench.Plan(disks: 0));
        bench.Machine.Simulation.RunFor(3661 * Monitors.SecondNs);
        var lines = bench.Xl("uptime").Output.Split('\n');
        Assert.AreEqual("Name                                ID Uptime", lines[0]);
        StringAssert.Matches(lines[2], new(@"^web {34}1  1:01:0[0-9]$"));
        Assert.AreEqual(1, bench.Xl("uptime", "-s", "web").Output.Split('\n').Count(line => line.StartsWith("web: up 1:01:", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void The_console_shows_what_the_guest_has_printed()
    {
        bench.Create(XlBench.Plan(disks: 0) with { ConsoleBeatMs = 100 });
        bench.Machine.Simulation.RunFor(Monitors.SecondNs);
        StringAssert.Contains(bench.Xl("console", "web").Output, "Linux version 6.1 booting");
        StringAssert.Contains(bench.Xl("console", "web").Output, "heartbeat");
    }

    [TestMethod]
    public void The_hypervisors_messages_are_shown_and_cleared()
    {
        var domid = bench.Create(XlBench.Plan(disks: 0));
        bench.Host.Sched.RemoteShutdown(bench.Host.Dom0, domid, ShutdownReason.Crash);
        StringAssert.Contains(bench.Xl("dmesg", "-c").Output, $"domain_crash called for d{domid}");
        Assert.AreEqual("\n", bench.Xl("dmesg").Output);
    }

    [TestMethod]
    public void Info_answers_one_key_without_its_name()
    {
        Assert.AreEqual("4.17.5\n", bench.Xl("info", "xen_version").Output);
        StringAssert.Contains(bench.Xl("info").Output, "xen_scheduler          : credit2");
    }

    [TestMethod]
    public void The_long_list_is_the_stored_configuration()
    {
        var domid = bench.Create();
        using var json = JsonDocument.Parse(bench.Xl("list", "-l").Output);
        var entry = json.RootElement[0];
        Assert.AreEqual(domid, entry.GetProperty("domid").GetInt32());
        Assert.AreEqual("web", entry.GetProperty("config").GetProperty("c_info").GetProperty("name").GetString());
    }

    [TestMethod]
    public void Claims_are_the_list_with_one_more_column()
    {
        bench.Create(XlBench.Plan(disks: 0));
        var lines = bench.Xl("claims").Output.Split('\n');
        StringAssert.EndsWith(lines[0], "\tState\tTime(s)  Claimed");
        StringAssert.EndsWith(lines[2], "     0");
    }

    [TestMethod]
    public void A_sysrq_reaches_the_guests_node()
    {
        var domid = bench.Create(XlBench.Plan(disks: 0));
        Assert.AreEqual(0, bench.Code("sysrq", "web", "s"));
        Assert.AreEqual("s", bench.Read($"/local/domain/{domid}/control/sysrq"));
    }

    [TestMethod]
    public void All_guests_can_be_shut_down_at_once()
    {
        bench.Create(XlBench.Plan("one", 0));
        bench.Create(XlBench.Plan("two", 0));
        Assert.AreEqual(0, bench.Code("shutdown", "--all", "-wF"));
        bench.Settle();
        Assert.AreEqual(1, bench.Host.Domains.Count);
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void All_guests_can_be_paused_and_unpaused_at_once()
    {
        bench.Create(XlBench.Plan("one", 0));
        bench.Create(XlBench.Plan("two", 0));
        Assert.AreEqual(0, bench.Code("pause", "-a"));
        Assert.IsTrue(bench.Host.Domains.Skip(1).All(domain => domain.ControllerPauseCount == 1));
        Assert.AreEqual(0, bench.Code("unpause", "-a"));
        Assert.IsTrue(bench.Host.Domains.Skip(1).All(domain => domain.IsRunning));
    }

    [TestMethod]
    public void Without_PV_control_the_fallback_is_tried_when_it_is_allowed()
    {
        var domid = bench.Create(XlBench.Plan(disks: 0));
        bench.Write($"/local/domain/{domid}/control/feature-poweroff", "0");
        var plain = bench.Xl("shutdown", "web");
        Assert.IsTrue(bench.Logged(plain, "Use \"-F\" to fallback to ACPI power button event."));
        var fallback = bench.Xl("shutdown", "-F", "web");
        Assert.AreEqual(1, fallback.ExitCode);
        Assert.IsTrue(bench.Logged(fallback, "PV control interface not available: sending ACPI power button event."));
        Assert.IsTrue(bench.Logged(fallback, "Send trigger 'power' failed: ENOSYS"));
    }

    [TestMethod]
    public void A_domain_that_is_preserved_has_another_name_and_another_UUID()
    {
        Assert.AreEqual(0, bench.Code("create", bench.Machine.WriteConfig(XlBench.Plan(disks: 0)), "on_reboot='rename-restart'"));
        var domid = bench.Machine.DomidOf("web");
        Assert.IsNull(bench.Monitors.Ping(domid));
        var uuid = bench.Host.FindDomain(domid)!.Handle;
        Assert.AreEqual(0, bench.Code("reboot", "web"));
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.DomidOf("web") > domid, 10 * Monitors.SecondNs));
        Assert.AreEqual("web-19700101T0000Z", bench.Machine.NameOf(domid));
        Assert.AreEqual(uuid, bench.Host.FindDomain(bench.Machine.DomidOf("web"))!.Handle);
        Assert.AreNotEqual(uuid, bench.Host.FindDomain(domid)!.Handle);
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(0, bench.Code("destroy", "web-19700101T0000Z"));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    [DataRow("coredump-destroy", 0)]
    [DataRow("coredump-restart", 1)]
    public void A_core_of_a_crashed_domain_is_kept(string action, int guests)
    {
        Assert.AreEqual(0, bench.Code("create", bench.Machine.WriteConfig(XlBench.Plan(disks: 0)), $"on_crash='{action}'"));
        var domid = bench.Machine.DomidOf("web");
        Assert.IsNull(bench.Monitors.Ping(domid));
        bench.Host.Sched.RemoteShutdown(bench.Host.Dom0, domid, ShutdownReason.Crash);
        bench.Machine.Simulation.RunFor(10 * Monitors.SecondNs);
        var core = bench.Files.Open($"{CoreDump.Directory}/web")!;
        Assert.IsTrue(core.AsSpan().StartsWith("\u007FELF"u8));
        Assert.IsGreaterThan(4 << 20, core.Length);
        Assert.AreEqual(guests, bench.Host.Domains.Count - 1);
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_full_disk_fails_a_create_and_leaves_nothing()
    {
        var config = bench.Machine.WriteConfig(XlBench.Plan());
        var before = bench.Store();
        bench.Files.CapacityBytes = bench.Files.UsedBytes + 50;
        var process = bench.Xl("create", config);
        Assert.AreEqual(3, process.ExitCode);
        Assert.IsTrue(process.Context.Log.Lines.Any(line => line.EndsWith("No space left on device", StringComparison.Ordinal)));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, bench.Store());
    }

    [TestMethod]
    [DataRow("memory = 4", "Domain name must be specified.")]
    [DataRow("name = 'a'\nmemory = 'lots'", "no kernel and no bootloader specified")]
    [DataRow("name = 'a' memory = 4", "Failed to parse config: /etc/xen/bad.cfg:1: config parsing error near `memory': syntax error")]
    [DataRow("name = 'a'\nvcpus = 0", "vcpus 0 is out of range")]
    [DataRow("name = 'a'\nmemory = -1", "Failed to parse config: /etc/xen/bad.cfg:2: config parsing error near `-': syntax error")]
    [DataRow("name = 'a'\ncpus = '9-2'", "failed to parse cpu range 9-2")]
    [DataRow("name = 'a'\ncpu_weight = 70000", "cpu_weight 70000 is out of range")]
    [DataRow("name = 'a'\non_crash = 'explode'", "Unknown on_crash action \"explode\" specified")]
    [DataRow("name = 'a'\ntype = 'mainframe'", "Invalid domain type mainframe.")]
    [DataRow("name = 'a'\ndisk = [ 'format=raw,vdev=xvda,vdev=xvdb,target=/x' ]", "config parsing error in disk specification: vdev respecified in `format=raw,vdev=xvda,vdev=xvdb,target=/x'")]
    [DataRow("name = 'a'\ndisk = [ 'x,raw,xvda,w,more' ]", "config parsing error in disk specification: too many positional parameters in `x,raw,xvda,w,more'")]
    public void A_malformed_configuration_is_refused_and_leaves_nothing(string text, string error)
    {
        bench.Create(XlBench.Plan("neighbour"));
        bench.Settle();
        var before = bench.Store();
        bench.Files.WriteText("/etc/xen/bad.cfg", text + "\n");
        var process = bench.Xl("create", "/etc/xen/bad.cfg");
        Assert.AreNotEqual(0, process.ExitCode);
        Assert.IsTrue(bench.Logged(process, error), string.Join('\n', process.Context.Log.Lines));
        Assert.AreEqual(before, bench.Store());
        Assert.IsNull(bench.Monitors.DiskReadBack(bench.Machine.DomidOf("neighbour")));
        Assert.AreEqual("", bench.Violated());
    }
}
