namespace Mutators.Campaign.Outcomes;

/// <summary>
/// What became of a mutant, decided in this order: the first that applies is the headline (<see cref="OutcomeClassifier"/> says by
/// which observation, docs/failure-modes.md gives examples). The first five never enter the denominator of a statement about impact.
/// </summary>
public enum FailureMode
{
    /// <summary>No execution reached the site under any workload. Oracle: the activation probes of the golden run.</summary>
    NotActivated,

    /// <summary>The branch does not compile. Oracle: the compiler.</summary>
    BuildReject,

    /// <summary>The optimising compiler makes of it what it makes of golden: no fault. Oracle: trivial compiler equivalence.</summary>
    Equivalent,

    /// <summary>The optimising compiler makes of it what it makes of another mutant, which is run in its place. Oracle: trivial compiler equivalence.</summary>
    Duplicate,

    /// <summary>Nothing can be said: the only tests that reach the site, or that say anything, do not end the same twice. Oracle: golden run twice, and the failed test run again.</summary>
    Flaky,

    /// <summary>
    /// The host is lost with all its guests, or an invariant of the trusted side panicked. Oracle: a component observation of kind
    /// <c>host</c>. CRASH scale: Catastrophic.
    /// </summary>
    HostCrash,

    /// <summary>
    /// No progress: deadlock, livelock, or far beyond the golden run's limits. Oracle: the time or output limit ended the process, or a
    /// component observation with event <c>hang</c>. CRASH scale: Restart.
    /// </summary>
    ControlHang,

    /// <summary>
    /// The program, or a component of it, died; the host lives. Oracle: an unhandled exception, a signal or the memory limit ended the
    /// process, or a component observation of kind <c>process</c> or <c>kernel</c> with event <c>crash</c>. CRASH scale: Abort.
    /// </summary>
    ControlCrash,

    /// <summary>A test does not end and uses the processor meanwhile. Oracle: its ticks, at the time limit the processor time. CRASH scale: Restart.</summary>
    BusyHang,

    /// <summary>A test does not end and waits meanwhile: deadlock, a signal that nobody gives. Oracle: the time limit, and no processor time. CRASH scale: Restart.</summary>
    IdleHang,

    /// <summary>A test needs memory without end. Oracle: the limit of the heap or of the process. CRASH scale: Abort.</summary>
    MemoryExhausted,

    /// <summary>A test ends the process that it runs in, as if all were well. Oracle: the process exits before the tests are through. CRASH scale: Abort.</summary>
    UnexpectedExit,

    /// <summary>At least one guest crashed, hangs or lost its I/O. Oracle: a component observation of kind <c>guest</c>. Beyond the CRASH scale.</summary>
    GuestFailure,

    /// <summary>
    /// An operation reports failure, or a basic function is not available. Oracle: an operation's code, or the program's exit code, is
    /// another failure than golden's; or a monitor is not ok. CRASH scale: Hindering if the code is a wrong one.
    /// </summary>
    OperationError,

    /// <summary>An exception that no test expects ends a test. Oracle: the test framework; the reason names its type.</summary>
    UnexpectedException,

    /// <summary>An assertion of a test does not hold. Oracle: the test framework.</summary>
    FailedAssertion,

    /// <summary>
    /// Operations ended as in the golden run, and yet the states that must agree do not. Oracle: an invariant is violated; a failure
    /// of golden's is reported as success; a state digest differs although nothing was signalled. CRASH scale: Silent if success was reported.
    /// </summary>
    InconsistentState,

    /// <summary>
    /// Data differs from golden and no error was signalled to anyone. Oracle: a data observation is not ok or has another digest; a
    /// plain line differs although nothing was signalled. CRASH scale: Silent.
    /// </summary>
    SilentDataFailure,

    /// <summary>
    /// All correct, but slower or larger than the configured share. Oracle: a resource, or the virtual time of the last observation,
    /// above golden × (1 + share).
    /// </summary>
    Degraded,

    /// <summary>Activated, and everything equal to golden. Oracle: none of the above.</summary>
    NoImpact,

    /// <summary>Tests execute the site, and all of them pass: what mutation testing calls a survivor. Oracle: none of the above.</summary>
    Survived,
}

/// <summary>What reports and statistics ask of a failure mode.</summary>
public static class FailureModes
{
    /// <summary>All modes, in the order in which they are decided.</summary>
    public static IReadOnlyList<FailureMode> All { get; } = Enum.GetValues<FailureMode>();

    /// <summary>What can become of an activated mutant under a program as workload.</summary>
    public static IReadOnlyList<FailureMode> OfPrograms { get; } = [.. All.Where(mode => mode.IsActivated && !mode.IsOfTests)];

    /// <summary>What can become of an activated mutant under tests as workload.</summary>
    public static IReadOnlyList<FailureMode> OfTests { get; } = [.. All.Where(mode => mode.IsOfTests || mode is FailureMode.ControlCrash)];

    extension(FailureMode mode)
    {
        /// <summary>The site was reached, so the mutant belongs to the denominator of a statement about impact.</summary>
        public bool IsActivated => mode is >= FailureMode.HostCrash;

        /// <summary>The mode is said of tests only; a crash is said of programs too.</summary>
        public bool IsOfTests => mode is FailureMode.BusyHang or FailureMode.IdleHang or FailureMode.MemoryExhausted or FailureMode.UnexpectedExit
            or FailureMode.UnexpectedException or FailureMode.FailedAssertion or FailureMode.Survived;

        /// <summary>Something failed: neither correct nor merely slower.</summary>
        public bool IsFailure => mode is >= FailureMode.HostCrash and <= FailureMode.SilentDataFailure;

        /// <summary>The mode as reports write it.</summary>
        public string Words => mode switch
        {
            FailureMode.NotActivated => "not activated",
            FailureMode.BuildReject => "does not build",
            FailureMode.Equivalent => "equivalent",
            FailureMode.Duplicate => "duplicate",
            FailureMode.Flaky => "flaky",
            FailureMode.BusyHang => "busy hang",
            FailureMode.IdleHang => "idle hang",
            FailureMode.MemoryExhausted => "out of memory",
            FailureMode.UnexpectedExit => "unexpected exit",
            FailureMode.UnexpectedException => "unexpected exception",
            FailureMode.FailedAssertion => "failed assertion",
            FailureMode.Survived => "survived",
            FailureMode.HostCrash => "host crash",
            FailureMode.ControlHang => "hang",
            FailureMode.ControlCrash => "crash",
            FailureMode.GuestFailure => "guest failure",
            FailureMode.OperationError => "operation error",
            FailureMode.InconsistentState => "inconsistent state",
            FailureMode.SilentDataFailure => "silent data failure",
            FailureMode.Degraded => "degraded",
            FailureMode.NoImpact => "no impact",
            _ => throw new System.Diagnostics.UnreachableException($"A failure mode without words: {mode}."),
        };

        /// <summary>The mode as notes, options and machine-readable reports write it: <c>silent-data-failure</c>.</summary>
        public string Key => mode.Words.Replace(' ', '-');
    }
}
