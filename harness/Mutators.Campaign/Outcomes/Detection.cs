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

    /// <summary>One of the project's own tests, as workload.</summary>
    Test,

    /// <summary>A check of invariants at quiescence.</summary>
    InvariantCheck,

    /// <summary>A guest's own end-to-end check.</summary>
    GuestCheck,

    /// <summary>Only the comparison with the golden run, which no operator of a real system has.</summary>
    GoldenDifferenceOnly,
}

/// <summary>What reports ask of a detection.</summary>
public static class Detections
{
    /// <summary>All of them, the strongest first.</summary>
    public static IReadOnlyList<Detection> All { get; } = Enum.GetValues<Detection>();

    extension(Detection detection)
    {
        /// <summary>
        /// Somebody noticed in time and said so. A guest that finds its own data damaged is the oracle of the silent data failure, not a
        /// detector of it.
        /// </summary>
        public bool IsDetected => detection is Detection.Signalled or Detection.Monitor or Detection.Test or Detection.InvariantCheck;

        /// <summary>The detection as reports write it.</summary>
        public string Words => detection switch
        {
            Detection.None => "nothing to notice",
            Detection.Signalled => "signalled by the program",
            Detection.Monitor => "noticed by a monitor",
            Detection.Test => "noticed by a test",
            Detection.InvariantCheck => "noticed by an invariant check",
            Detection.GuestCheck => "noticed by a guest's check of its data only",
            Detection.GoldenDifferenceOnly => "noticed by nobody: differs from golden only",
            _ => throw new System.Diagnostics.UnreachableException($"A detection without words: {detection}."),
        };
    }
}
