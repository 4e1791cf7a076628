using Xunit;

public sealed class TableTests
{
    [Fact]
    public void Table_is_filled() => Assert.Equal(4, Table.Squares[2]);

    [Fact]
    public void Names_are_there() => Assert.Equal("one", Names.First);

    [Fact]
    public void Count_is_right() => Assert.Equal(3, Table.Squares.Length);
}
