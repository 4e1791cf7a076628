using Core;
using NUnit.Framework;

namespace Tests;

[TestFixture]
public class ShapeTests
{
    private int[] _values = [];

    [OneTimeSetUp]
    public void Prepare() => _values = [1, 2, 3];

    [Test]
    public void Area_is_a_product() => Assert.That(Shape.Area(3, 4), Is.EqualTo(12));

    [Test]
    public void Area_refuses() => Assert.Throws<ArgumentOutOfRangeException>(() => Shape.Area(-1, 4));

    [TestCase(3, "triangle")]
    [TestCase(4, "square")]
    [TestCase(7, "polygon")]
    [TestCase(0, "none")]
    public void Name_is(int corners, string name) => Assert.That(Shape.Name(corners), Is.EqualTo(name));

    [TestCase("a, (b)", 1)]
    [TestCase("two\nlines \"quoted\"", 2)]
    public void Odd_rows(string text, int depth) => Assert.That(Shape.Depth(depth) + text.Length, Is.GreaterThan(2));

    [Test]
    public void Sum_adds() => Assert.That(Shape.Sum(_values), Is.EqualTo(6));

    [TestCaseSource(nameof(Depths))]
    public void Depth_is(int depth) => Assert.That(Shape.Depth(depth), Is.EqualTo(depth));

    private static IEnumerable<TestCaseData> Depths() => [new TestCaseData(1).SetName("one deep"), new TestCaseData(5)];

    [TestCaseSource(nameof(Areas))]
    public void Area_of_a_source(int area) => Assert.That(area, Is.EqualTo(6));

    private static IEnumerable<TestCaseData> Areas() => [new TestCaseData(Shape.Area(2, 3)).SetName("area of a source")];

    [Test, Ignore("later")]
    public void Not_yet() => Assert.Fail();
}

[TestFixture(typeof(int))]
[TestFixture(typeof(string))]
public class Generic<T>
{
    [Test]
    public void Holds() => Assert.That(Shape.Name(typeof(T).Name.Length), Is.Not.EqualTo("triangle").Or.EqualTo("triangle"));

    [Test, Theory]
    public void Both(bool b) => Assert.That(Shape.Area(b ? 1 : 2, 1), Is.GreaterThan(0));
}
