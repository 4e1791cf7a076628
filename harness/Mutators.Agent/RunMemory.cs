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

    /// <summary>A smaller share of the heap's limit than this may be kept free of collections: a program near its limit needs each of them.</summary>
    private const int ShareOfLimit = 16;

    /// <summary>Called between two runs.</summary>
    internal static void Renew()
    {
        if (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < ShareOfLimit * WithoutCollection)
        {
            GC.Collect();
        }
        else
        {
            Reserve();
        }

        GC.WaitForPendingFinalizers();
    }

    private static void Reserve()
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
            // The system has less than that.
        }
    }
}
