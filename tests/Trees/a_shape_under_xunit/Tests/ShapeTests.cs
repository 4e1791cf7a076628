using Core;
using Xunit;

namespace Tests;

public sealed class Shared { public int[] Values { get; } = [1, 2, 3]; }

public class ShapeTests(Shared shared) : IClassFixture<Shared>
{
    [Fact]
    public void Area_is_a_product() => Assert.Equal(12, Shape.Area(3, 4));

    [Fact]
    public void Area_refuses() => Assert.Throws<ArgumentOutOfRangeException>(() => Shape.Area(-1, 4));

    [Theory]
    [InlineData(3, "triangle")]
    [InlineData(4, "square")]
    [InlineData(7, "polygon")]
    [InlineData(0, "none")]
    public void Name_is(int corners, string name) => Assert.Equal(name, Shape.Name(corners));

    [Theory]
    [InlineData("a, (b)", 1)]
    [InlineData("two\nlines \"quoted\"", 2)]
    public void Odd_rows(string text, int depth) => Assert.True(Shape.Depth(depth) + text.Length > 2);

    [Fact]
    public void Title_is_a_resource() => Assert.Equal("Shapes", Shape.Title());

    [Fact]
    public void Sum_adds() => Assert.Equal(6, Shape.Sum(shared.Values));

    [Theory]
    [MemberData(nameof(Depths))]
    public void Depth_is(int depth) => Assert.Equal(depth, Shape.Depth(depth));

    public static IEnumerable<object[]> Depths() => [[1], [5]];

    [Fact(Skip = "later")]
    public void Not_yet() => Assert.Equal(1, 2);
}
