namespace Mutators.Tests;

[TestClass]
public sealed class SampleSizes
{
    // The values of the published formula with exact quantiles; the last column is an infinite population's.
    [TestMethod]
    [DataRow(0.95, 0.05, 218, 278, 357, 377, 385)]
    [DataRow(0.95, 0.03, 341, 517, 880, 1014, 1068)]
    [DataRow(0.95, 0.01, 476, 906, 3289, 6489, 9604)]
    [DataRow(0.99, 0.05, 286, 400, 586, 643, 664)]
    [DataRow(0.99, 0.01, 486, 944, 3843, 9068, 16588)]
    public void Are_those_of_the_published_formula(double confidence, double margin, params int[] expected)
    {
        var size = new SampleSize(margin, confidence);
        Assert.AreSequenceEqual(expected, new[] { 500, 1000, 5000, 20000, int.MaxValue }.Select(size.Of));
    }

    [TestMethod]
    public void Are_never_more_than_there_is() => Assert.AreSequenceEqual([0, 1, 2], new[] { 0, 1, 2 }.Select(new SampleSize(0.01, 0.99).Of));

    [TestMethod]
    [DataRow(0.0, 0.95)]
    [DataRow(0.05, 1.0)]
    public void A_margin_or_confidence_that_is_no_share_is_refused(double margin, double confidence) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SampleSize(margin, confidence));
}
