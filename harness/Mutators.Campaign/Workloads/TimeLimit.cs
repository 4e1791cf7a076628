namespace Mutators.Campaign.Workloads;

/// <summary>
/// Decides when a run has had its time. A run that waits has had it when the clock says so. One that computes has it in processor time: on a machine that others use as well,
/// the clock would make a hang of a slow run, and the same campaign would find another number of hangs each time.
/// </summary>
public sealed class TimeLimit
{
    /// <summary>Nothing lasts longer, however little of the processor it gets.</summary>
    private const int WallFactor = 40;

    /// <summary>A run waits if it was found waiting at more than half of so many looks in a row.</summary>
    private const int Looks = 10;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private readonly Func<TimeSpan> _used;
    private readonly Func<bool> _isRunnable;
    private readonly TimeSpan _wall;
    private readonly TimeSpan _processor;
    private TimeSpan _nextLook;
    private int _looks;
    private int _waiting;

    /// <summary>The limit of a run that begins now.</summary>
    /// <param name="tree">The processes of the run.</param>
    /// <param name="wall">Wall time for one that waits.</param>
    /// <param name="processor">Processor time for one that computes.</param>
    internal TimeLimit(ProcessTree tree, TimeSpan wall, TimeSpan processor)
        : this(tree.ProcessorTime, tree.IsRunnable, wall, tree.RootProcessorTime() + processor)
    {
    }

    /// <summary>The limit of a run whose processor time somebody else knows.</summary>
    /// <param name="used">Processor time until now.</param>
    /// <param name="isRunnable">Whether it would use the processor just now if it had one.</param>
    /// <param name="wall">Wall time for one that waits.</param>
    /// <param name="processor">Processor time for one that computes.</param>
    public TimeLimit(Func<TimeSpan> used, Func<bool> isRunnable, TimeSpan wall, TimeSpan processor)
    {
        _used = used;
        _isRunnable = isRunnable;
        _wall = wall;
        _processor = processor;
    }

    /// <summary>Whether the run has had its time.</summary>
    /// <param name="elapsed">Wall time since it began.</param>
    public bool IsOver(TimeSpan elapsed)
    {
        if (elapsed <= _wall || elapsed < _nextLook)
        {
            return false;
        }

        _nextLook = elapsed + LookInterval;
        if (elapsed > _wall * WallFactor || _used() > _processor)
        {
            return true;
        }

        _looks++;
        _waiting += _isRunnable() ? 0 : 1;
        if (_looks < Looks)
        {
            return false;
        }

        var waits = _waiting > Looks / 2;
        _looks = 0;
        _waiting = 0;
        return waits;
    }
}
