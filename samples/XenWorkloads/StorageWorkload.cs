using Xen.Guests;

namespace Xen.XenWorkloads;

/// <summary>
/// Guests with a key-value store each, whose power is cut, which are rebooted, paused and checkpointed in the middle of their work: what was
/// acknowledged must be there afterwards.
/// </summary>
public sealed class StorageWorkload : Workload
{
    /// <summary>How long a store may work before it is disturbed.</summary>
    private const long MaxUndisturbedNs = 60_000_000;

    private readonly List<DomainPlan> plans = [];
    private readonly int steps;

    /// <summary>Guests whose daemon has left because it saw them suspend, as the original's does: nobody would restart them.</summary>
    private readonly SortedSet<string> unwatched = new(StringComparer.Ordinal);

    public StorageWorkload(Machine machine, Observations observations, WorkloadOptions options)
        : base(machine, observations)
    {
        for (var i = 1; i <= options.Domains; i++) plans.Add(Plan($"db{i}"));
        steps = options.Length;
    }

    private DomainPlan Plan(string name) => new(name, 4, 1 + Random.Below(2), 24 + Random.Below(24), 1, 1, Random.Next() & 0xFFFFFFFF)
    {
        Role = GuestManifest.KeyValue,
        Operations = 60 + Random.Below(60),
        Patterns = 8,
        ConsoleBeatMs = 500,
    };

    protected override void Work()
    {
        foreach (var plan in plans) Command($"xl create {plan.Name}", "create", Machine.WriteConfig(plan));
        for (var step = 0; step < steps && !HostDown; step++) Disturb(plans[Random.Below(plans.Count)]);
        foreach (var plan in plans) Rest(plan.Name);
        AllMonitors();
    }

    protected override void Epilogue()
    {
        var late = Plan("late");
        Command("xl create late", "create", Machine.WriteConfig(late));
        Rest("late");
        if (!HostDown) Destroy("late");
        Command("xl create late again", "create", Machine.WriteConfig(late));
        Rest("late");
        if (!HostDown) ShutDown("late");
        foreach (var plan in plans)
        {
            if (!HostDown) Monitor($"{plan.Name} console", () => Monitors.ConsoleBeat(Machine.DomidOf(plan.Name)));
            Rest(plan.Name);
        }
        if (!HostDown) AllMonitors();
    }

    /// <summary>Something happens to a guest while its store works.</summary>
    private void Disturb(DomainPlan plan)
    {
        Machine.Simulation.RunFor(Random.Between(1_000_000, MaxUndisturbedNs));
        switch (Random.Below(5))
        {
            case 0 when !unwatched.Contains(plan.Name): Reboot(plan); break;
            case 0 or 1: CutPower(plan); break;
            case 2: PauseAndUnpause(plan.Name); break;
            case 3: Checkpoint(plan); break;
            default: AddAndRemoveDisk(plan); break;
        }
    }

    private void CutPower(DomainPlan plan)
    {
        unwatched.Remove(plan.Name);
        Destroy(plan.Name);
        Command($"xl create {plan.Name}", "create", Machine.WriteConfig(plan));
    }

    private void Reboot(DomainPlan plan)
    {
        var domid = Machine.DomidOf(plan.Name);
        Command($"xl reboot {plan.Name}", "reboot", plan.Name);
        Monitor($"{plan.Name} rebooted", () =>
        {
            var back = Monitors.Wait(() => Machine.DomidOf(plan.Name) is var now && now > 0 && now != domid, EndLimitNs);
            return back ? null : $"{plan.Name} does not come back";
        });
        Monitor($"{plan.Name} ping", () => Monitors.Ping(Machine.DomidOf(plan.Name)));
    }

    private void Checkpoint(DomainPlan plan)
    {
        var path = $"/srv/{plan.Name}.save";
        unwatched.Add(plan.Name);
        Command($"xl save -c {plan.Name}", "save", "-c", plan.Name, path);
        Machine.Host.Files.Delete(path);
        Monitor("heartbeat", Monitors.Heartbeat);
    }
}
