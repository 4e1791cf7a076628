using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Toolstack.Xl;

namespace Xen.XenWorkloads;

/// <summary>
/// The life of some domains on one host: created, used, looked at, paused, changed and ended, in an order that follows from the seed.
/// Then the same kinds of operations once more, which have to work whatever happened before.
/// </summary>
public sealed class LifecycleWorkload : Workload
{
    private readonly List<DomainPlan> plans = [];

    public LifecycleWorkload(Machine machine, Observations observations, WorkloadOptions options)
        : base(machine, observations)
    {
        for (var i = 1; i <= options.Domains; i++) plans.Add(Plan($"web{i}"));
    }

    protected override void Work()
    {
        CreateAll();
        UseDisks(plans);
        LookAround();
        ChangeDisks();
        if (!HostDown) PauseAndUnpause(plans[Random.Below(plans.Count)].Name);
        MistakesOfTheAdministrator();
        EndSome();
    }

    private DomainPlan Plan(string name) => new(
        name, 4 + Random.Below(3), 1 + Random.Below(2), 12 + Random.Below(20), 1 + Random.Below(2), 1, Random.Next() & 0xFFFFFFFF);

    /// <summary>The last two are created side by side, so that two commands compete.</summary>
    private void CreateAll()
    {
        for (var i = 0; i < plans.Count && !HostDown; i++)
        {
            if (i == plans.Count - 2 && Random.Chance(70))
            {
                var first = Start("create", Machine.WriteConfig(plans[i]));
                var second = Start("create", Machine.WriteConfig(plans[i + 1]));
                Finish($"xl create {plans[i].Name}", first);
                Finish($"xl create {plans[i + 1].Name}", second);
                return;
            }
            Command($"xl create {plans[i].Name}", "create", Machine.WriteConfig(plans[i]));
        }
    }

    private void UseDisks(IReadOnlyList<DomainPlan> of)
    {
        Monitors.Wait(() => of.All(plan => Machine.Kernel(Machine.DomidOf(plan.Name)) is { Finished: true }), DiskLimitNs);
        foreach (var plan in of)
        {
            if (!HostDown) ReportData(plan);
        }
    }

    /// <summary>What the guest read, and whether the image holds the same.</summary>
    private void ReportData(DomainPlan plan)
    {
        var kernel = Machine.Kernel(Machine.DomidOf(plan.Name));
        for (var i = 0; i < plan.Disks; i++)
        {
            var disk = kernel is not null && i < kernel.Disks.Count ? kernel.Disks[i] : null;
            if (kernel is not null && disk is not { Outcome: DiskOutcome.Ok or DiskOutcome.Corrupt })
            {
                Observations.Component(plan.Name, "guest", "io-loss", DiskProblem(disk) ?? "");
            }
            Observations.Data($"{plan.Name} disk{i}", DiskProblem(disk), disk?.Digest ?? 0);
            var digest = ImageDigest(plan.ImagePath(i), plan.Blocks);
            Observations.Data($"{plan.Name} image{i}", disk is not null && disk.Digest == digest ? null : "the image is not what the guest reads", digest);
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
        if (Machine.Host.Files.Open(path) is not { } image) return 0;
        for (var block = 0; block < blocks; block++)
        {
            digest = ChecksummedBlocks.Extend(digest, Crc32C.Compute(image.AsSpan(block * BlockPattern.Size, BlockPattern.Size)));
        }
        return digest;
    }

    private void LookAround()
    {
        if (HostDown) return;
        var name = plans[Random.Below(plans.Count)].Name;
        Command("xl list", "list");
        Command($"xl domid {name}", "domid", name);
        Command("xl domname", "domname", Machine.DomidOf(name).ToString(CultureInfo.InvariantCulture));
        Command($"xl block-list {name}", "block-list", name);
        Command("xl info", "info");
        AllMonitors();
    }

    private void ChangeDisks()
    {
        if (HostDown) return;
        var index = Random.Below(plans.Count);
        var plan = plans[index];
        var extended = plan with { Disks = 2 };
        Machine.WriteConfig(extended);
        Command($"xl block-attach {plan.Name}", "block-attach", plan.Name, extended.DiskSpecification(1));
        Monitors.Wait(() => Machine.Kernel(Machine.DomidOf(plan.Name)) is { Disks.Count: > 1, Finished: true }, DiskLimitNs);
        if (!HostDown) ReportData(extended);
        Command($"xl block-detach {plan.Name}", "block-detach", plan.Name, DomainPlan.Vdev(1));
    }

    /// <summary>Commands that must be refused, and must leave nothing behind.</summary>
    private void MistakesOfTheAdministrator()
    {
        if (HostDown) return;
        var twin = plans[Random.Below(plans.Count)];
        Command($"xl create {twin.Name} again", "create", $"/etc/xen/{twin.Name}.cfg");
        var homeless = Plan("homeless");
        var config = Machine.WriteConfig(homeless);
        Machine.Host.Files.Delete(homeless.ImagePath(0));
        Command("xl create homeless", "create", config);
        Command("xl destroy nobody", "destroy", "nobody");
        Machine.Host.Files.WriteText("/etc/xen/broken.cfg", "name = \"broken\"\nmemory = [ 4\ndisk = 'x'\n");
        Command("xl create broken", "create", "/etc/xen/broken.cfg");
    }

    /// <summary>Some guests are shut down, some destroyed, some rebooted, some stay: in shuffled order.</summary>
    private void EndSome()
    {
        var order = plans.ToList();
        for (var i = order.Count - 1; i > 0; i--)
        {
            var j = Random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        for (var i = 0; i < order.Count && !HostDown; i++)
        {
            switch (i % 4)
            {
                case 0: ShutDown(order[i].Name); break;
                case 1: Destroy(order[i].Name); break;
                case 2: Reboot(order[i]); break;
                default: break;
            }
        }
        if (!HostDown) AllMonitors();
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
        if (!HostDown) UseDisks([plan]);
    }

    protected override void Epilogue()
    {
        if (HostDown) return;
        var late = Plan("late");
        Command("xl create late", "create", Machine.WriteConfig(late));
        if (!HostDown) UseDisks([late]);
        if (!HostDown) PauseAndUnpause("late");
        if (!HostDown) AllMonitors();
        if (!HostDown) ShutDown("late");
        var last = Plan("last");
        Command("xl create last", "create", Machine.WriteConfig(last));
        if (!HostDown) UseDisks([last]);
        if (!HostDown) Destroy("last");
        var resident = Plan("resident");
        Command("xl create resident", "create", Machine.WriteConfig(resident));
        if (!HostDown) UseDisks([resident]);
        if (!HostDown) AllMonitors();
    }
}
