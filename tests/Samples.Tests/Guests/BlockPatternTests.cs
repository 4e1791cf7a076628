using Xen.Guests;

namespace Samples.Tests.Guests;

[TestClass]
public sealed class BlockPatternTests
{
    private readonly byte[] block = new byte[BlockPattern.Size];

    [TestMethod]
    public void A_block_is_recognised_by_whoever_wrote_it()
    {
        BlockPattern.Fill(block, 9, 3, 2, 77);
        Assert.IsNull(BlockPattern.Check(block, 9, 3, 2));
    }

    [TestMethod]
    [DataRow(10UL, 3u, 2u, "block 3 belongs to another disk")]
    [DataRow(9UL, 4u, 2u, "block 4 holds block 3")]
    [DataRow(9UL, 3u, 3u, "block 3 is of round 2, not 3")]
    public void A_block_that_is_not_the_expected_one_says_what_it_is(ulong seed, uint number, uint epoch, string problem)
    {
        BlockPattern.Fill(block, 9, 3, 2, 77);
        Assert.AreEqual(problem, BlockPattern.Check(block, seed, number, epoch));
    }

    [TestMethod]
    public void A_block_of_zeros_was_never_written() => Assert.AreEqual("block 3 was never written", BlockPattern.Check(block, 9, 3, 2));

    [TestMethod]
    [DataRow(40)]
    [DataRow(511)]
    [DataRow(512)]
    [DataRow(4095)]
    public void Any_byte_that_changes_tears_the_block(int offset)
    {
        BlockPattern.Fill(block, 9, 3, 2, 77);
        block[offset] ^= 0x40;
        Assert.AreEqual("block 3 is torn", BlockPattern.Check(block, 9, 3, 2));
    }
}
