using Xen.Guests;
using Xen.Hypervisor.Network;

namespace Xen.XenWorkloads;

// What workloads do to disks and network cards, and to the domain that serves them where it is not Dom0.
public abstract partial class Workload
{
    private const long ClientLimitNs = 300 * Monitors.SecondNs;

    /// <summary>Makes a domain that serves devices, and waits for it to come up.</summary>
    protected void StartDriverDomain(string name)
    {
        Command($"xl create {name}", "create", Machine.WriteConfig(new DomainPlan(name, 8, 2, 0, 0, 0, 1) { Role = GuestManifest.DriverDomain }));
        Monitor("driver-domain", () => Monitors.Wait(() => Machine.DriverDomains.Any(), 10 * Monitors.SecondNs) ? null : "the driver domain does not come up");
    }

    /// <summary>Waits until clients have done their work, and reports what each has found.</summary>
    protected void UseNetwork(IReadOnlyList<DomainPlan> of)
    {
        Monitors.Wait(() => of.All(plan => Machine.Kernel(Machine.DomidOf(plan.Name)) is { Finished: true }), ClientLimitNs);
        foreach (var plan in of)
        {
            if (!HostDown) ReportObjects(plan);
        }
    }

    private void ReportObjects(DomainPlan plan)
    {
        var client = Machine.Kernel(Machine.DomidOf(plan.Name))?.Client;
        var problem = client is null ? "the guest has not found its card" : client.Outcome == NetworkOutcome.Ok ? null : $"{client.Outcome}: {client.Detail}";
        if (client is not { Outcome: NetworkOutcome.Ok or NetworkOutcome.Corrupt }) Observations.Component(plan.Name, "guest", "io-loss", problem ?? "");
        Observations.Data($"{plan.Name} objects", problem, client?.Digest ?? 0);
    }

    /// <summary>A second card comes to a running guest and goes; the first one stays.</summary>
    protected void AttachAndDetachCard(string name, string? backend)
    {
        var mac = new MacAddress(MacAddress.XenPrefix | 0x400000 | (uint)Random.Below(1 << 20));
        Command($"xl network-attach {name}", "network-attach", name, $"bridge=xenbr0,mac={mac}{(backend is null ? "" : ",backend=" + backend)}");
        Command($"xl network-list {name}", "network-list", name);
        Monitor($"{name} second card", () =>
            Monitors.Wait(() => Machine.Kernel(Machine.DomidOf(name)) is { Networks.Count: > 1 }, 10 * Monitors.SecondNs) ? null : "the guest does not see it");
        Command($"xl network-detach {name}", "network-detach", name, "1");
        Monitor($"{name} echo", () => Monitors.Echo(Machine.DomidOf(name)));
    }

    /// <summary>A second disk comes to a running guest of two programs, is used, and goes.</summary>
    protected void AddAndRemoveDisk(DomainPlan plan)
    {
        Rest(plan.Name);
        var extended = plan with { Disks = 2 };
        Machine.WriteConfig(extended);
        Command($"xl block-attach {plan.Name}", "block-attach", plan.Name, extended.DiskSpecification(1));
        var domid = Machine.DomidOf(plan.Name);
        Monitors.Wait(() => Machine.Kernel(domid) is { Programs.Count: > 2, Finished: true }, DiskLimitNs);
        Rest(plan.Name);
        Command($"xl block-detach {plan.Name}", "block-detach", plan.Name, DomainPlan.Vdev(1));

        // The guest hears of it a moment later than the toolstack; what uses the disk until then gets errors, rightly.
        Monitor($"{plan.Name} unplugged", () =>
            Monitors.Wait(() => Machine.Kernel(domid) is { Programs.Count: 2 }, Monitors.SecondNs) ? null : "the guest keeps the disk");
        Machine.WriteConfig(plan);
    }
}
