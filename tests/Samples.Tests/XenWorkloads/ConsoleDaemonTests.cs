using Samples.Tests.Toolstack;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.XenWorkloads;

namespace Samples.Tests.XenWorkloads;

/// <summary>The console daemon and a guest that does with its ring what it likes.</summary>
[TestClass]
public sealed class ConsoleDaemonTests
{
    private readonly XlBench bench = new();
    private readonly GuestKernel hostile;
    private readonly MappedPage page;

    public ConsoleDaemonTests()
    {
        hostile = bench.Machine.Kernel(bench.Create(XlBench.Plan("hostile", 0)))!;
        bench.Create(XlBench.Plan("good", 0) with { ConsoleBeatMs = 100 });
        page = hostile.Domain.OwnPage(hostile.StartInfo!.ConsoleMfn)!;
    }

    private ConsoleDaemon Consoles => bench.Machine.Consoles;

    [TestMethod]
    public void Of_a_flood_the_latest_output_is_kept_up_to_the_limit()
    {
        var console = new GuestConsole(hostile.Domain, page, hostile.StartInfo!.ConsoleEventChannel);
        var before = Consoles.Printed(hostile.Domain.Id);
        const int Lines = 1200;
        for (var i = 0; i < Lines; i++)
        {
            console.WriteLine($"{i:0000}{new string('x', 994)}");
            bench.Machine.Simulation.RunFor(1_000_000);
        }
        var text = Consoles.Text(hostile.Domain.Id);
        Assert.AreEqual((0L, Lines * 1000L), (console.Dropped, Consoles.Printed(hostile.Domain.Id) - before));
        Assert.AreEqual(ConsoleDaemon.DefaultLimit, text.Length);
        StringAssert.EndsWith(text, $"{Lines - 1:0000}{new string('x', 994)}\r\n");
        TheOtherGuestGoesOnAndThisOneCanBeDestroyed();
    }

    [TestMethod]
    [DataRow(GuestConsole.OutProducerOffset, 5000u)]
    [DataRow(GuestConsole.OutProducerOffset, 0x80000000u)]
    [DataRow(GuestConsole.OutConsumerOffset, 3000u)]
    public void An_index_that_runs_away_prints_nothing_and_harms_nobody(int index, uint by)
    {
        var before = Consoles.Text(hostile.Domain.Id);
        page.WriteUInt32(index, page.ReadUInt32(index) + by);
        bench.Host.EventChannel.Send(hostile.Domain, hostile.StartInfo!.ConsoleEventChannel);
        bench.Settle();
        Assert.AreEqual(before, Consoles.Text(hostile.Domain.Id));
        TheOtherGuestGoesOnAndThisOneCanBeDestroyed();
    }

    private void TheOtherGuestGoesOnAndThisOneCanBeDestroyed()
    {
        Assert.IsNull(bench.Monitors.ConsoleBeat(bench.Machine.DomidOf("good")));
        Assert.AreEqual(0, bench.Code("destroy", "hostile"));
        Assert.AreEqual("", bench.Violated());
        Assert.IsNull(bench.Monitors.Canary());
    }
}
