using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor.Network;

namespace Xen.XenWorkloads;

/// <summary>
/// Guests with disks and guests with network cards, while both come and go, guests are rebooted and their power is cut. The drivers that serve them are in Dom0, or all of them in a
/// driver domain and none in Dom0. Both variants do the same to the same guests, so that what a fault of a driver costs can be compared.
/// </summary>
public sealed class DevicesWorkload : Workload
{
    private const string Driver = Machine.DriverDomainName;
    private const string ServerName = "server";

    /// <summary>How long guests may work before they are disturbed.</summary>
    private const long MaxUndisturbedNs = 40_000_000;

    private static readonly Ipv4Address ServerAddress = new(0x0A000001);

    private readonly string? backend;
    private readonly int steps;
    private readonly DomainPlan server;
    private readonly List<DomainPlan> stores = [];
    private readonly List<DomainPlan> clients = [];
    private uint lastHost = 9;
    private int visitors;

    public DevicesWorkload(Machine machine, Observations observations, WorkloadOptions options)
        : base(machine, observations)
    {
        backend = options.DriverDomain ? Driver : null;
        steps = options.Length;
        server = Guest(ServerName) with { Role = GuestManifest.ObjectServer, Ip = ServerAddress };
        for (var i = 1; i <= options.Domains; i++)
        {
            stores.Add(Store($"db{i}", Random.Chance(50)));
            clients.Add(Client($"client{i}"));
        }
    }

    protected override void Work()
    {
        if (backend is not null) StartDriverDomain(backend);
        Create(server);
        foreach (var plan in stores) Create(plan);
        foreach (var plan in clients) Create(plan);
        for (var step = 0; step < steps && !HostDown; step++) Step();
        Look();
    }

    protected override void Epilogue()
    {
        var lateStore = Store("late-db", keyValue: true);
        var lateClient = Client("late-client");
        Create(lateStore);
        Create(lateClient);
        Rest(lateStore.Name);
        if (!HostDown) UseNetwork([lateClient]);
        if (!HostDown) ShutDown(lateStore.Name);
        if (!HostDown) Destroy(lateClient.Name);
        foreach (var plan in clients) Monitor($"{plan.Name} objects", () => Monitors.Objects(Machine.DomidOf(plan.Name), 3));
        Look();
    }

    private DomainPlan Guest(string name) => new(name, 5, 1 + Random.Below(2), 0, 0, 0, Random.Next() & 0xFFFFFFFF) { Backend = backend };

    private DomainPlan Store(string name, bool keyValue) => Guest(name) with
    {
        Disks = 1, Blocks = 24 + Random.Below(24), Rounds = 2, Patterns = 8, Operations = 40 + Random.Below(40), Role = keyValue ? GuestManifest.KeyValue : "",
    };

    private DomainPlan Client(string name)
    {
        lastHost++;
        return Guest(name) with { Role = GuestManifest.ObjectClient, Ip = new Ipv4Address(0x0A000000 + lastHost), Server = ServerAddress, Requests = 5 + Random.Below(12) };
    }

    private void Create(DomainPlan plan) => Command($"xl create {plan.Name}", "create", Machine.WriteConfig(plan));

    private void Step()
    {
        Machine.Simulation.RunFor(Random.Between(1_000_000, MaxUndisturbedNs));
        var store = stores[Random.Below(stores.Count)];
        var client = clients[Random.Below(clients.Count)];
        switch (Random.Below(7))
        {
            case 0: AddAndRemoveDisk(store); break;
            case 1: AttachAndDetachCard(client.Name, backend); break;
            case 2: CutPower(store); break;
            case 3: Restart(client); break;
            case 4: Visitor(); break;
            case 5: MoreObjects(client.Name); break;
            default: Rest(store.Name); break;
        }
    }

    private void CutPower(DomainPlan store)
    {
        Destroy(store.Name);
        Create(store);
    }

    private void Restart(DomainPlan client)
    {
        var domid = Machine.DomidOf(client.Name);
        Command($"xl reboot {client.Name}", "reboot", client.Name);
        Monitor($"{client.Name} rebooted", () =>
        {
            var back = Monitors.Wait(() => Machine.Kernel(Machine.DomidOf(client.Name)) is { Networks.Count: > 0 } kernel && kernel.Domain.Id != domid, EndLimitNs);
            return back ? null : $"{client.Name} does not come back";
        });
        if (!HostDown) UseNetwork([client]);
    }

    /// <summary>A client at a limited rate that comes, asks and goes.</summary>
    private void Visitor()
    {
        visitors++;
        var visitor = Client(string.Create(CultureInfo.InvariantCulture, $"visitor{visitors}")) with { VifWords = $"rate={1 + Random.Below(20)}MB/s@{10 + Random.Below(50)}ms" };
        Create(visitor);
        if (!HostDown) UseNetwork([visitor]);
        if (!HostDown) Destroy(visitor.Name);
    }

    private void MoreObjects(string name)
    {
        Monitors.Wait(() => Machine.Kernel(Machine.DomidOf(name)) is { Finished: true }, DiskLimitNs);
        var requests = 1 + Random.Below(5);
        Monitor($"{name} objects", () => Monitors.Objects(Machine.DomidOf(name), requests));
    }

    /// <summary>Every guest shows that it has what it needs.</summary>
    private void Look()
    {
        foreach (var plan in stores) Rest(plan.Name);
        if (!HostDown) UseNetwork(clients);
        foreach (var plan in clients.Prepend(server))
        {
            Monitor($"{plan.Name} echo", () => Machine.DomidOf(plan.Name) is var domid and > 0 ? Monitors.Echo(domid) : $"there is no {plan.Name}");
        }
        Monitor("xl-list", Monitors.XlList);
        Monitor("xenstore", Monitors.Store);
        Monitor("heartbeat", Monitors.Heartbeat);
        Monitor("canary", Monitors.Canary);
    }
}
