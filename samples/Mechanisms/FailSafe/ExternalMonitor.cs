using Xen.Guests;
using Xen.Hypervisor;
using Xen.Mechanisms.Clusters;
using Xen.XenWorkloads;

namespace Xen.Mechanisms.FailSafe;

/// <summary>How good the monitor is.</summary>
public sealed record MonitorQuality
{
    public long PeriodNs { get; init; } = 50 * Cluster.MillisecondNs;

    /// <summary>A period with a symptom in it passes unnoticed, in percent.</summary>
    public int MissPercent { get; init; }

    /// <summary>A period without a symptom raises an alarm, in percent.</summary>
    public int FalseAlarmPercent { get; init; }

    /// <summary>The signature of the attack is known: its source is cut off, and the VM stays.</summary>
    public bool KnowsSignature { get; init; }
}

/// <summary>
/// Enforces fail-safe behaviour (section 3, third mechanism): a monitor outside of the VM, in a process of Dom0, looks at what the VM sends. At a
/// symptom of a published attack it has the VMM crash the VM; when the attack's signature is known, it ends the interaction with the
/// source instead. It remembers when requests with suspicious payloads passed, which later tells correct checkpoints from others.
/// </summary>
public sealed class ExternalMonitor
{
    private readonly Cluster cluster;
    private readonly Machine machine;
    private readonly VmPlan plan;
    private readonly MonitorQuality quality;
    private readonly Component process;
    private readonly RandomStream random;
    private bool symptom;

    public ExternalMonitor(Cluster cluster, Machine machine, VmPlan plan, MonitorQuality quality)
    {
        this.cluster = cluster;
        this.machine = machine;
        this.plan = plan;
        this.quality = quality;
        process = machine.Host.CreateProcess("fail-safe monitor");
        random = cluster.Simulation.Stream("fail-safe monitor");
        LastHeartbeat = cluster.Now;
        cluster.Network.UnsafeOutputPassed += _ => symptom = true;
        cluster.Network.RequestPassed += request =>
        {
            if (request.Payload == Service.Exploit) FirstExploitAt ??= cluster.Now;
        };
        if (quality.KnowsSignature) cluster.Network.Block(Service.Exploit);
    }

    /// <summary>When it last said that it lives.</summary>
    public long LastHeartbeat { get; private set; }

    /// <summary>When it had the VM crashed; null while it has not.</summary>
    public long? CrashedVmAt { get; private set; }

    /// <summary>When the first request with the attack's signature passed, seen afterwards; null when none did.</summary>
    public long? FirstExploitAt { get; private set; }

    /// <summary>Alarms without a symptom.</summary>
    public int FalseAlarms { get; private set; }

    /// <summary>The monitor itself fails.</summary>
    public void Kill() => process.Kill("SIGKILL");

    /// <summary>One period. Does nothing when the monitor is dead.</summary>
    public void Step()
    {
        if (!process.Alive) return;
        LastHeartbeat = cluster.Now;
        var seen = symptom;
        symptom = false;
        if (CrashedVmAt is not null) return;
        if (seen ? random.Chance(quality.MissPercent) : !random.Chance(quality.FalseAlarmPercent)) return;
        if (!seen) FalseAlarms++;
        CrashedVmAt = cluster.Now;
        cluster.Xl(machine, "destroy", plan.Name);
    }
}

/// <summary>In the VMM, below everything: when the monitor is not heard of for some periods, the VM that it watches over is stopped, for all to see.</summary>
public sealed class MonitorWatchdog(Cluster cluster, Machine machine, VmPlan plan, ExternalMonitor monitor, long limitNs)
{
    /// <summary>When it stopped the VM; null while it has not.</summary>
    public long? StoppedVmAt { get; private set; }

    public void Step()
    {
        if (StoppedVmAt is not null || cluster.Now - monitor.LastHeartbeat <= limitNs || machine.DomidOf(plan.Name) < 0) return;
        StoppedVmAt = cluster.Now;
        cluster.Xl(machine, "pause", plan.Name);
    }
}
