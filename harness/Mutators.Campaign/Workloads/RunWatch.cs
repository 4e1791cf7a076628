namespace Mutators.Campaign.Workloads;

/// <summary>Looks at a run that is under way, for what may end it before it ends by itself: too much output, too much time, too much memory.</summary>
/// <param name="tree">The processes of the run.</param>
/// <param name="budget">What it has printed.</param>
/// <param name="limits">What it may print, and hold.</param>
/// <param name="time">How long it may take.</param>
/// <param name="firstMemoryLook">When its memory is looked at for the first time, counted from its beginning.</param>
internal sealed class RunWatch(ProcessTree tree, OutputBudget budget, RunLimits limits, TimeLimit time, TimeSpan firstMemoryLook)
{
    // Reading /proc costs a millisecond or two: not at every look.
    private static readonly TimeSpan MemoryLookInterval = TimeSpan.FromMilliseconds(100);

    private TimeSpan _memoryLookAt = firstMemoryLook;

    /// <summary>What it was last seen to hold in memory, in bytes; 0 before the first look.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>What ends the run now; null if nothing does.</summary>
    /// <param name="elapsed">Wall time since the run began.</param>
    public ProcessEnd? Look(TimeSpan elapsed)
    {
        if (budget.Exceeded)
        {
            return ProcessEnd.OutputLimit;
        }

        if (time.IsOver(elapsed))
        {
            return ProcessEnd.TimedOut;
        }

        if (limits.MemoryBytes > 0 && elapsed >= _memoryLookAt)
        {
            _memoryLookAt = elapsed + MemoryLookInterval;
            MemoryBytes = tree.WorkingSetBytes();
            return MemoryBytes > limits.MemoryBytes + ProcessRunner.NativeAllowanceBytes ? ProcessEnd.OutOfMemory : null;
        }

        return null;
    }

    /// <summary>The first look at memory of a process that may have grown before the run: not at once, as that of one which begins with it.</summary>
    public static TimeSpan AfterOneInterval => MemoryLookInterval;
}
