using Xen.Guests;
using Xen.Hypervisor.Network;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;
using Xen.XenWorkloads;

namespace Samples.Tests.Toolstack;

/// <summary>Network cards through the toolstack: configuration, run time, hotplug script.</summary>
[TestClass]
public sealed class NetworkTests
{
    private readonly XlBench bench = new();

    public static DomainPlan Server(string name = "server") =>
        XlBench.Plan(name, disks: 0) with { Role = GuestManifest.ObjectServer, Ip = new Ipv4Address(0x0A000001) };

    public static DomainPlan Client(string name = "client", uint index = 2) => XlBench.Plan(name, disks: 0) with
    {
        Role = GuestManifest.ObjectClient, Ip = new Ipv4Address(0x0A000000 + index), Server = new Ipv4Address(0x0A000001),
    };

    [TestMethod]
    public void Two_domains_from_their_configurations_talk_to_each_other()
    {
        bench.Create(Server());
        var client = bench.Machine.Kernel(bench.Create(Client()))!.Client!;
        Assert.AreEqual((NetworkOutcome.Ok, null, 10), (client.Outcome, client.Detail, client.Completed));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    [DataRow(2, 2, DisplayName = "one for each virtual CPU")]
    [DataRow(3, 2, DisplayName = "not more than the back-end has CPUs")]
    public void Guests_with_several_virtual_cpus_use_several_queues(int vcpus, int queues)
    {
        var server = bench.Machine.Kernel(bench.Create(Server() with { Vcpus = vcpus }))!;
        var client = bench.Machine.Kernel(bench.Create(Client() with { Vcpus = vcpus, Requests = 40 }))!;
        Assert.AreEqual((NetworkOutcome.Ok, null, 40), (client.Client!.Outcome, client.Client.Detail, client.Client.Completed));
        foreach (var kernel in new[] { server, client })
        {
            Assert.AreEqual($"{queues}", bench.Read($"/local/domain/{kernel.Domain.Id}/device/vif/0/multi-queue-num-queues"));
            Assert.HasCount(queues, kernel.Networks[0].Card.Queues);
            foreach (var queue in kernel.Networks[0].Card.Queues) Assert.IsGreaterThan(0u, RequestProducer(kernel, queue.TxReference), $"queue {queue.Id} has sent nothing");
        }
        Assert.AreEqual("", bench.Violated());

        uint RequestProducer(GuestKernel kernel, uint reference) =>
            bench.Host.Dom0.GrantTable.Maptrack.Single(mapping => mapping.InUse && mapping.Granter == kernel.Domain && mapping.Reference == reference).Page!.ReadUInt32(0);
    }

    [TestMethod]
    public void The_store_holds_what_a_card_needs_on_both_sides()
    {
        var domid = bench.Create(Server() with { VifWords = "rate=80Mb/s,ip=10.0.0.1" });
        var back = $"/local/domain/0/backend/vif/{domid}/0";
        var front = $"/local/domain/{domid}/device/vif/0";
        Assert.AreEqual((front, $"{domid}", "1", "4", "/etc/xen/scripts/vif-bridge"),
            (bench.Read(back + "/frontend"), bench.Read(back + "/frontend-id"), bench.Read(back + "/online"), bench.Read(back + "/state"), bench.Read(back + "/script")));
        Assert.AreEqual(("00:16:3e:00:00:01", "500000,50000", "xenbr0", "0", "vif", "connected", "10.0.0.1"),
            (bench.Read(back + "/mac"), bench.Read(back + "/rate"), bench.Read(back + "/bridge"), bench.Read(back + "/handle"), bench.Read(back + "/type"),
                bench.Read(back + "/hotplug-status"), bench.Read(back + "/ip")));
        Assert.AreEqual((back, "0", "4", "0", "00:16:3e:00:00:01", "1", "1500"),
            (bench.Read(front + "/backend"), bench.Read(front + "/backend-id"), bench.Read(front + "/state"), bench.Read(front + "/handle"),
                bench.Read(front + "/mac"), bench.Read(front + "/trusted"), bench.Read(front + "/mtu")));
        Assert.AreEqual(back, bench.Read($"/libxl/{domid}/device/vif/0/backend"));
    }

    [TestMethod]
    public void A_card_is_attached_listed_and_detached()
    {
        var domid = bench.Create(XlBench.Plan(disks: 0));
        Assert.AreEqual(0, bench.Code("network-attach", "web", "mac=00:16:3e:aa:bb:cc", "bridge=xenbr0"));
        Assert.AreEqual("", bench.Violated());
        Assert.IsNotNull(bench.Host.Network.FindDevice($"vif{domid}.0"));
        var lines = bench.Xl("network-list", "web").Output.Split('\n');
        Assert.AreEqual("Idx BE Mac Addr.         handle state evt-ch   tx-/rx-ring-ref BE-path                       ", lines[0]);
        StringAssert.Matches(lines[1], new($@"^0   0  00:16:3e:aa:bb:cc      0     4 +\d+ +\d+/\d+ +/local/domain/0/backend/vif/{domid}/0 *$"));
        Assert.AreEqual(0, bench.Code("network-detach", "web", "00:16:3e:AA:BB:CC"));
        Assert.IsNull(bench.Host.Network.FindDevice($"vif{domid}.0"));
        Assert.IsEmpty(bench.Host.Network.FindBridge("xenbr0")!.Ports);
        Assert.AreEqual(0, bench.Machine.Dom0Pages.InUse);
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(1, bench.Xl("network-list", "web").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [TestMethod]
    public void Cards_get_numbers_and_addresses_of_their_own()
    {
        bench.Create(XlBench.Plan(disks: 0));
        for (var i = 0; i < 3; i++) Assert.AreEqual(0, bench.Code("network-attach", "web"));
        Assert.AreEqual(0, bench.Code("network-detach", "web", "1"));
        Assert.AreEqual(0, bench.Code("network-attach", "web"));
        var rows = bench.Xl("network-list", "web").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        CollectionAssert.AreEqual(new[] { "0", "2", "3" }, rows.ConvertAll(row => row[0]));
        Assert.HasCount(3, rows.Select(row => row[2]).Distinct());
        Assert.IsTrue(rows.TrueForAll(row => row[2].StartsWith("00:16:3e:", StringComparison.Ordinal)));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_domain_that_is_destroyed_or_shut_down_takes_its_cards_along()
    {
        var before = bench.Store();
        bench.Create(Server());
        bench.Create(Client());
        Assert.AreEqual(0, bench.Code("destroy", "server"));
        Assert.AreEqual(0, bench.Code("shutdown", "client"));
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Host.Domains.Count == 1, 60 * Monitors.SecondNs));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, bench.Store());
        Assert.IsEmpty(bench.Host.Network.Devices);
        Assert.AreEqual(0, bench.Machine.Dom0Pages.InUse);
    }

    [TestMethod]
    public void A_rebooted_domain_has_its_card_again()
    {
        var domid = bench.Create(Server());
        Assert.AreEqual(0, bench.Code("reboot", "server"));
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.DomidOf("server") > domid, 10 * Monitors.SecondNs));
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.Kernel(bench.Machine.DomidOf("server")) is { Finished: true }, 10 * Monitors.SecondNs));
        Assert.AreEqual(NetworkOutcome.Ok, bench.Machine.Kernel(bench.Create(Client()))!.Client!.Outcome);
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_bridge_that_does_not_exist_fails_the_create_and_leaves_nothing()
    {
        var before = bench.Store();
        var config = bench.Machine.WriteConfig(Server());
        bench.Files.WriteText(config, bench.Files.ReadText(config)!.Replace("xenbr0", "nobridge", StringComparison.Ordinal));
        var process = bench.Xl("create", config);
        Assert.AreEqual(3, process.ExitCode);
        Assert.IsTrue(process.Context.Log.Lines.Any(line => line.EndsWith("script: Could not find bridge device nobridge", StringComparison.Ordinal)));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, bench.Store());
    }

    [TestMethod]
    [DataRow("type=ioemu", "libxl: error: SetDefault: Domain 1:trying to create PV guest with an emulated interface", 6)]
    [DataRow("backend=nobody", "libxl: error: SetDefault: Domain 1:Failed to resolve domain name \"nobody\"", 6)]
    public void A_card_that_cannot_be_fails_the_create(string words, string error, int code)
    {
        var process = bench.Xl("create", bench.Machine.WriteConfig(Server() with { VifWords = words }));
        Assert.AreEqual(code, process.ExitCode);
        CollectionAssert.Contains(process.Context.Log.Lines.Select(Place).ToList(), error);
        Assert.AreEqual("", bench.Violated());
        static string Place(string line) => System.Text.RegularExpressions.Regex.Replace(line, @" \w+\.cs:\d+:", " ");
    }

    [TestMethod]
    [DataRow("network-attach", "'xl network-attach' requires at least 1 argument.")]
    [DataRow("network-attach web colour=red", "unrecognized argument `colour=red'")]
    [DataRow("network-attach nobody", "nobody is an invalid domain identifier (rc=-6)")]
    [DataRow("network-detach web", "'xl network-detach' requires at least 2 arguments.")]
    [DataRow("network-detach web 7", "Unknown device 7.")]
    [DataRow("network-detach web 00:16:3e:00:00:99", "Unknown device 00:16:3e:00:00:99.")]
    [DataRow("network-list", "'xl network-list' requires at least 1 argument.")]
    [DataRow("network-attach web script=/etc/xen/scripts/none", "libxl_device_nic_add failed.")]
    public void A_mistake_is_exit_code_1_and_one_line(string line, string error)
    {
        bench.Create(XlBench.Plan(disks: 0));
        var process = bench.Xl(line.Split(' '));
        Assert.AreEqual((1, error), (process.ExitCode, process.Error));
    }

    [TestMethod]
    public void An_interface_gets_the_name_that_the_configuration_wants()
    {
        var domid = bench.Create(Server() with { VifWords = "vifname=serv0" });
        Assert.IsNotNull(bench.Host.Network.FindDevice("serv0"));
        Assert.IsNull(bench.Host.Network.FindDevice($"vif{domid}.0"));
        Assert.AreEqual(0, bench.Code("destroy", "server"));
        Assert.IsEmpty(bench.Host.Network.Devices);
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_card_survives_the_JSON_form_of_its_configuration()
    {
        var config = new DomainConfig();
        config.CreateInfo.Type = DomainType.Pv;
        config.Nics.Add(XluVif.Parse("mac=00:16:3e:01:02:03,bridge=b,ip=1.2.3.4,rate=1MB/s,mtu=1400,devid=2,untrusted,vifname=x,gatewaydev=g", out _)!);
        config.Nics.Add(new DeviceNic());
        var text = DomainConfigJson.Write(config);
        Assert.AreEqual(text, DomainConfigJson.Write(DomainConfigJson.Read(text)!));
        Assert.AreEqual(2, DomainConfigJson.Read(text)!.Nics.Count);
    }

    [TestMethod]
    public void A_script_that_is_killed_fails_the_attach_and_the_card_can_be_detached()
    {
        bench.Create(XlBench.Plan(disks: 0));
        var process = Xen.Toolstack.Xl.XlProcess.Start(bench.Machine.Services, "network-attach", "web");
        Assert.IsTrue(bench.Monitors.Wait(() => Script() is not null, Monitors.SecondNs));
        Script()!.Kill("SIGKILL");
        bench.Monitors.Wait(() => process.ExitCode is not null, Monitors.CommandLimitNs);
        Assert.AreEqual((1, "libxl_device_nic_add failed."), (process.ExitCode, process.Error));
        Assert.AreEqual(0, bench.Code("network-detach", "web", "0"));
        Assert.AreEqual("", bench.Violated());
        Xen.Hypervisor.Component? Script() => bench.Machine.Simulation.Components.FirstOrDefault(c => c.Alive && c.Name.StartsWith("vif-bridge", StringComparison.Ordinal));
    }
}
