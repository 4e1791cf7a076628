namespace Mutators.Campaign.Outcomes;

/// <summary>
/// What became of a mutant, decided in this order: the first that applies is the headline (docs of the classifier say by which
/// observation). The two first never enter the denominator of a statement about impact.
/// </summary>
public enum FailureMode
{
    /// <summary>No execution reached the site under any workload.</summary>
    NotActivated,

    /// <summary>The branch does not compile.</summary>
    BuildReject,

    /// <summary>The host is lost with all its guests, or an invariant of the trusted side panicked.</summary>
    HostCrash,

    /// <summary>No progress: deadlock, livelock, or far beyond the golden run's limits.</summary>
    ControlHang,

    /// <summary>The program, or a component of it, died; the host lives.</summary>
    ControlCrash,

    /// <summary>At least one guest crashed, hangs or lost its I/O.</summary>
    GuestFailure,

    /// <summary>An operation reports failure.</summary>
    OperationError,

    /// <summary>Operations ended as in the golden run, and yet the states that must agree do not.</summary>
    InconsistentState,

    /// <summary>Data differs from golden and no error was signalled to anyone.</summary>
    SilentDataFailure,

    /// <summary>All correct, but slower or larger than the configured share.</summary>
    Degraded,

    /// <summary>Activated, and everything equal to golden.</summary>
    NoImpact,
}
