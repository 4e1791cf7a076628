using Samples.Tests.Toolstack;
using Xen.Guests;
using Xen.XenWorkloads;

namespace Samples.Tests.Guests;

[TestClass]
public sealed class KeyValueStoreTests
{
    private readonly XlBench bench = new();

    private static DomainPlan Plan => XlBench.Plan() with { Role = GuestManifest.KeyValue, Blocks = 40, Operations = 100_000 };

    [TestMethod]
    public void What_was_acknowledged_survives_power_cuts()
    {
        var replayed = 0;
        for (var cut = 1; cut <= 6; cut++)
        {
            var domid = Start();
            bench.Machine.Simulation.RunFor(cut * 7_000_000);
            Assert.IsNull(Store(domid).Problem);
            replayed += Store(domid).Replayed;
            Assert.AreEqual(0, bench.Code("destroy", "web"));
            bench.Settle();
        }
        Assert.IsGreaterThan(0, replayed);
        Assert.IsGreaterThan(100, bench.Machine.Witness.Acknowledgements);
    }

    [TestMethod]
    public void A_log_that_was_put_back_has_lost_what_was_acknowledged_since()
    {
        var domid = Start();
        bench.Machine.Simulation.RunFor(20_000_000);
        var path = Plan.ImagePath(0);
        var old = bench.Files.Open(path)!.ToArray();
        bench.Machine.Simulation.RunFor(20_000_000);
        Assert.AreEqual(0, bench.Code("destroy", "web"));
        bench.Settle();
        bench.Files.Write(path, old);
        domid = Start();
        bench.Machine.Simulation.RunFor(50_000_000);
        StringAssert.Contains(Store(domid).Problem, "was acknowledged");
    }

    [TestMethod]
    public void A_byte_that_flips_in_the_table_is_found()
    {
        var domid = bench.Create(Plan with { Operations = 200 });
        Assert.IsNull(bench.Monitors.Programs(domid));
        var image = bench.Files.Open(Plan.ImagePath(0))!;
        for (var block = 14; block < 40; block++) image[(block * KeyValueBlock.Size) + 100] ^= 1;
        Assert.IsNotNull(bench.Monitors.Programs(domid));
    }

    [TestMethod]
    [DataRow(0, "is overwritten")]
    [DataRow(100, "is torn")]
    public void A_damaged_block_is_recognised(int offset, string problem)
    {
        var block = new byte[KeyValueBlock.Size];
        new KeyValueBlock(KeyValueBlockKind.Table, 5, 3, 200).Fill(block, 7, 9);
        Assert.AreEqual(new KeyValueBlock(KeyValueBlockKind.Table, 5, 3, 200), KeyValueBlock.Read(block, 7, 9, out _));
        block[offset] ^= 1;
        Assert.IsNull(KeyValueBlock.Read(block, 7, 9, out var found));
        StringAssert.Contains(found, problem);
    }

    [TestMethod]
    public void A_block_in_the_wrong_place_or_of_another_store_is_recognised()
    {
        var block = new byte[KeyValueBlock.Size];
        new KeyValueBlock(KeyValueBlockKind.Log, 5, 3, 200).Fill(block, 7, 9);
        KeyValueBlock.Read(block, 7, 10, out var misplaced);
        KeyValueBlock.Read(block, 8, 9, out var foreign);
        Assert.AreEqual(("block 10 holds block 9", "block 9 belongs to another store"), (misplaced, foreign));
    }

    [TestMethod]
    public void A_block_that_was_never_written_is_no_problem()
    {
        Assert.IsNull(KeyValueBlock.Read(new byte[KeyValueBlock.Size], 1, 1, out var problem));
        Assert.IsNull(problem);
    }

    private int Start()
    {
        Assert.AreEqual(0, bench.Code("create", bench.Machine.WriteConfig(Plan)));
        var domid = bench.Machine.DomidOf("web");
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.Kernel(domid) is { Programs.Count: 1 }, Monitors.SecondNs));
        return domid;
    }

    private KeyValueStore Store(int domid) => bench.Machine.Kernel(domid)!.Programs.OfType<KeyValueStore>().Single();
}
