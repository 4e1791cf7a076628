using Core;
using Microsoft.VisualStudio.TestTools.UnitTesting;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace Tests;

[TestClass]
public class ShapeTests
{
    private static int[] values = [];

    [ClassInitialize]
    public static void Prepare(TestContext context) => values = [1, 2, 3];

    [TestMethod]
    public void Area_is_a_product() => Assert.AreEqual(12, Shape.Area(3, 4));

    [TestMethod]
    public void Area_refuses() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Shape.Area(-1, 4));

    [TestMethod]
    [DataRow(3, "triangle")]
    [DataRow(4, "square")]
    [DataRow(7, "polygon")]
    [DataRow(0, "none")]
    public void Name_is(int corners, string name) => Assert.AreEqual(name, Shape.Name(corners));

    [TestMethod]
    [DataRow("a, (b)", 1)]
    [DataRow("two\nlines \"quoted\"", 2, DisplayName = "odd: (one)")]
    public void Odd_rows(string text, int depth) => Assert.IsTrue(Shape.Depth(depth) + text.Length > 2);

    [TestMethod]
    public void Sum_adds() => Assert.AreEqual(6, Shape.Sum(values));

    [TestMethod]
    [DynamicData(nameof(Depths))]
    public void Depth_is(int depth) => Assert.AreEqual(depth, Shape.Depth(depth));

    private static IEnumerable<object[]> Depths => [[1], [5]];

    [TestMethod, Ignore("later")]
    public void Not_yet() => Assert.Fail();
}
