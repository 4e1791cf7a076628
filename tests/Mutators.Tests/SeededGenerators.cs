namespace Mutators.Tests;

[TestClass]
public sealed class SeededGenerators
{
    [TestMethod]
    public void The_generator_is_SplitMix64()
    {
        var generator = new SeededGenerator(1234567);
        Assert.AreSequenceEqual(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL],
            Enumerable.Range(0, 5).Select(_ => generator.Next()));
    }

    [TestMethod]
    public void Numbers_below_a_limit_are_equally_likely()
    {
        var generator = new SeededGenerator(7);
        var counts = new int[6];
        for (var i = 0; i < 60_000; i++)
        {
            counts[generator.Below(6)]++;
        }

        // Four standard deviations of a binomial count with n = 60,000 and p = 1/6 are 365.
        Assert.IsTrue(counts.All(count => Math.Abs(count - 10_000) < 365), string.Join(' ', counts));
    }

    [TestMethod]
    public void Streams_for_two_purposes_differ()
    {
        Assert.AreNotEqual(new SeededGenerator(7, "MFC").Next(), new SeededGenerator(7, "MIA").Next());
        Assert.AreNotEqual(new SeededGenerator(7, "MFC").Next(), new SeededGenerator(8, "MFC").Next());
    }

    [TestMethod]
    public void There_is_no_number_below_zero() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SeededGenerator(7).Below(0));
}
