namespace Mutators;

/// <summary>The sites of one operator, and how many of them a faultload holds.</summary>
/// <param name="Operator">
/// The operator's id. In a field-weighted faultload a stratum also holds the sites of the operators that share its weight.
/// </param>
/// <param name="FieldCount">Its weight: faults of this type in the field study; null where none is published.</param>
/// <param name="Available">How many sites there are.</param>
/// <param name="Wanted">How many the sampling rule asks for; null where it asks for none of this stratum in particular.</param>
/// <param name="Drawn">How many were drawn.</param>
public sealed record Stratum(string Operator, int? FieldCount, int Available, int? Wanted, int Drawn)
{
    /// <summary>
    /// How many sites are missing from what the rule asks for. They are not drawn from other strata instead, since that would
    /// change the proportions without a word; an estimate weighs the stratum up.
    /// </summary>
    public int Shortfall => Wanted is { } wanted ? wanted - Drawn : 0;
}
