namespace Xen.Hypervisor;

/// <summary>One entry of the simulator's queue: a handler that will run at a virtual time on behalf of a component.</summary>
public sealed class Timer
{
    private enum Stage
    {
        Queued,
        Parked,
        Done,
    }

    private readonly Action handler;
    private Stage stage;

    internal Timer(Component owner, string what, long dueNs, bool housekeeping, Action handler)
    {
        Owner = owner;
        What = what;
        DueNs = dueNs;
        Housekeeping = housekeeping;
        this.handler = handler;
        stage = owner.Alive ? Stage.Queued : Stage.Done;
    }

    public Component Owner { get; }

    public string What { get; }

    /// <summary>The component in whose handler the entry was made; null for the world outside.</summary>
    public Component? From { get; internal init; }

    /// <summary>What will run: for those who look on.</summary>
    public Delegate Handler => handler;

    public long DueNs { get; }

    /// <summary>Periodic upkeep (a heartbeat) that does not keep the simulation from being quiet.</summary>
    public bool Housekeeping { get; }

    /// <summary>Still to run: neither fired nor cancelled, and its owner is alive.</summary>
    public bool Pending => stage != Stage.Done && Owner.Alive;

    internal bool InQueue => stage == Stage.Queued && Owner.Alive;

    /// <summary>Its place in the queue.</summary>
    internal (long Due, long Sequence) Position { get; set; }

    /// <summary>Its owner has it among those to be looked at.</summary>
    internal bool IsListed { get; set; }

    /// <summary>Takes the entry back. Harmless when it has run already.</summary>
    public void Cancel()
    {
        if (InQueue)
        {
            Owner.Simulation.Tap?.Touch(Owner);
            Owner.Simulation.Uncount(this);
        }

        stage = Stage.Done;
    }

    internal void MarkQueued() => stage = Stage.Queued;

    internal void MarkParked() => stage = Stage.Parked;

    internal void Fire()
    {
        stage = Stage.Done;
        handler();
    }
}
