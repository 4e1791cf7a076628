using System.Globalization;

namespace Mutators.Campaign.Outcomes;

[TestClass]
public sealed class ProportionTests
{
    [TestMethod]
    [DataRow(20, 300, "4.36–10.07")]
    [DataRow(480, 911, "49.44–55.91")]
    [DataRow(36, 480, "5.47–10.21")]
    [DataRow(1, 300, "0.06–1.86")]
    [DataRow(0, 300, "0.00–1.26")]
    [DataRow(0, 1000, "0.00–0.38")]
    [DataRow(4, 100, "1.57–9.84")]
    [DataRow(9, 100, "4.81–16.23")]
    [DataRow(10, 10, "72.25–100.00")]
    [DataRow(0, 0, "0.00–100.00")]
    public void Wilsons_interval_has_its_known_values(int k, int n, string percent)
    {
        var (low, high) = new Proportion(k, n).Wilson;

        Assert.AreEqual(percent, string.Create(CultureInfo.InvariantCulture, $"{low * 100:0.00}–{high * 100:0.00}"));
    }

    [TestMethod]
    [DataRow(50, "5.8155")]
    [DataRow(100, "2.9513")]
    [DataRow(298, "1.0002")]
    [DataRow(299, "0.9969")]
    [DataRow(300, "0.9936")]
    [DataRow(500, "0.5974")]
    [DataRow(1000, "0.2991")]
    [DataRow(0, "100.0000")]
    public void The_bound_of_nothing_seen_has_its_known_values(int n, string percent) =>
        Assert.AreEqual(percent, (new Proportion(0, n).ZeroBound * 100).ToString("0.0000", CultureInfo.InvariantCulture));
}
