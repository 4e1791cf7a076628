namespace Mutators.Tests;

[TestClass]
public sealed class Apportionments
{
    // The library's operators in the order of the field study's table: MIFS, MLAC, MFC, MIA, MLOC, MLPA, MVAE, MVAV, MIEB, WVAV, MVIV, WAEP, WPFV.
    private static readonly int[] FieldCounts = [71, 47, 46, 34, 32, 23, 21, 20, 18, 16, 15, 14, 11];

    [TestMethod]
    public void The_library_is_368_of_the_668_faults() => Assert.AreEqual(368, FieldCounts.Sum());

    [TestMethod]
    public void The_operators_carry_the_counts_of_the_field_study() => Assert.AreSequenceEqual(
        FieldCounts, FaultOperator.Library.Select(each => each.Definition.FieldCount!.Value).OrderDescending());

    [TestMethod]
    public void A_hundred_mutants_are_divided_as_the_field_study_divides() => Assert.AreSequenceEqual(
        [19, 13, 13, 9, 9, 6, 6, 5, 5, 4, 4, 4, 3], Apportionment.ByLargestRemainder(FieldCounts, 100));

    [TestMethod]
    [DataRow(1)]
    [DataRow(12)]
    [DataRow(367)]
    [DataRow(100_000)]
    public void All_seats_are_given(int seats) => Assert.AreEqual(seats, Apportionment.ByLargestRemainder(FieldCounts, seats).Sum());

    [TestMethod]
    public void As_many_seats_as_faults_give_the_counts_themselves() =>
        Assert.AreSequenceEqual(FieldCounts, Apportionment.ByLargestRemainder(FieldCounts, 368));

    [TestMethod]
    public void Of_equal_weights_the_earlier_gets_the_odd_seat() => Assert.AreSequenceEqual([2, 1, 1], Apportionment.ByLargestRemainder([5, 5, 5], 4));

    [TestMethod]
    public void Without_weights_nobody_gets_a_seat() => Assert.AreSequenceEqual([0, 0], Apportionment.ByLargestRemainder([0, 0], 4));
}
