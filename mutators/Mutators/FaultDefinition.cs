using System.Collections.Immutable;

namespace Mutators;

/// <summary>
/// What a fault operator emulates, as data: <c>explain</c>, the documentation and the reports print this one object.
/// </summary>
/// <param name="id">The fault type's acronym, for example <c>MFC</c>; the operator's name in ids, branches and options.</param>
/// <param name="name">The fault type's full name in the field studies' words.</param>
/// <param name="faultClass">Its ODC class.</param>
/// <param name="rationale">Two sentences: how a programmer makes this mistake, and why it stays.</param>
/// <param name="before">A smallest method body that holds a site.</param>
/// <param name="after">The same body with the fault. Tests execute the operator on <paramref name="before"/> and expect this.</param>
/// <param name="fieldCount">
/// How many of the 668 faults of the field study are of this type (Durães and Madeira 2006); null where no count is published.
/// </param>
/// <param name="constraints">The constraints C01 to C12 of the G-SWFIT library that the operator obeys.</param>
/// <param name="origin">Where the type comes from.</param>
/// <param name="weighedWith">
/// The library operator whose field weight this one shares when both are drawn from: its sites are faults of that type which a
/// strict constraint leaves out. Null for an operator with a weight of its own, or without any.
/// </param>
/// <param name="provenance">Who found or proposed the type, as a phrase; may be left out where the field study counted it.</param>
public sealed class FaultDefinition(
    string id,
    string name,
    FaultClass faultClass,
    string rationale,
    string before,
    string after,
    int? fieldCount = null,
    ImmutableArray<string> constraints = default,
    FaultOrigin origin = FaultOrigin.Library,
    string? weighedWith = null,
    string? provenance = null)
{
    /// <summary>The fault type's acronym.</summary>
    public string Id { get; } = id;

    /// <summary>The fault type's full name.</summary>
    public string Name { get; } = name;

    /// <summary>The ODC class.</summary>
    public FaultClass FaultClass { get; } = faultClass;

    /// <summary>How a programmer makes this mistake, and why it stays: two sentences.</summary>
    public string Rationale { get; } = rationale;

    /// <summary>An example that holds a site.</summary>
    public string Before { get; } = before;

    /// <summary>The example with the fault.</summary>
    public string After { get; } = after;

    /// <summary>Faults of this type among the 668 of the field study, or null.</summary>
    public int? FieldCount { get; } = fieldCount;

    /// <summary>The constraints of the G-SWFIT library that the operator obeys.</summary>
    public ImmutableArray<string> Constraints { get; } = constraints.IsDefault ? [] : constraints;

    /// <summary>Where the type comes from.</summary>
    public FaultOrigin Origin { get; } = origin;

    /// <summary>The library operator whose field weight this one shares, or null.</summary>
    public string? WeighedWith { get; } = weighedWith;

    /// <summary>Who found or proposed the type, as a phrase.</summary>
    public string Provenance { get; } = provenance ?? origin switch
    {
        FaultOrigin.Library => "G-SWFIT library of 13 operators; Durães and Madeira, IEEE TSE 32(11), 2006",
        FaultOrigin.FieldStudy => "field study by Durães and Madeira, IEEE TSE 32(11), 2006, outside of the library",
        FaultOrigin.DotNet => "proposed here for C#; no field study has counted it",
        _ => throw new ArgumentException($"{id} needs a provenance: only types of the field study and of .NET have one by their origin.", nameof(provenance)),
    };

    /// <summary>The example as a difference: its lines, each behind a minus where it goes, a plus where it comes, or a blank.</summary>
    public ImmutableArray<string> Difference { get; } = LineDifference.Between(before, after);
}
