namespace Xen.Mechanisms.Clusters;

/// <summary>
/// What is done from outside during an experiment, and when. An action may let time pass itself, as commands do; what falls due meanwhile comes
/// after it.
/// </summary>
public sealed class Timeline(Cluster cluster)
{
    private readonly PriorityQueue<Action, (long Due, int Sequence)> queue = new();
    private readonly long start = cluster.Now;
    private int sequence;

    /// <summary>Once, so long after the beginning.</summary>
    public void At(long afterNs, Action action) => queue.Enqueue(action, (start + afterNs, sequence++));

    /// <summary>Again and again, for as long as the action answers true.</summary>
    public void Every(long periodNs, Func<bool> action)
    {
        void Again()
        {
            if (action()) queue.Enqueue(Again, (cluster.Now + periodNs, sequence++));
        }

        queue.Enqueue(Again, (cluster.Now + periodNs, sequence++));
    }

    /// <summary>Runs until so long after the beginning.</summary>
    public void Run(long untilNs)
    {
        while (queue.TryPeek(out var action, out var position) && position.Due <= start + untilNs)
        {
            queue.Dequeue();
            if (position.Due > cluster.Now) cluster.RunFor(position.Due - cluster.Now);
            action();
        }

        if (start + untilNs > cluster.Now) cluster.RunFor(start + untilNs - cluster.Now);
    }
}
