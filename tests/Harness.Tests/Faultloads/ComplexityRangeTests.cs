using Mutators.Campaign.Faultloads;

namespace Harness.Tests.Faultloads;

[TestClass]
public sealed class ComplexityRangeTests
{
    [TestMethod]
    [DataRow("3..10", 3, 10)]
    [DataRow("..5", 1, 5)]
    [DataRow("10..", 10, int.MaxValue)]
    [DataRow("7", 7, 7)]
    public void Is_read_as_it_is_typed(string text, int least, int most)
    {
        Assert.IsTrue(ComplexityRange.TryParse(text, out var range));
        Assert.AreEqual(new ComplexityRange(least, most), range);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("..")]
    [DataRow("9..3")]
    [DataRow("a..b")]
    [DataRow("1..2..3")]
    [DataRow("-1")]
    public void Anything_else_is_none(string text) => Assert.IsFalse(ComplexityRange.TryParse(text, out _));
}
