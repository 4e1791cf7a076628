namespace Mutators.Campaign.Propagation;

/// <summary>
/// How long one may wait for a side of a delta execution in all. While the other side is read this one stands still, with its pipe full, so only the time counts in which somebody waits for it: golden is not
/// ended because the faulty side hangs.
/// </summary>
/// <param name="limit">The time in all.</param>
/// <param name="clock">The clock.</param>
public sealed class WaitLimit(TimeSpan limit, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private TimeSpan _waited;
    private long? _began;

    /// <summary>Somebody begins to wait.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _began = clock.GetTimestamp();
        }
    }

    /// <summary>What was waited for has come.</summary>
    public void End()
    {
        lock (_gate)
        {
            _waited = Waited();
            _began = null;
        }
    }

    /// <summary>Somebody waits now, and has waited for too long.</summary>
    public bool IsExceeded
    {
        get
        {
            lock (_gate)
            {
                return _began is not null && Waited() > limit;
            }
        }
    }

    private TimeSpan Waited() => _began is { } began ? _waited + clock.GetElapsedTime(began) : _waited;
}
