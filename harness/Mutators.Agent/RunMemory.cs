using System.Runtime;

namespace Mutators.Agent;

/// <summary>
/// Sees to it that the garbage of one run is nobody else's: it is collected, and its finalisers run, before the next run begins, in
/// which a program of ordinary size then needs no collection at all. An ordinary process never runs most of these finalisers.
/// </summary>
internal static class RunMemory
{
    /// <summary>Bytes that a run may allocate without a collection: what small programs need, and little beside the worker's limit.</summary>
    private const long WithoutCollection = 64L << 20;

    /// <summary>Called between two runs.</summary>
    internal static void Renew()
    {
        try
        {
            if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
            {
                GC.EndNoGCRegion();
            }

            GC.TryStartNoGCRegion(WithoutCollection);
        }
        catch (InvalidOperationException)
        {
            // The run had more garbage than that, or collected by itself: then this one is an ordinary heap.
        }
        catch (ArgumentOutOfRangeException)
        {
            // The worker's limit is lower.
        }

        GC.WaitForPendingFinalizers();
    }
}
