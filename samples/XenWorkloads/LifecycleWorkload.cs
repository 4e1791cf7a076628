using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Toolstack.Xl;

namespace Xen.XenWorkloads;

/// <summary>
/// The life of some domains on one host: created, used, looked at, paused, changed and ended, in an order that follows from the seed.
/// Then the same kinds of operations once more, which have to work whatever happened before.
/// </summary>
public sealed class LifecycleWorkload
{
    /// <summary>The exit code that a shell shows when a command was stopped because it took too long.</summary>
    public const int HungCode = 124;

    private const long DiskLimitNs = 180 * Monitors.SecondNs;
    private const long EndLimitNs = 120 * Monitors.SecondNs;
    private const long QuietLimitNs = 400 * Monitors.SecondNs;

    private readonly Machine machine;
    private readonly Observations observations;
    private readonly Monitors monitors;
    private readonly RandomStream random;
    private readonly List<DomainPlan> plans = [];

    public LifecycleWorkload(Machine machine, Observations observations, int domains)
    {
        this.machine = machine;
        this.observations = observations;
        monitors = new Monitors(machine);
        random = machine.Simulation.Stream("workload");
        for (var i = 1; i <= domains; i++) plans.Add(Plan($"web{i}"));
        machine.Simulation.Crashed += ComponentCrashed;
    }

    private bool Down => machine.Host.Crashed;

    /// <summary>Runs the phases one after the other; a host that is down ends the run.</summary>
    public void Run()
    {
        observations.Phase("boot");
        Monitor("xl-list", monitors.XlList);
        Monitor("xenstore", monitors.Store);
        observations.Phase("workload");
        CreateAll();
        UseDisks(plans);
        LookAround();
        ChangeDisks();
        PauseAndUnpause(plans[random.Below(plans.Count)].Name);
        MistakesOfTheAdministrator();
        EndSome();
        observations.Phase("epilogue");
        Epilogue();
        if (Down) return;
        Settle();
        observations.Phase("end");
        CheckEverything();
    }

    private DomainPlan Plan(string name) => new(
        name, 4 + random.Below(3), 1 + random.Below(2), 12 + random.Below(20), 1 + random.Below(2), 1, random.Next() & 0xFFFFFFFF);

    /// <summary>The last two are created side by side, so that two commands compete.</summary>
    private void CreateAll()
    {
        for (var i = 0; i < plans.Count && !Down; i++)
        {
            if (i == plans.Count - 2 && random.Chance(70))
            {
                var first = Start("create", machine.WriteConfig(plans[i]));
                var second = Start("create", machine.WriteConfig(plans[i + 1]));
                Finish($"xl create {plans[i].Name}", first);
                Finish($"xl create {plans[i + 1].Name}", second);
                return;
            }
            Command($"xl create {plans[i].Name}", "create", machine.WriteConfig(plans[i]));
        }
    }

    private void UseDisks(IReadOnlyList<DomainPlan> of)
    {
        monitors.Wait(() => of.All(plan => machine.Kernel(machine.DomidOf(plan.Name)) is { Finished: true }), DiskLimitNs);
        foreach (var plan in of)
        {
            if (!Down) ReportData(plan);
        }
    }

    /// <summary>What the guest read, and whether the image holds the same.</summary>
    private void ReportData(DomainPlan plan)
    {
        var kernel = machine.Kernel(machine.DomidOf(plan.Name));
        for (var i = 0; i < plan.Disks; i++)
        {
            var disk = kernel is not null && i < kernel.Disks.Count ? kernel.Disks[i] : null;
            if (kernel is not null && disk is not { Outcome: DiskOutcome.Ok or DiskOutcome.Corrupt })
            {
                observations.Component(plan.Name, "guest", "io-loss", DiskProblem(disk) ?? "");
            }
            observations.Data($"{plan.Name} disk{i}", DiskProblem(disk), disk?.Digest ?? 0);
            var digest = ImageDigest(plan.ImagePath(i), plan.Blocks);
            observations.Data($"{plan.Name} image{i}", disk is not null && disk.Digest == digest ? null : "the image is not what the guest reads", digest);
        }
    }

