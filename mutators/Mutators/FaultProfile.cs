namespace Mutators;

/// <summary>A set of operators by where their fault types come from, for whoever does not name them one by one.</summary>
public enum FaultProfile
{
    /// <summary>The 13 operators of the G-SWFIT library: the only ones whose proportions are known from the field.</summary>
    Representative,

    /// <summary>What .NET programs get wrong where the field study's C programs have no such construct.</summary>
    DotNet,

    /// <summary>What mutation testing tools change; says how good tests are, and nothing about faults in the field.</summary>
    Classic,

    /// <summary>Every operator: also the variants and the rarer types of the field study.</summary>
    All,
}
