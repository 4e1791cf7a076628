using System.Globalization;
using Xen.Guests;

namespace Xen.XenWorkloads;

/// <summary>
/// A day of an administrator: guests of different kinds, and in random order everything that xl can do to them. After each step the guest that
/// it was done to must be as it should.
/// </summary>
public sealed class MixedWorkload : Workload
{
    private const long BalloonLimitNs = 30 * Monitors.SecondNs;
    private const int MemoryMib = 6;

    private readonly List<DomainPlan> plans = [];
    private readonly SortedSet<string> running = new(StringComparer.Ordinal);
    private readonly int steps;
    private int renames;

    public MixedWorkload(Machine machine, Observations observations, WorkloadOptions options)
        : base(machine, observations)
    {
        for (var i = 1; i <= options.Domains; i++) plans.Add(Plan($"vm{i}"));
        steps = options.Length;
    }

    private DomainPlan Plan(string name) => new(name, MemoryMib, 2, 12 + Random.Below(24), 1, 1, Random.Next() & 0xFFFFFFFF)
    {
        Role = Random.Chance(50) ? GuestManifest.KeyValue : "",
        Operations = 30,
        Patterns = 8 + Random.Below(32),
        ConsoleBeatMs = 1000,
    };

    protected override void Work()
    {
        foreach (var plan in plans) Create(plan);
        for (var step = 0; step < steps * 3 && !HostDown; step++) Step(plans[Random.Below(plans.Count)]);
        foreach (var name in running) Rest(name);
    }

    protected override void Epilogue()
    {
        var late = Plan("late");
        Create(late);
        Rest("late");
        if (!HostDown) PauseAndUnpause("late");
        if (!HostDown) ShutDown("late");
        running.Remove("late");
        foreach (var name in running) Rest(name);
        if (!HostDown) AllMonitors();
    }

    private void Step(DomainPlan plan)
    {
        if (!running.Contains(plan.Name))
        {
            Create(plan);
            return;
        }
        switch (Random.Below(14))
        {
            case 0:
                Destroy(plan.Name);
                running.Remove(plan.Name);
                break;
            case 1:
                ShutDown(plan.Name);
                running.Remove(plan.Name);
                break;
            case 2: Reboot(plan.Name); break;
            case 3: PauseAndUnpause(plan.Name); break;
            case 4: RenameAndBack(plan.Name); break;
            case 5: SaveAndRestore(plan.Name); break;
            case 6: Memory(plan.Name); break;
            case 7: Cpus(plan.Name); break;
            case 8: Scheduling(plan.Name); break;
            case 9: Disks(plan); break;
            case 10: Mistakes(plan.Name); break;
            case 11: Rest(plan.Name); break;
            default: Look(plan.Name); break;
        }
    }

    private void Create(DomainPlan plan)
    {
        Command($"xl create {plan.Name}", "create", Machine.WriteConfig(plan));
        running.Add(plan.Name);
        Monitor($"{plan.Name} ping", () => Monitors.Ping(Machine.DomidOf(plan.Name)));
    }

    private void Reboot(string name)
    {
        var domid = Machine.DomidOf(name);
        Command($"xl reboot {name}", "reboot", name);
        Monitor($"{name} rebooted", () =>
        {
            var back = Monitors.Wait(() => Machine.DomidOf(name) is var now && now > 0 && now != domid, EndLimitNs);
            return back ? Monitors.Ping(Machine.DomidOf(name)) : $"{name} does not come back";
        });
    }

    private void RenameAndBack(string name)
    {
        renames++;
        var temporary = string.Create(CultureInfo.InvariantCulture, $"renamed{renames}");
        Command($"xl rename {name}", "rename", name, temporary);
        Monitor($"{name} renamed", () => Machine.DomidOf(temporary) > 0 && Machine.DomidOf(name) < 0 ? null : $"{name} keeps its name");
        Command($"xl rename {temporary}", "rename", temporary, name);
    }

    private void SaveAndRestore(string name)
    {
        var path = $"/srv/{name}.save";
        Command($"xl save {name}", "save", name, path);
        Command($"xl restore {name}", "restore", path);
        Machine.Host.Files.Delete(path);
        Monitor($"{name} restored", () => Monitors.Ping(Machine.DomidOf(name)));
    }

