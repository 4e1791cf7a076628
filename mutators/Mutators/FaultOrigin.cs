namespace Mutators;

/// <summary>Where a fault type comes from, so that counts which rest on field data never mix with counts that do not.</summary>
public enum FaultOrigin
{
    /// <summary>One of the 13 operators of the G-SWFIT library, with their constraints as published.</summary>
    Library,

    /// <summary>A type of the field study outside of the library.</summary>
    FieldStudy,

    /// <summary>
    /// A library operator with one constraint read otherwise, for what C# programs do and the library's C programs did not; its id
    /// is the library's with a letter behind the dot.
    /// </summary>
    Variant,

    /// <summary>What .NET programs get wrong where C programs have no such construct; nobody has counted how often.</summary>
    DotNet,

    /// <summary>What mutation testing tools change to see whether tests notice; no type of fault that anybody found in the field.</summary>
    Classic,
}
