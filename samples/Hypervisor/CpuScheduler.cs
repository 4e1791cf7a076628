namespace Xen.Hypervisor;

/// <summary>
/// The physical CPUs and the credits of the domains (credit2's parameters). It does not delay handlers: it says how long each would
/// have waited for a CPU, and who has consumed how much relative to its weight.
/// </summary>
public sealed class CpuScheduler
{
    public const int DefaultWeight = 256;
    public const int MaxWeight = 65535;
    public const long InitialCreditNs = 10_000_000;

    /// <summary>CPU time that one handler costs.</summary>
    public const long HandlerCostNs = 400;

    public const int DefaultRateLimitUs = 1000;
    public const int MinRateLimitUs = 100;
    public const int MaxRateLimitUs = 500_000;

    private readonly long[] busyUntil;

    internal CpuScheduler(int cpus) => busyUntil = new long[cpus];

    public int Cpus => busyUntil.Length;

    /// <summary>How long a virtual CPU runs at least before another of higher credit takes its place.</summary>
    public int RateLimitUs { get; internal set; } = DefaultRateLimitUs;

    /// <summary>CPU time consumed by all domains, ns.</summary>
    public long ConsumedNs { get; private set; }

    /// <summary>Takes the physical CPU that is free first. Answers how long the virtual CPU has to wait for it.</summary>
    internal long Dispatch(Vcpu vcpu, long now)
    {
        var first = -1;
        for (var cpu = 0; cpu < busyUntil.Length; cpu++)
        {
            if ((vcpu.HardAffinity & (1UL << cpu)) == 0)
            {
                continue;
            }

            var preferred = (vcpu.SoftAffinity & (1UL << cpu)) != 0;
            if (first < 0 || busyUntil[cpu] < busyUntil[first] || (preferred && busyUntil[cpu] == busyUntil[first] && cpu == vcpu.Processor))
            {
                first = cpu;
            }
        }

        vcpu.Processor = first;

        var wait = Math.Max(0, busyUntil[first] - now);
        busyUntil[first] = now + wait + HandlerCostNs;
        ConsumedNs += HandlerCostNs;
        Burn(vcpu.Domain);
        return wait;
    }

    private static void Burn(Domain domain)
    {
        domain.CreditNs -= HandlerCostNs * DefaultWeight / domain.Weight;
        if (domain.CreditNs > 0)
        {
            return;
        }

        // credit2's reset: everybody on the run queue gets the initial credit again, nobody keeps more than that.
        foreach (var other in domain.Host.Domains)
        {
            other.CreditNs = Math.Min(other.CreditNs + InitialCreditNs, InitialCreditNs);
        }
    }
}
