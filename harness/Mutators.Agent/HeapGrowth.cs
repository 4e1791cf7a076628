namespace Mutators.Agent;

/// <summary>
/// Whether a run that does not end holds more and more memory. Then it is not its ticks that end it: a process of its own would meet the
/// limit of its heap, and that is another failure mode.
/// </summary>
internal sealed class HeapGrowth
{
    /// <summary>What is held may vary by this much without meaning anything.</summary>
    private const long Noise = 1L << 20;

    private long held;

    /// <summary>Called before each run.</summary>
    internal void Begin() => held = 0;

    /// <summary>Looks at the heap; true at the first look, and as long as there is more in it than at the look before.</summary>
    internal bool IsUndecided()
    {
        var before = held;
        held = GC.GetTotalMemory(forceFullCollection: true);
        return before == 0 || held > before + Noise;
    }
}
