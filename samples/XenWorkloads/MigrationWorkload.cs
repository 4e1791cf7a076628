using Xen.Guests;
using Xen.Hypervisor;

namespace Xen.XenWorkloads;

/// <summary>
/// Guests that move between two hosts with shared storage while they work on their disks and their memory, are saved and restored, and
/// stay where they are when a migration fails.
/// </summary>
public sealed class MigrationWorkload : Workload
{
    private const string OtherHost = "dom0-b";
    private const long MaxUndisturbedNs = 100_000_000;

    private readonly Machine other;
    private readonly Monitors otherMonitors;
    private readonly List<DomainPlan> plans = [];
    private readonly int steps;
    private long longestDowntimeNs;

    public MigrationWorkload(Machine machine, Observations observations, WorkloadOptions options)
        : base(machine, observations)
    {
        other = new Machine(machine.Simulation, OtherHost, machine.Witness);
        otherMonitors = new Monitors(other);
        machine.Connect(other);
        for (var i = 1; i <= options.Domains; i++) plans.Add(Plan($"vm{i}"));
        steps = options.Length;
    }

    public override bool HostDown => Machine.Host.Crashed || other.Host.Crashed;

    protected override IEnumerable<Machine> Machines => [Machine, other];

    protected override Machine MachineOf(Host host) => host == other.Host ? other : Machine;

    private DomainPlan Plan(string name) => new(name, 2, 1 + Random.Below(2), 24 + Random.Below(24), 3, 1, Random.Next() & 0xFFFFFFFF)
    {
        Role = Random.Chance(50) ? GuestManifest.KeyValue : "",
        Operations = 100,
        Patterns = 16 + Random.Below(60),
        ConsoleBeatMs = 500,
    };

    protected override void Work()
    {
        foreach (var plan in plans)
        {
            var config = Machine.WriteConfig(plan);
            Machine.ShareImages(plan, other);
            Command($"xl create {plan.Name}", "create", config);
        }
        for (var step = 0; step < steps && !HostDown; step++)
        {
            Machine.Simulation.RunFor(Random.Between(1_000_000, MaxUndisturbedNs));
            var plan = plans[Random.Below(plans.Count)];
            switch (Random.Below(6))
            {
                case 0: SaveAndRestore(plan); break;
                case 1: MigrateWithoutImage(plan); break;
                case 2: MigrateToNowhere(plan); break;
                default: Migrate(plan); break;
            }
        }
        foreach (var plan in plans) RestAtHome(plan.Name);
    }

    protected override void Epilogue()
    {
        foreach (var plan in plans)
        {
            if (HostDown) return;
            Migrate(plan);
            Monitor($"{plan.Name} console", () => MonitorsOf(Home(plan.Name)).ConsoleBeat(Home(plan.Name).DomidOf(plan.Name)));
            RestAtHome(plan.Name);
        }
        if (HostDown) return;
        AllMonitors();
        Monitor($"{OtherHost} xl-list", otherMonitors.XlList);
        Monitor($"{OtherHost} heartbeat", otherMonitors.Heartbeat);
        Monitor($"{OtherHost} canary", otherMonitors.Canary);
    }

    protected override void CheckEverything()
    {
        base.CheckEverything();
        CheckMachine(other, OtherHost + " ");
        Observations.Resource("longest-downtime", longestDowntimeNs);
    }

    private Machine Home(string name) => other.DomidOf(name) > 0 ? other : Machine;

    private Monitors MonitorsOf(Machine machine) => machine == other ? otherMonitors : Monitors;

    private void Migrate(DomainPlan plan)
    {
        var source = Home(plan.Name);
        var target = source == other ? Machine : other;
        var old = source.Host.FindDomain(source.DomidOf(plan.Name));
        var process = source.Start("migrate", plan.Name, target.Host.Name);
        long stoppedAt = 0;
        var arrived = Monitors.Wait(() =>
        {
            if (stoppedAt == 0 && old is { ShutDown: true }) stoppedAt = Machine.Simulation.Now;
            return process.ExitCode is not null || target.Host.FindDomain(target.DomidOf(plan.Name)) is { IsRunning: true };
        }, Monitors.CommandLimitNs);
        if (arrived && process.ExitCode is null) longestDowntimeNs = Math.Max(longestDowntimeNs, Machine.Simulation.Now - stoppedAt);
        Finish($"xl migrate {plan.Name}", process);
        Monitor($"{plan.Name} arrived", () => ArrivedProblem(plan.Name, source, target));
    }

    private string? ArrivedProblem(string name, Machine source, Machine target)
    {
        if (source.DomidOf(name) > 0) return $"{name} is still at {source.Host.Name}";
        return MonitorsOf(target).Ping(target.DomidOf(name));
    }

    /// <summary>The target cannot make the domain: it goes on where it was.</summary>
    private void MigrateWithoutImage(DomainPlan plan)
    {
        var source = Home(plan.Name);
        var target = source == other ? Machine : other;
        var path = plan.ImagePath(0);
        var image = target.Host.Files.Open(path);
        target.Host.Files.Delete(path);
        CommandOn(source, $"xl migrate {plan.Name} without image", "migrate", plan.Name, target.Host.Name);
        if (image is not null) target.Host.Files.Write(path, image);
        Monitor($"{plan.Name} stayed", () => StayedProblem(plan.Name, source, target));
    }

    private void MigrateToNowhere(DomainPlan plan)
    {
        var source = Home(plan.Name);
        CommandOn(source, $"xl migrate {plan.Name} to nowhere", "migrate", plan.Name, "nowhere");
        Monitor($"{plan.Name} stayed", () => StayedProblem(plan.Name, source, source == other ? Machine : other));
    }

    private string? StayedProblem(string name, Machine source, Machine target)
    {
        if (target.DomidOf(name) > 0 || target.DomidOf(name + "--incoming") > 0) return $"{name} is at {target.Host.Name}";
        if (source.Host.FindDomain(source.DomidOf(name)) is not { IsRunning: true }) return $"{name} does not run any more";
        return MonitorsOf(source).Ping(source.DomidOf(name));
    }

    private void SaveAndRestore(DomainPlan plan)
    {
        var home = Home(plan.Name);
        var path = $"/srv/{plan.Name}.save";
        CommandOn(home, $"xl save {plan.Name}", "save", plan.Name, path);
        CommandOn(home, $"xl restore {plan.Name}", "restore", path);
        home.Host.Files.Delete(path);
        Monitor($"{plan.Name} restored", () => MonitorsOf(home).Ping(home.DomidOf(plan.Name)));
    }

    private void RestAtHome(string name)
    {
        if (HostDown) return;
        var home = Home(name);
        var domid = home.DomidOf(name);
        Monitors.Wait(() => home.Kernel(domid) is { Finished: true }, DiskLimitNs);
        Monitor($"{name} programs", () => MonitorsOf(home).Programs(domid));
        ReportPrograms(home, name);
    }
}
