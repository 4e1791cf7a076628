namespace Mutators.Campaign.Outcomes;

/// <summary>Who noticed a failure; the strongest that applies.</summary>
public enum Detection
{
    /// <summary>There was nothing to notice.</summary>
    None,

    /// <summary>The program itself signalled it: exit code, error message, death of a component.</summary>
    Signalled,

    /// <summary>A monitor of basic functionality.</summary>
    Monitor,

    /// <summary>A check of invariants at quiescence.</summary>
    InvariantCheck,

    /// <summary>A guest's own end-to-end check.</summary>
    GuestCheck,

    /// <summary>Only the comparison with the golden run, which no operator of a real system has.</summary>
    GoldenDifferenceOnly,
}
