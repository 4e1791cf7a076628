using Microsoft.VisualStudio.TestTools.UnitTesting;

[TestClass]
public sealed class TillTests
{
    [TestMethod]
    public void A_sale_adds_its_price()
    {
        var till = new Till();
        till.Sell(5);
        Assert.AreEqual(5, till.Sum);
    }
}
