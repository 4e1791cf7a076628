namespace Mutators.Tests;

[TestClass]
public sealed class FaultProfiles
{
    [TestMethod]
    public void The_representative_profile_is_the_library() =>
        Assert.AreSequenceEqual(FaultOperator.Library, FaultOperator.In(FaultProfile.Representative));

    [TestMethod]
    [DataRow(FaultProfile.DotNet, FaultOrigin.DotNet)]
    [DataRow(FaultProfile.Classic, FaultOrigin.Classic)]
    public void A_profile_holds_the_operators_of_its_origin_and_no_others(FaultProfile profile, FaultOrigin origin)
    {
        var operators = FaultOperator.In(profile);
        Assert.IsNotEmpty(operators);
        Assert.AreSequenceEqual(FaultOperator.All.Where(each => each.Definition.Origin == origin), operators);
    }

    [TestMethod]
    public void All_are_all() => Assert.AreSequenceEqual(FaultOperator.All, FaultOperator.In(FaultProfile.All));

    [TestMethod]
    public void Only_types_of_the_field_study_carry_its_counts() => Assert.IsEmpty(FaultOperator.All
        .Select(each => each.Definition)
        .Where(definition => definition.Origin is not (FaultOrigin.Library or FaultOrigin.FieldStudy))
        .Where(definition => definition.FieldCount is not null));
}
