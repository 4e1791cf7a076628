namespace Mutators.Agent;

/// <summary>
/// Sees to it that the garbage of one run is nobody else's: it is collected, and its finalisers run, before the next run begins. The
/// harness gives workers a young generation that is large enough for a run of ordinary size, which then needs no collection at all. An ordinary
/// process never runs most of these finalisers.
/// </summary>
internal sealed class RunMemory
{
    /// <summary>Runs after which everything is collected, and not only what is young: large objects die with a full collection alone.</summary>
    private const int RunsBetweenFull = 16;

    private int collections = GC.CollectionCount(0);
    private int runs;

    /// <summary>Called between two runs.</summary>
    internal void Renew()
    {
        // A run in which nothing was collected has only young objects: to collect those costs a tenth of a full collection.
        var isYoung = GC.CollectionCount(0) == collections;
        if (isYoung && ++runs % RunsBetweenFull != 0)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        }
        else
        {
            GC.Collect();
        }

        GC.WaitForPendingFinalizers();
        collections = GC.CollectionCount(0);
    }
}
