using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Xen.XenWorkloads;

/// <summary>
/// Guests that talk to each other: one serves objects, the others ask for them, while cards come and go, guests are rebooted and
/// replaced, and rates are limited. With a driver domain all of that happens on its bridge, and a pair on Dom0's bridge goes on beside it.
/// </summary>
public sealed class NetworkWorkload : Workload
{
    private const string Driver = Machine.DriverDomainName;
    private const string ServerName = "server";

    private static readonly Ipv4Address ServerAddress = new(0x0A000001);
    private static readonly Ipv4Address HomeServerAddress = new(0x0A000201);

    private readonly bool driverDomain;
    private readonly int length;
    private readonly List<DomainPlan> clients = [];
    private readonly DomainPlan server;
    private uint lastHost = 9;
    private int extras;

    public NetworkWorkload(Machine machine, Observations observations, WorkloadOptions options)
        : base(machine, observations)
    {
        driverDomain = options.DriverDomain;
        length = options.Length;
        server = Guest(ServerName) with { Role = GuestManifest.ObjectServer, Ip = ServerAddress, Vcpus = 1 + Random.Below(2) };
        for (var i = 1; i < options.Domains; i++) clients.Add(Client($"client{i}"));
    }

    private string? Backend => driverDomain ? Driver : null;

    private IEnumerable<DomainPlan> Everybody => clients.Prepend(server);

    protected override void Work()
    {
        if (driverDomain) StartDriverDomain(Driver);
        Create(server);
        foreach (var client in clients) Create(client);
        UseNetwork(clients);
        LookAround();
        if (driverDomain) StartHomePair();
        for (var step = 0; step < length && !HostDown; step++) Step();
        AllMonitors();
        NetworkMonitors();
    }

    protected override void Epilogue()
    {
        if (driverDomain) ReplaceDriverDomain();
        var late = Client("late");
        Create(late);
        if (!HostDown) UseNetwork([late]);
        NetworkMonitors();
        if (!HostDown) AttachAndDetachCard("late", Backend);
        if (!HostDown) ShutDown("late");
        foreach (var client in clients.Take(2)) Monitor($"{client.Name} objects", () => Monitors.Objects(Machine.DomidOf(client.Name), 3));
        if (!HostDown) AllMonitors();
    }

    private DomainPlan Guest(string name) => new(name, 5 + Random.Below(2), 1 + Random.Below(2), 0, 0, 0, Random.Next() & 0xFFFFFFFF) { Backend = Backend };

    private DomainPlan Client(string name) => Guest(name) with
    {
        Role = GuestManifest.ObjectClient, Ip = NextAddress(), Server = ServerAddress, Requests = 5 + Random.Below(12),
    };

    private Ipv4Address NextAddress()
    {
        lastHost++;
        return new Ipv4Address(0x0A000000 + ((lastHost / 200) << 8) + 10 + (lastHost % 200));
    }

    private void Create(DomainPlan plan) => Command($"xl create {plan.Name}", "create", Machine.WriteConfig(plan));

    private void LookAround()
    {
        if (HostDown) return;
        Command("xl list", "list");
        Command($"xl network-list {ServerName}", "network-list", ServerName);
        AllMonitors();
        NetworkMonitors();
    }

    /// <summary>A server and a client on Dom0's own bridge, whatever becomes of the driver domain.</summary>
    private void StartHomePair()
    {
        Create(Guest("homeserver") with { Role = GuestManifest.ObjectServer, Ip = HomeServerAddress, Backend = null });
        var client = Client("homeclient") with { Server = HomeServerAddress, Backend = null };
        Create(client);
        if (!HostDown) UseNetwork([client]);
        Monitor("homeclient echo", () => Monitors.Echo(Machine.DomidOf("homeclient")));
    }

    private void Step()
    {
        var name = clients.Count == 0 ? ServerName : clients[Random.Below(clients.Count)].Name;
        switch (Random.Below(7))
        {
            case 0: NetworkMonitors(); break;
            case 1: AttachAndDetachCard(name, Backend); break;
            case 2: Visitor(""); break;
            case 3: Visitor($"rate={1 + Random.Below(20)}MB/s@{10 + Random.Below(50)}ms"); break;
            case 4: Restart(name); break;
            case 5: MoreObjects(); break;
            default: Mistake(name); break;
        }
    }

    /// <summary>A client that comes, asks and goes.</summary>
    private void Visitor(string words)
    {
        extras++;
        var visitor = Client(string.Create(CultureInfo.InvariantCulture, $"visitor{extras}")) with { VifWords = words };
        Create(visitor);
        if (!HostDown) UseNetwork([visitor]);
        if (HostDown) return;
        if (Random.Chance(50)) ShutDown(visitor.Name);
        else Destroy(visitor.Name);
    }

    /// <summary>A reboot of a client, or, when there is none, of the server.</summary>
    private void Restart(string name)
    {
        var domid = Machine.DomidOf(name);
        Command($"xl reboot {name}", "reboot", name);
        Monitor($"{name} rebooted", () =>
        {
            var back = Monitors.Wait(() => Machine.Kernel(Machine.DomidOf(name)) is { Networks.Count: > 0 } kernel && kernel.Domain.Id != domid, EndLimitNs);
            return back ? null : $"{name} does not come back";
        });
        if (!HostDown && clients.Find(client => client.Name == name) is { } plan) UseNetwork([plan]);
    }

    private void MoreObjects()
    {
        foreach (var client in clients) Monitor($"{client.Name} objects", () => Monitors.Objects(Machine.DomidOf(client.Name), 1 + Random.Below(5)));
    }

    /// <summary>Commands that must be refused.</summary>
    private void Mistake(string name)
    {
        Command($"xl network-attach {name} colour", "network-attach", name, "colour=red");
        Command($"xl network-detach {name} 7", "network-detach", name, "7");
        extras++;
        var lost = Client(string.Create(CultureInfo.InvariantCulture, $"lost{extras}")) with { Backend = null };
        var config = Machine.WriteConfig(lost);
        Machine.Host.Files.WriteText(config, Machine.Host.Files.ReadText(config)!.Replace("bridge=xenbr0", "bridge=nowhere", StringComparison.Ordinal));
        Command("xl create lost", "create", config);

        // The console daemon lets go of the dead domain's ring a moment after the command has ended.
        Monitor("lost gone", () => Monitors.Wait(() => Machine.Host.Domains.All(domain => domain.Dying == DyingState.Alive), EndLimitNs) ? null : "a zombie stays");
    }

    private void NetworkMonitors()
    {
        foreach (var plan in Everybody) Monitor($"{plan.Name} echo", () => Machine.DomidOf(plan.Name) is var domid and > 0 ? Monitors.Echo(domid) : $"there is no {plan.Name}");
    }

    /// <summary>Ends everything on the driver domain, replaces it and starts again; the pair on Dom0's bridge does not notice.</summary>
    private void ReplaceDriverDomain()
    {
        foreach (var plan in Everybody.ToList())
        {
            if (!HostDown) Destroy(plan.Name);
        }
        if (!HostDown) Destroy(Driver);
        if (HostDown) return;
        Monitor("homeclient objects", () => Monitors.Objects(Machine.DomidOf("homeclient"), 3));
        StartDriverDomain(Driver);
        Create(server);
        foreach (var client in clients) Create(client);
        if (!HostDown) UseNetwork(clients);
    }
}