    private static string? DiskProblem(ChecksummedBlocks? disk)
    {
        if (disk is null) return "the guest has not found the disk";
        return disk.Outcome == DiskOutcome.Ok ? null : $"{disk.Outcome}: {disk.Detail}";
    }

    private ulong ImageDigest(string path, int blocks)
    {
        var digest = ChecksummedBlocks.EmptyDigest;
        if (machine.Host.Files.Open(path) is not { } image) return 0;
        for (var block = 0; block < blocks; block++)
        {
            digest = ChecksummedBlocks.Extend(digest, Crc32C.Compute(image.AsSpan(block * BlockPattern.Size, BlockPattern.Size)));
        }
        return digest;
    }

    private void LookAround()
    {
        if (Down) return;
        var name = plans[random.Below(plans.Count)].Name;
        Command("xl list", "list");
        Command($"xl domid {name}", "domid", name);
        Command("xl domname", "domname", machine.DomidOf(name).ToString(CultureInfo.InvariantCulture));
        Command($"xl block-list {name}", "block-list", name);
        Command("xl info", "info");
        AllMonitors();
    }

    private void ChangeDisks()
    {
        if (Down) return;
        var index = random.Below(plans.Count);
        var plan = plans[index];
        var extended = plan with { Disks = 2 };
        machine.WriteConfig(extended);
        Command($"xl block-attach {plan.Name}", "block-attach", plan.Name, extended.DiskSpecification(1));
        monitors.Wait(() => machine.Kernel(machine.DomidOf(plan.Name)) is { Disks.Count: > 1, Finished: true }, DiskLimitNs);
        if (!Down) ReportData(extended);
        Command($"xl block-detach {plan.Name}", "block-detach", plan.Name, DomainPlan.Vdev(1));
    }

    private void PauseAndUnpause(string name)
    {
        if (Down) return;
        Command($"xl pause {name}", "pause", name);
        Monitor("paused", () => PausedProblem(name));
        Command($"xl unpause {name}", "unpause", name);
        Monitor("heartbeat", monitors.Heartbeat);
    }

    private string? PausedProblem(string name)
    {
        if (machine.Kernel(machine.DomidOf(name)) is not { } kernel) return $"there is no {name}";
        var beats = kernel.Heartbeats;
        machine.Simulation.RunFor(3 * GuestKernel.HeartbeatIntervalNs);
        return kernel.Heartbeats == beats ? null : $"{name} runs while it is paused";
    }

    /// <summary>Commands that must be refused, and must leave nothing behind.</summary>
    private void MistakesOfTheAdministrator()
    {
        if (Down) return;
        var twin = plans[random.Below(plans.Count)];
        Command($"xl create {twin.Name} again", "create", $"/etc/xen/{twin.Name}.cfg");
        var homeless = Plan("homeless");
        var config = machine.WriteConfig(homeless);
        machine.Host.Files.Delete(homeless.ImagePath(0));
        Command("xl create homeless", "create", config);
        Command("xl destroy nobody", "destroy", "nobody");
        machine.Host.Files.WriteText("/etc/xen/broken.cfg", "name = \"broken\"\nmemory = [ 4\ndisk = 'x'\n");
        Command("xl create broken", "create", "/etc/xen/broken.cfg");
    }

