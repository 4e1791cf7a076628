using Xen.Toolstack.Xl;

namespace Samples.Tests.Toolstack;

/// <summary>What hotplug scripts find in their environment, as the library's log shows it.</summary>
[TestClass]
public sealed class HotplugTests
{
    private readonly XlBench bench = new();

    [TestMethod]
    public void The_block_script_finds_its_device_in_its_environment()
    {
        var process = bench.Xl("create", bench.Machine.WriteConfig(XlBench.Plan()));
        Assert.AreEqual(0, process.ExitCode);
        Assert.AreEqual("script: /etc/xen/scripts/block; XENBUS_TYPE: vbd; XENBUS_PATH: backend/vbd/1/51712; XENBUS_BASE_PATH: backend", Environment(process));
    }

    [TestMethod]
    [DataRow("", "")]
    [DataRow("gatewaydev=eth0", "eth0")]
    public void The_bridge_script_finds_the_interface_too(string words, string device)
    {
        bench.Create(XlBench.Plan(disks: 0));
        var process = words.Length == 0 ? bench.Xl("network-attach", "web") : bench.Xl("network-attach", "web", words);
        Assert.AreEqual(0, process.ExitCode, process.Error);
        Assert.AreEqual(
            $"script: /etc/xen/scripts/vif-bridge; XENBUS_TYPE: vif; XENBUS_PATH: backend/vif/1/0; XENBUS_BASE_PATH: backend; netdev: {device}; vif: vif1.0", Environment(process));
    }

    /// <summary>The variables of the only script that a command has run.</summary>
    private static string Environment(XlProcess process) =>
        string.Join("; ", process.Context.Log.Lines.Where(line => line.Contains(":\t", StringComparison.Ordinal)).Select(line => line[(line.IndexOf('\t') + 1)..]));
}
