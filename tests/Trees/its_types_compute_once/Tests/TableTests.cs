using Xunit;

public sealed class TableTests
{
    [Fact]
    public void Table_is_filled() => Assert.Equal(4, Table.Squares[2]);

    [Fact]
    public void Names_are_there() => Assert.Equal("one", Names.First);

    [Fact]
    public void Count_is_right() => Assert.Equal(3, Table.Squares.Length);

    [Fact]
    public void Length_is_counted() => Assert.Equal(3, Kept.Length("abc"));

    [Fact]
    public void Steps_are_counted() => Assert.Equal([1], Kept.Steps);

    [Fact]
    public void Sum_is_right() => Assert.Equal(5, Initial.Sum);

    [Fact]
    public void Unseen_is_not_seen() => Assert.NotEqual(0, Initial.Unseen);

    [Fact]
    public void The_only_letter_is_there() => Assert.Equal('a', Letters.Only);

    [Fact]
    public void Early_knows_of_late() => Assert.Equal(4, Early.Length);
}
