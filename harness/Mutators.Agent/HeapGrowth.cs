namespace Mutators.Agent;

/// <summary>
/// Whether a run that does not end holds more and more memory. Then it is not its ticks that end it: a process of its own would meet the
/// limit of its heap, and that is another failure mode.
/// </summary>
internal sealed class HeapGrowth
{
    /// <summary>What is held may vary by this much without meaning anything.</summary>
    private const long Noise = 1L << 20;

    /// <summary>
    /// How many times as much again a run may have to grow before it meets the heap's limit. One that grows more slowly would be ended by its time long before, and to wait for
    /// that costs as much as a hundred other mutants.
    /// </summary>
    private const long MostStretches = 64;

    private long held;

    /// <summary>Called before each run.</summary>
    internal void Begin() => held = 0;

    /// <summary>Looks at the heap; true at the first look, and as long as there is so much more in it than at the look before that it comes near its limit.</summary>
    internal bool IsUndecided()
    {
        var before = held;
        held = GC.GetTotalMemory(forceFullCollection: true);
        var growth = held - before;
        return before == 0 || (growth > Noise && (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - held) / growth < MostStretches);
    }
}
