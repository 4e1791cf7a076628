namespace Mutators.Campaign.Store;

/// <summary>Faults that may be counted together: no figure goes across groups.</summary>
public enum FaultGroup
{
    /// <summary>The library of the field study: faults in known proportions.</summary>
    Representative,

    /// <summary>The library's variants and the other types of the field study: faults of the field, in proportions that nobody knows.</summary>
    Field,

    /// <summary>What .NET programs get wrong; nobody has counted how often.</summary>
    DotNet,

    /// <summary>What mutation testing tools change: no faults of the field.</summary>
    Classic,
}

/// <summary>What reports ask of a group.</summary>
public static class FaultGroups
{
    /// <summary>The group of a fault type.</summary>
    public static FaultGroup Of(FaultOrigin origin) => origin switch
    {
        FaultOrigin.Library => FaultGroup.Representative,
        FaultOrigin.FieldStudy or FaultOrigin.Variant => FaultGroup.Field,
        FaultOrigin.DotNet => FaultGroup.DotNet,
        _ => FaultGroup.Classic,
    };

    extension(FaultGroup group)
    {
        /// <summary>The group as a heading.</summary>
        public string Words => group switch
        {
            FaultGroup.Representative => "Representative faults",
            FaultGroup.Field => "Further faults of the field study, in unknown proportions",
            FaultGroup.DotNet => ".NET faults, in unknown proportions",
            _ => "Classic mutants, which are no faults of the field",
        };

        /// <summary>The group as machine-readable reports write it.</summary>
        public string Key => group switch
        {
            FaultGroup.Representative => "representative",
            FaultGroup.Field => "field",
            FaultGroup.DotNet => "dotnet",
            _ => "classic",
        };
    }
}