    /// <summary>The balloon takes memory and gives it back.</summary>
    private void Memory(string name)
    {
        var target = MemoryMib - 1 - Random.Below(2);
        Balloon(name, target);
        Balloon(name, MemoryMib);
    }

    private void Balloon(string name, int mib)
    {
        var domid = Machine.DomidOf(name);
        Command($"xl mem-set {name} {mib}", "mem-set", name, mib.ToString(CultureInfo.InvariantCulture));
        Monitor($"{name} memory", () =>
        {
            var followed = Monitors.Wait(() => Machine.Host.FindDomain(domid) is { } domain && domain.TotalPages == mib * 256, BalloonLimitNs);
            return followed ? null : $"{name} has {Machine.Host.FindDomain(domid)?.TotalPages} pages, not {mib} MiB";
        });
    }

    private void Cpus(string name)
    {
        var domid = Machine.DomidOf(name);
        foreach (var count in new[] { 1, 2 })
        {
            Command($"xl vcpu-set {name} {count}", "vcpu-set", name, count.ToString(CultureInfo.InvariantCulture));
            Monitor($"{name} vcpus", () =>
            {
                var followed = Monitors.Wait(() => Machine.Host.FindDomain(domid)?.Vcpus.Count(vcpu => vcpu.Online) == count, BalloonLimitNs);
                return followed ? null : $"{name} does not use {count} vcpus";
            });
        }
    }

    private void Scheduling(string name)
    {
        var weight = 64 + Random.Below(1000);
        Command($"xl sched-credit2 {name}", "sched-credit2", "-d", name, "-w", weight.ToString(CultureInfo.InvariantCulture), "-c", "50");
        var cpu = Random.Below(2).ToString(CultureInfo.InvariantCulture);
        Command($"xl vcpu-pin {name}", "vcpu-pin", name, "all", cpu);
        Monitor($"{name} scheduling", () =>
        {
            var domain = Machine.Host.FindDomain(Machine.DomidOf(name));
            return domain?.Weight == weight && domain.Cap == 50 ? null : $"{name} has weight {domain?.Weight} and cap {domain?.Cap}";
        });
        Command($"xl vcpu-pin {name} all", "vcpu-pin", name, "all", "all");
    }

    private void Disks(DomainPlan plan)
    {
        Rest(plan.Name);
        var extended = plan with { Disks = 2 };
        Machine.WriteConfig(extended);
        Command($"xl block-attach {plan.Name}", "block-attach", plan.Name, extended.DiskSpecification(1));
        var domid = Machine.DomidOf(plan.Name);
        Monitors.Wait(() => Machine.Kernel(domid) is { Programs.Count: > 2, Finished: true }, DiskLimitNs);
        Rest(plan.Name);
        Command($"xl block-list {plan.Name}", "block-list", plan.Name);
        Command($"xl block-detach {plan.Name}", "block-detach", plan.Name, DomainPlan.Vdev(1));

        // The guest hears of it a moment later than the toolstack; what uses the disk until then gets errors, rightly.
        Monitor($"{plan.Name} unplugged", () =>
            Monitors.Wait(() => Machine.Kernel(domid) is { Programs.Count: 2 }, Monitors.SecondNs) ? null : "the guest keeps the disk");
        Machine.WriteConfig(plan);
    }

    /// <summary>Commands that must be refused, and must change nothing.</summary>
    private void Mistakes(string name)
    {
        Command($"xl mem-set {name} refused", "mem-set", name, "4000");
        Command($"xl vcpu-set {name} refused", "vcpu-set", "-i", name, "9");
        Command($"xl sched-credit2 {name} refused", "sched-credit2", "-d", name, "-w", "70000");
        Command($"xl vcpu-pin {name} refused", "vcpu-pin", name, "0", "63");
        Command("xl rename nobody refused", "rename", "nobody", "somebody");
        Command("xl restore refused", "restore", "/srv/missing.save");
        Command("xl sysrq refused", "sysrq", name, "too long");
        Command("xl frobnicate refused", "frobnicate");
    }

    private void Look(string name)
    {
        Command("xl list", "list");
        Command("xl list -l", "list", "-l", name);
        Command("xl vcpu-list", "vcpu-list");
        Command("xl uptime", "uptime");
        Command("xl info", "info");
        Command($"xl console {name}", "console", name);
        Monitor("xl-list", Monitors.XlList);
        Monitor("heartbeat", Monitors.Heartbeat);
        Monitor("xenstore", Monitors.Store);
    }
}
