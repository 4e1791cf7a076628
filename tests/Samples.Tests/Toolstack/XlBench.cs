using Xen.Hypervisor;
using Xen.Toolstack.Xl;
using Xen.XenStore;
using Xen.XenWorkloads;

namespace Samples.Tests.Toolstack;

/// <summary>A booted host and the means to run commands on it to their end.</summary>
internal sealed class XlBench
{
    private readonly XsClient store;

    public XlBench()
    {
        Monitors = new Monitors(Machine);
        store = Machine.Xenstored.Connect(new Component(Machine.Simulation, "bench", Containment.Trusted, Machine.Host.Dom0));
    }

    public Machine Machine { get; } = new(1);

    public Monitors Monitors { get; }

    public Host Host => Machine.Host;

    public Dom0Files Files => Machine.Host.Files;

    public static DomainPlan Plan(string name = "web", int disks = 1) => new(name, 4, 1, 8, 1, disks, 7);

    public XlProcess Xl(params string[] arguments)
    {
        var process = Monitors.Run(arguments);
        Assert.IsNotNull(process.ExitCode, $"xl {string.Join(' ', arguments)} does not end");
        return process;
    }

    public int Code(params string[] arguments) => Xl(arguments).ExitCode!.Value;

    /// <summary>The log of a process has a line that ends so.</summary>
    public bool Logged(XlProcess process, string end) => process.Context.Log.Lines.Any(line => line.EndsWith(end, StringComparison.Ordinal));

    /// <summary>Creates a domain and waits until its guest has done its work.</summary>
    public int Create(DomainPlan? plan = null)
    {
        plan ??= Plan();
        var process = Xl("create", Machine.WriteConfig(plan));
        Assert.AreEqual(0, process.ExitCode, process.Error);
        var domid = Machine.DomidOf(plan.Name);
        Assert.IsTrue(Monitors.Wait(() => Machine.Kernel(domid) is { Finished: true }, 60 * Monitors.SecondNs), "the guest does not finish");
        return domid;
    }

    public string? Read(string path) => Machine.Xenstored.Tree.Find(path) is { } node ? XsPayload.Text(node.Value) : null;

    public void Write(string path, string value) =>
        Assert.IsTrue(store.Call(XsMessageType.Write, 0, XsPayload.PathAndValue(path, value)).Ok);

    public void Release(int domid) => Assert.IsTrue(store.Call(XsMessageType.Release, 0, XsPayload.Strings($"{domid}")).Ok);

    public void Remove(string path) => Assert.IsTrue(store.Call(XsMessageType.Rm, 0, XsPayload.Strings(path)).Ok);

    /// <summary>The whole store as text, without the two top directories that stay, empty, once there was a domain.</summary>
    public string Store() =>
        string.Join('\n', StateDigest.Store(Machine.Xenstored.Tree).Where(line => line is not ("/libxl= (n0)" or "/vm= (n0)")));

    public void Settle() => Machine.Simulation.RunToQuiescence(400 * Monitors.SecondNs);

    /// <summary>The invariants that do not hold.</summary>
    public string Violated()
    {
        Settle();
        return string.Join(' ', new Dom0Invariants(Machine).Check().Where(check => check.Problem is not null).Select(check => check.Name));
    }
}
