namespace Xen.Hypervisor;

/// <summary>
/// credit2's run queue for work that takes time: virtual CPUs that compute share the physical CPUs by weight, within their caps and their
/// affinities. Who has the most credit runs; running burns credit, the faster the smaller the weight; when nobody has any left, everybody
/// gets the initial credit again.
/// </summary>
public sealed class CreditRunQueue
{
    /// <summary>The longest that a virtual CPU runs before the queue is looked at again.</summary>
    public const long MaxSliceNs = 10_000_000;

    private const long MinSliceNs = 500_000;

    /// <summary>A cap is kept over each such period.</summary>
    private const long CapPeriodNs = 10_000_000;

    private readonly Host host;
    private readonly Component component;
    private readonly List<Job> jobs = [];
    private readonly Job?[] running;

    internal CreditRunQueue(Host host)
    {
        this.host = host;
        component = new Component(host.Simulation, "xen-scheduler", Containment.Trusted);
        running = new Job?[host.Options.Cpus];
    }

    /// <summary>Virtual CPUs that compute, or want to.</summary>
    public int Length => jobs.Count;

    /// <summary>A virtual CPU computes for so long, net of waiting; then its kernel hears of it.</summary>
    public void Compute(Vcpu vcpu, long durationNs, string what, Action done)
    {
        if (!vcpu.Online || jobs.Exists(job => job.Vcpu == vcpu))
        {
            return;
        }

        vcpu.Enter(RunState.Runnable, host.Simulation.Now);
        jobs.Add(new Job(vcpu, durationNs, what, done));
        Schedule();
    }

    /// <summary>A domain can run again, or other parameters hold for it.</summary>
    internal void Kick()
    {
        if (jobs.Count > 0)
        {
            Schedule();
        }
    }

    private void Schedule()
    {
        jobs.RemoveAll(job => job.Cpu < 0 && (job.Vcpu.Domain.Dying != DyingState.Alive || !job.Vcpu.Online));
        for (var cpu = 0; cpu < running.Length; cpu++)
        {
            if (running[cpu] is null && Pick(cpu) is { } job)
            {
                Start(job, cpu);
            }
        }
    }

    private Job? Pick(int cpu)
    {
        Job? best = null;
        foreach (var job in jobs)
        {
            var allowed = (job.Vcpu.HardAffinity & (1UL << cpu)) != 0;
            if (job.Cpu >= 0 || !allowed || !job.Vcpu.Domain.IsRunning || !job.Vcpu.Online || !WithinCap(job.Vcpu.Domain))
            {
                continue;
            }

            if (best is null || job.Vcpu.CreditNs > best.Vcpu.CreditNs || (job.Vcpu.CreditNs == best.Vcpu.CreditNs && Prefers(job.Vcpu, cpu) && !Prefers(best.Vcpu, cpu)))
            {
                best = job;
            }
        }

        if (best is { Vcpu.CreditNs: <= 0 })
        {
            ResetCredit();
        }

        return best;
    }

    private static bool Prefers(Vcpu vcpu, int cpu) => (vcpu.SoftAffinity & (1UL << cpu)) != 0;

    // Nobody keeps more than the initial credit, and who was far below zero stays behind the others.
    private void ResetCredit()
    {
        foreach (var job in jobs)
        {
            job.Vcpu.CreditNs = Math.Min(job.Vcpu.CreditNs + CpuScheduler.InitialCreditNs, CpuScheduler.InitialCreditNs);
        }
    }

    private void Start(Job job, int cpu)
    {
        var now = host.Simulation.Now;
        var least = Math.Max(MinSliceNs, host.Scheduler.RateLimitUs * 1000L);
        var slice = Math.Min(Math.Clamp(job.Vcpu.CreditNs * job.Vcpu.Domain.Weight / CpuScheduler.DefaultWeight, least, Math.Max(least, MaxSliceNs)), job.RemainingNs);
        if (job.Vcpu.Domain.Cap > 0)
        {
            slice = Math.Min(slice, Math.Max(1, CapBudget(job.Vcpu.Domain)));
        }

        job.Cpu = cpu;
        running[cpu] = job;
        job.Vcpu.Processor = cpu;
        job.Vcpu.Enter(RunState.Running, now);
        host.Simulation.AfterHousekeeping(slice, component, "slice", () => Stop(job, slice));
    }

    private void Stop(Job job, long slice)
    {
        running[job.Cpu] = null;
        job.Cpu = -1;
        job.RemainingNs -= slice;
        var vcpu = job.Vcpu;
        vcpu.CreditNs -= slice * CpuScheduler.DefaultWeight / vcpu.Domain.Weight;
        vcpu.Domain.CapUsedNs += slice;
        if (vcpu.Domain.Dying != DyingState.Alive || !vcpu.Online)
        {
            jobs.Remove(job);
        }
        else if (job.RemainingNs > 0)
        {
            vcpu.Enter(RunState.Runnable, host.Simulation.Now);
        }
        else
        {
            jobs.Remove(job);
            vcpu.Enter(RunState.Blocked, host.Simulation.Now);
            host.Simulation.AfterHousekeeping(0, vcpu.Domain.Kernel, job.What, job.Done);
        }

        // Who has just computed may ask for more in the same instant, and belongs into the queue before it is looked at.
        host.Simulation.AfterHousekeeping(0, component, "schedule", Schedule);
    }

    private bool WithinCap(Domain domain)
    {
        if (domain.Cap == 0 || CapBudget(domain) > 0)
        {
            return true;
        }

        if (!domain.CapWakeQueued)
        {
            domain.CapWakeQueued = true;
            var next = ((host.Simulation.Now / CapPeriodNs) + 1) * CapPeriodNs;
            host.Simulation.AfterHousekeeping(next - host.Simulation.Now, component, "cap period", () =>
            {
                domain.CapWakeQueued = false;
                Schedule();
            });
        }

        return false;
    }

    // What a domain may still run in this period.
    private long CapBudget(Domain domain)
    {
        var period = host.Simulation.Now / CapPeriodNs;
        if (domain.CapPeriod != period)
        {
            domain.CapPeriod = period;
            domain.CapUsedNs = 0;
        }

        return (domain.Cap * CapPeriodNs / 100) - domain.CapUsedNs;
    }

    private sealed class Job(Vcpu vcpu, long remainingNs, string what, Action done)
    {
        public Vcpu Vcpu { get; } = vcpu;

        public long RemainingNs { get; set; } = remainingNs;

        public string What { get; } = what;

        public Action Done { get; } = done;

        /// <summary>Where it runs; -1 while it waits.</summary>
        public int Cpu { get; set; } = -1;
    }
}
