namespace Mutators.Campaign;

/// <summary>What the tool's exit code says.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>The command line or the configuration cannot be used as given.</summary>
    Usage = 1,

    /// <summary>A threshold that the user set is violated.</summary>
    ThresholdViolated = 2,

    /// <summary>A mutant has two outcomes: by two engines (a cross-check), or in two stores (a merge).</summary>
    OutcomesDisagree = 3,

    /// <summary>The golden run fails, or two golden runs differ: no mutant could be judged.</summary>
    GoldenNotUsable = 4,

    /// <summary><c>--since</c> does not match the tree.</summary>
    SinceMismatch = 5,

    /// <summary>The repository cannot be used: none there, no commit, no .NET project, or golden does not build.</summary>
    RepositoryNotUsable = 6,

    /// <summary>A bug of ours.</summary>
    InternalError = 70,

    /// <summary>Interrupted; the same command resumes.</summary>
    Interrupted = 130,
}