    /// <summary>Some guests are shut down, some destroyed, some rebooted, some stay: in shuffled order.</summary>
    private void EndSome()
    {
        var order = plans.ToList();
        for (var i = order.Count - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        for (var i = 0; i < order.Count && !Down; i++)
        {
            switch (i % 4)
            {
                case 0: ShutDown(order[i].Name); break;
                case 1: Destroy(order[i].Name); break;
                case 2: Reboot(order[i]); break;
                default: break;
            }
        }
        if (!Down) AllMonitors();
    }

    private void ShutDown(string name)
    {
        var domid = machine.DomidOf(name);
        Command($"xl shutdown {name}", "shutdown", name);
        Monitor($"{name} gone", () => GoneProblem(domid, name));
    }

    private void Destroy(string name)
    {
        var domid = machine.DomidOf(name);
        Command($"xl destroy {name}", "destroy", name);
        Monitor($"{name} gone", () => GoneProblem(domid, name));
    }

    private string? GoneProblem(int domid, string name)
    {
        if (monitors.Wait(() => machine.Host.FindDomain(domid) is null && machine.DomidOf(name) < 0, EndLimitNs)) return null;
        return $"domain {domid} is still there";
    }

    private void Reboot(DomainPlan plan)
    {
        var domid = machine.DomidOf(plan.Name);
        Command($"xl reboot {plan.Name}", "reboot", plan.Name);
        Monitor($"{plan.Name} rebooted", () =>
        {
            var back = monitors.Wait(() => machine.DomidOf(plan.Name) is var now && now > 0 && now != domid, EndLimitNs);
            return back ? null : $"{plan.Name} does not come back";
        });
        if (!Down) UseDisks([plan]);
    }

    private void Epilogue()
    {
        if (Down) return;
        var late = Plan("late");
        Command("xl create late", "create", machine.WriteConfig(late));
        if (!Down) UseDisks([late]);
        if (!Down) PauseAndUnpause("late");
        if (!Down) AllMonitors();
        if (!Down) ShutDown("late");
        var last = Plan("last");
        Command("xl create last", "create", machine.WriteConfig(last));
        if (!Down) UseDisks([last]);
        if (!Down) Destroy("last");
        var resident = Plan("resident");
        Command("xl create resident", "create", machine.WriteConfig(resident));
        if (!Down) UseDisks([resident]);
        if (!Down) AllMonitors();
    }

    private void AllMonitors()
    {
        Monitor("xl-list", monitors.XlList);
        Monitor("xenstore", monitors.Store);
        Monitor("heartbeat", monitors.Heartbeat);
        foreach (var domain in machine.Host.Domains.Where(domain => domain.Id != 0 && domain.IsRunning).ToList())
        {
            Monitor($"{machine.NameOf(domain.Id) ?? "(null)"} read-back", () => monitors.DiskReadBack(domain.Id));
        }
        Monitor("canary", monitors.Canary);
    }

    private void Settle()
    {
        if (!machine.Simulation.RunToQuiescence(QuietLimitNs)) observations.Component("host", "host", "hang", "the machine does not come to rest");
    }

    private void CheckEverything()
    {
        foreach (var (name, problem) in new Dom0Invariants(machine).Check()) observations.Invariant(name, problem);
        foreach (var (name, digest) in StateDigest.Of(machine)) observations.State(name, digest);
        observations.Resource("virtual-time", machine.Simulation.Now);
        observations.Resource("events", machine.Simulation.EventCount);
        observations.Resource("hypercalls", machine.Host.Hypercalls);
        observations.Resource("store-requests", machine.Xenstored.Requests);
    }

    private XlProcess Start(params IReadOnlyList<string> arguments) => XlProcess.Start(machine.Services, arguments);

    private void Command(string name, params IReadOnlyList<string> arguments)
    {
        if (!Down) Finish(name, Start(arguments));
    }

    private void Finish(string name, XlProcess process)
    {
        monitors.Wait(() => process.ExitCode is not null, Monitors.CommandLimitNs);
        if (process.ExitCode is { } code)
        {
            observations.Operation(name, code, process.Error);
            return;
        }
        if (Down) return;
        observations.Component(process.Component.Name, "process", "hang", "the command does not end");
        observations.Operation(name, HungCode, "the command does not end");
    }

    private void Monitor(string name, Func<string?> check)
    {
        if (Down) return;
        var problem = check();
        if (!Down) observations.Monitor(name, problem);
    }

    private void ComponentCrashed(Component component)
    {
        var kind = component.Containment switch
        {
            Containment.Process => "process",
            Containment.Kernel => "kernel",
            _ => "guest",
        };
        var name = component.Containment == Containment.Guest ? machine.NameOf(component.Domain!.Id) ?? component.Name : component.Name;
        observations.Component(name, kind, "crash", component.Death ?? "");
        if (machine.Host.Crashed) observations.Component("host", "host", "crash", machine.Host.CrashReason ?? "");
    }
}
