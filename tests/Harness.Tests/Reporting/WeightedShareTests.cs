namespace Mutators.Reporting;

[TestClass]
public sealed class WeightedShareTests
{
    // Worked by hand: 0.6 · 10/100 + 0.4 · 4/50, variance 0.36 · 0.09/100 + 0.16 · 0.0736/50.
    [TestMethod]
    public void Of_activated_faults_is_the_stratified_mean_with_its_standard_error()
    {
        var share = WeightedShare.Of([new StratumCounts(0.6, 100, 100, 10), new StratumCounts(0.4, 50, 50, 4)])!;

        Assert.AreEqual(0.092, share.Share, 1e-12);
        Assert.AreEqual(0.023654, share.StandardError, 1e-6);
    }

    [TestMethod]
    public void Is_a_ratio_where_not_everything_is_activated() =>
        Assert.AreEqual((0.5 * 0.1 + 0.5 * 0.4) / (0.5 * 0.2 + 0.5 * 0.8), WeightedShare.Of([new StratumCounts(0.5, 10, 2, 1), new StratumCounts(0.5, 10, 8, 4)])!.Share, 1e-12);

    [TestMethod]
    public void A_stratum_that_ends_all_alike_is_not_certain() =>
        Assert.IsGreaterThan(0.1, WeightedShare.Of([new StratumCounts(1, 3, 3, 3)])!.StandardError);

    [TestMethod]
    public void Without_activation_or_weight_there_is_none()
    {
        Assert.IsNull(WeightedShare.Of([new StratumCounts(1, 5, 0, 0)]));
        Assert.IsNull(WeightedShare.Of([new StratumCounts(0, 5, 5, 1)]));
    }
}
