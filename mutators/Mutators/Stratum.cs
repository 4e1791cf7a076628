namespace Mutators;

/// <summary>The sites that are drawn together, of one operator or one component, and how many of them a faultload holds.</summary>
/// <param name="Name">
/// The operator's id, or the component's name. In a field-weighted faultload a stratum also holds the sites of the operators that share its weight.
/// </param>
/// <param name="FieldCount">Its weight: faults of this type in the field study; null where none is published.</param>
/// <param name="Available">How many sites there are.</param>
/// <param name="Wanted">How many the sampling rule asks for; null where it asks for none of this stratum in particular.</param>
/// <param name="Drawn">How many were drawn.</param>
/// <param name="Weight">
/// The share of all faults that the drawn ones stand for in an estimate, renormalised over the strata from which some were drawn;
/// null where every drawn mutant counts the same.
/// </param>
public sealed record Stratum(string Name, int? FieldCount, int Available, int? Wanted, int Drawn, double? Weight = null)
{
    /// <summary>
    /// How many sites are missing from what the rule asks for. They are not drawn from other strata instead, since that would
    /// change the proportions without a word; an estimate weighs the stratum up.
    /// </summary>
    public int Shortfall => Wanted is { } wanted ? wanted - Drawn : 0;
}
