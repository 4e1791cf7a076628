namespace Xen.Hypervisor;

public enum RunState
{
    Running = 0,
    Runnable = 1,
    Blocked = 2,
    Offline = 3,
}

/// <summary>What the builder loads into a virtual CPU before it first runs: the virtual address of the kernel's entry and the frame of start_info.</summary>
public sealed record VcpuContext(ulong EntryPoint, ulong StartInfoMfn);

/// <summary>A virtual CPU and the times it spent in each run state. The four times always sum to its age.</summary>
public sealed class Vcpu
{
    private readonly long[] times = new long[4];
    private readonly long createdAt;
    private long enteredAt;

    internal Vcpu(Domain domain, int id, long now)
    {
        Domain = domain;
        Id = id;
        createdAt = now;
        enteredAt = now;
    }

    public Domain Domain { get; }

    public int Id { get; }

    public RunState State { get; private set; } = RunState.Offline;

    public VcpuContext? Context { get; internal set; }

    /// <summary>Has a context and was not taken down.</summary>
    public bool Online => Context is not null && Up;

    /// <summary>Brought up by its kernel (VCPUOP_up); the boot CPU by the builder.</summary>
    public bool Up { get; internal set; }

    /// <summary>The physical CPUs that it may run on, one bit each.</summary>
    public ulong HardAffinity { get; internal set; } = ulong.MaxValue;

    /// <summary>The physical CPUs that it prefers.</summary>
    public ulong SoftAffinity { get; internal set; } = ulong.MaxValue;

    /// <summary>What it may still run before others of the same weight come first.</summary>
    public long CreditNs { get; internal set; } = CpuScheduler.InitialCreditNs;

    /// <summary>The physical CPU that it ran on last.</summary>
    public int Processor { get; internal set; }

    /// <summary>Nanoseconds spent running.</summary>
    public long CpuTimeNs => times[(int)RunState.Running];

    /// <summary>The time in a state up to now.</summary>
    public long TimeIn(RunState state, long now) => times[(int)state] + (State == state && now > enteredAt ? now - enteredAt : 0);

    /// <summary>How long the virtual CPU exists.</summary>
    public long Age(long now) => Math.Max(now, enteredAt) - createdAt;

    internal void Enter(RunState state, long now)
    {
        Settle(now);
        State = state;
    }

    /// <summary>
    /// A handler runs: it costs a little CPU time, waits its turn first when all physical CPUs are taken, and blocks again afterwards.
    /// Handlers themselves take no virtual time, so this is bookkeeping that runs ahead of the clock by at most the cost.
    /// </summary>
    internal void Account(long now)
    {
        // Who computes takes the handler in its stride.
        if (State is RunState.Offline or RunState.Running or RunState.Runnable)
        {
            return;
        }

        Settle(now);
        var start = Math.Max(now, enteredAt);
        var wait = Domain.Host.Scheduler.Dispatch(this, start);
        times[(int)RunState.Runnable] += wait;
        times[(int)RunState.Running] += CpuScheduler.HandlerCostNs;
        enteredAt = start + wait + CpuScheduler.HandlerCostNs;
        State = RunState.Blocked;
    }

    private void Settle(long now)
    {
        if (now > enteredAt)
        {
            times[(int)State] += now - enteredAt;
            enteredAt = now;
        }
    }
}
