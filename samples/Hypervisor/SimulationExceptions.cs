namespace Xen.Hypervisor;

/// <summary>The simulation did more work than its limit allows: some component floods the queue.</summary>
public sealed class SimulationLimitException(Component busiest, long limit)
    : Exception($"more than {limit} events; the busiest component is {busiest.Name} with {busiest.EventCount}")
{
    /// <summary>The component that ran the most handlers.</summary>
    public Component Busiest { get; } = busiest;
}

/// <summary>Ends the running handler of a component that has just stopped to exist, as a CPU stops in the middle of a function.</summary>
public sealed class ComponentHaltedException(string why) : Exception(why);

/// <summary>An access to memory that is not mapped, or a write to a read-only mapping.</summary>
public sealed class PageFaultException(string what) : Exception(what);
