namespace Xen.Hypervisor;

/// <summary>
/// Finds the handlers that follow each other at the same moment and have nothing in common: no component runs in both, is told something by both or has something queued by both, and no passive party
/// serves both. In which of the two orders they run is then neutral, and whatever differs when they change places has gone by a way that nobody tells of.
/// </summary>
public sealed class IndependentNeighbours
{
    private readonly List<long> found = [];
    private HashSet<string> touched = new(StringComparer.Ordinal);
    private HashSet<string> before = new(StringComparer.Ordinal);
    private bool isFree;
    private bool wasFree;
    private long moment = -1;
    private long number;

    // The queue's next number when the handler before was taken: what it has queued itself comes behind.
    private long queuedUntil;

    /// <summary>The handlers that may change places with the one behind them, by their number among all that were taken from the queue.</summary>
    public IEnumerable<long> Found
    {
        get
        {
            Close();
            return found;
        }
    }

    /// <summary>Something of this party is used, or it is told of.</summary>
    internal void Touch(string party) => touched.Add(party);

    /// <summary>The world outside acts: whoever comes behind is no neighbour of whoever was before.</summary>
    internal void Part()
    {
        Close();
        (isFree, wasFree) = (false, false);
    }

    internal void Take(Timer timer, long taken, long nextInQueue)
    {
        var isQueuedBefore = timer.Position.Sequence < queuedUntil;
        var now = timer.Owner.Simulation.Now;
        Close();
        (touched, before) = (before, touched);
        touched.Clear();
        wasFree = isFree && now == moment && isQueuedBefore;

        // The hypervisor and whoever watches from outside have their hands everywhere.
        isFree = timer.Owner.Containment != Containment.Trusted;
        (moment, number, queuedUntil) = (now, taken, nextInQueue);
    }

    private void Close()
    {
        if (isFree && wasFree && !touched.Overlaps(before))
        {
            found.Add(number - 1);
        }

        wasFree = false;
    }
}
