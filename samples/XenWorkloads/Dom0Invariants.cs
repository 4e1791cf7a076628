using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;
using Xen.Toolstack.Xl;
using Xen.XenStore;

namespace Xen.XenWorkloads;

/// <summary>
/// What must hold in Dom0 when nothing is going on: the store, the hypervisor, the back-ends, the files of the toolstack and the
/// processes all tell the same story. Looked at from the trusted side, without asking any of them.
/// </summary>
public sealed class Dom0Invariants(Machine machine)
{
    public const string StoreTree = "store-tree";
    public const string StoreMatchesDomains = "store-matches-domains";
    public const string IntroducedDomains = "introduced-domains";
    public const string DevicesPaired = "devices-paired";
    public const string BackendsMatchStore = "backends-match-store";
    public const string UserdataMatchesDomains = "userdata-matches-domains";
    public const string LoopDevices = "loop-devices";
    public const string LocksReleased = "locks-released";
    public const string Processes = "processes";
    public const string Dom0Ports = "dom0-ports";

    private static readonly string[] DeviceKinds = ["vbd", "vif"];
    private static readonly string[] LockPaths = [XlCreateDomain.LockPath, Toolstack.Hotplug.BlockScript.LockPath];

    private Host Host => machine.Host;

    private StoreTree Tree => machine.Xenstored.Tree;

    /// <summary>Each invariant with the first thing that violates it, or null.</summary>
    public IEnumerable<(string Name, string? Problem)> Check()
    {
        var hypervisor = HypervisorInvariants.Check(Host);
        foreach (var name in HypervisorInvariants.All)
        {
            yield return (name, hypervisor.FirstOrDefault(violation => violation.Invariant == name)?.Detail);
        }
        yield return (StoreTree, Tree.Inconsistencies().FirstOrDefault());
        yield return (StoreMatchesDomains, CheckStore());
        yield return (IntroducedDomains, CheckIntroduced());
        yield return (DevicesPaired, CheckDevices());
        yield return (BackendsMatchStore, CheckBackends());
        yield return (UserdataMatchesDomains, CheckUserdata());
        yield return (LoopDevices, CheckLoopDevices());
        yield return (LocksReleased, CheckLocks());
        yield return (Processes, CheckProcesses());
        yield return (Dom0Ports, CheckPorts());
        yield return (DomidHistory.Invariant, new DomidHistory(machine).Check());
        var network = new NetworkInvariants(machine);
        yield return (NetworkInvariants.Interfaces, network.CheckInterfaces());
        yield return (NetworkInvariants.BridgeTables, network.CheckBridgeTables());
        yield return (NetworkInvariants.Buffers, network.CheckBuffers());
    }

    private IEnumerable<Domain> Guests => Host.Domains.Where(domain => domain.Id != 0 && domain.Dying == DyingState.Alive);

    private string? CheckStore()
    {
        foreach (var child in Children("/local/domain"))
        {
            if (!IsGuestOrDom0(child)) return $"/local/domain/{child} belongs to no domain";
        }
        foreach (var child in Children("/libxl"))
        {
            if (!IsGuestOrDom0(child)) return $"/libxl/{child} belongs to no domain";
        }
        foreach (var child in Children("/vm"))
        {
            if (!Guests.Any(domain => domain.Handle.ToString() == child)) return $"/vm/{child} belongs to no domain";
        }
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var domain in Guests)
        {
            var home = StorePath.DomainHome(domain.Id);
            if (Read(home + "/name") is not { Length: > 0 } name) return $"domain {domain.Id} has no name";
            if (!names.Add(name)) return $"two domains are called {name}";
            if (Read(home + "/domid") != Text(domain.Id)) return $"{home}/domid is not {domain.Id}";
            if (Read(home + "/vm") != LibxlPaths.Vm(domain.Handle)) return $"{home}/vm is not the domain's";
            if (Tree.Find(LibxlPaths.Libxl(domain.Id)) is null) return $"{LibxlPaths.Libxl(domain.Id)} is missing";
            if (Read(LibxlPaths.Vm(domain.Handle) + "/name") != name) return $"{LibxlPaths.Vm(domain.Handle)}/name is not {name}";
        }
        return null;
    }

    private string? CheckIntroduced()
    {
        var introduced = machine.Xenstored.IntroducedDomains.Select(domain => domain.Domid).ToList();
        var alive = Guests.Select(domain => domain.Id).ToList();
        if (introduced.Except(alive).ToList() is { Count: > 0 } gone) return $"xenstored keeps domain {gone[0]}, which is gone";
        if (alive.Except(introduced).ToList() is { Count: > 0 } missing) return $"xenstored does not know domain {missing[0]}";
        return null;
    }

    private string? CheckDevices()
    {
        foreach (var domain in Guests)
        {
            foreach (var kind in DeviceKinds)
            {
                if (CheckDevicesOf(domain, kind) is { } problem) return problem;
            }
        }
        foreach (var home in BackendHomes)
        {
            foreach (var kind in Children($"{home}/backend"))
            {
                foreach (var domid in Children($"{home}/backend/{kind}"))
                {
                    if (!IsGuest(domid)) return $"{home}/backend/{kind}/{domid} belongs to no domain";
                    foreach (var number in Children($"{home}/backend/{kind}/{domid}"))
                    {
                        var front = kind == DeviceAddress.Qdisk ? DeviceAddress.Vbd : kind;
                        if (Tree.Find($"/libxl/{domid}/device/{front}/{number}") is null) return $"backend/{kind}/{domid}/{number} is unknown to the toolstack";
                    }
                }
            }
        }
        return null;
    }

    private string? CheckDevicesOf(Domain domain, string kind)
    {
        foreach (var number in Children($"/local/domain/{domain.Id}/device/{kind}"))
        {
            var front = $"/local/domain/{domain.Id}/device/{kind}/{number}";
            var home = BackendHomes.FirstOrDefault(home => home == $"/local/domain/{Read(front + "/backend-id")}");
            if (home is null) return $"{front} is served by nobody";
            var back = $"{home}/backend/{kind}/{domain.Id}/{number}";
            var qdisk = DeviceModelInvariants.Backend(domain, number);
            if (kind == "vbd" && qdisk.StartsWith(home + "/", StringComparison.Ordinal) && Tree.Find(qdisk) is not null) back = qdisk;
            if (Read(front + "/backend") != back) return $"{front} does not lead to {back}";
            if (Read(back + "/frontend") != front) return $"{back} does not lead to {front}";
            if (Read($"/libxl/{domain.Id}/device/{kind}/{number}/backend") != back) return $"/libxl has no device {number} of domain {domain.Id}";
            if (domain.IsRunning && (Read(front + "/state") != "4" || Read(back + "/state") != "4"))
            {
                return $"{front} is in state {Read(front + "/state")}, its backend in {Read(back + "/state")}";
            }
        }
        foreach (var number in Children($"/libxl/{domain.Id}/device/{kind}"))
        {
            if (Tree.Find($"/local/domain/{domain.Id}/device/{kind}/{number}") is null) return $"/libxl/{domain.Id} keeps device {number}";
        }
        return null;
    }

    /// <summary>Where back-ends may be: below Dom0 and below each driver domain that runs.</summary>
    private IEnumerable<string> BackendHomes =>
        machine.DriverDomains.Select(kernel => StorePath.DomainHome(kernel.Domain.Id)).Prepend(StorePath.DomainHome(0));

    private string? CheckBackends()
    {
        var drivers = machine.DriverDomains.Select(kernel => (kernel.Domain.Id, kernel.Backends)).Append((0, machine.Blkback)).Append((0, machine.Netback));
        var driven = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (domid, bus) in drivers)
        {
            if (bus is null) continue;
            foreach (var device in bus.Devices) driven.Add($"{StorePath.DomainHome(domid)}/{device.NodeName}");
        }
        foreach (var path in driven)
        {
            if (Tree.Find(path) is null) return $"{path} is driven and not in the store";
        }
        foreach (var home in BackendHomes)
        {
            foreach (var kind in DeviceKinds)
            {
                foreach (var domid in Children($"{home}/backend/{kind}"))
                {
                    foreach (var number in Children($"{home}/backend/{kind}/{domid}"))
                    {
                        var path = $"{home}/backend/{kind}/{domid}/{number}";
                        if (Read(path + "/state") != "6" && !driven.Contains(path)) return $"nobody drives {path}";
                    }
                }
            }
        }
        return null;
    }

    private string? CheckUserdata()
    {
        var expected = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var domain in Guests)
        {
            var path = $"{LibxlUserdata.Directory}/userdata-d.{Text(domain.Id)}.{domain.Handle}.libxl-json";
            expected.Add(path);
            if (Host.Files.ReadText(path) is not { } text) return $"{path} is missing";
            if (DomainConfigJson.Read(text) is not { } config) return $"{path} is no configuration";
            if (config.CreateInfo.Name != machine.NameOf(domain.Id)) return $"{path} is about {config.CreateInfo.Name}";
            if (config.BuildInfo.MaxVcpus != domain.MaxVcpus) return $"{path} says {config.BuildInfo.MaxVcpus} vcpus, there are {domain.MaxVcpus}";
            // The limit is the static maximum, until mem-set binds the domain to its target.
            if (domain.MaxPages * 4 is var limit && limit != config.BuildInfo.MaxMemKb && limit != config.BuildInfo.TargetMemKb)
            {
                return $"{path} says {config.BuildInfo.MaxMemKb} KiB, the limit is {limit}";
            }
            var stored = config.Disks.Select(disk => Vdev.Number(disk.Vdev)).Order().ToList();
            var present = Children($"/local/domain/{domain.Id}/device/vbd").Select(number => int.Parse(number, CultureInfo.InvariantCulture)).Order().ToList();
            if (!stored.SequenceEqual(present)) return $"{path} has the disks {string.Join(' ', stored)}, the store has {string.Join(' ', present)}";
            var cards = config.Nics.Select(nic => nic.Devid).Order().ToList();
            var presentCards = Children($"/local/domain/{domain.Id}/device/vif").Select(number => int.Parse(number, CultureInfo.InvariantCulture)).Order().ToList();
            if (!cards.SequenceEqual(presentCards)) return $"{path} has the cards {string.Join(' ', cards)}, the store has {string.Join(' ', presentCards)}";
        }
        foreach (var path in Host.Files.Below(LibxlUserdata.Directory))
        {
            if (path.Contains("/userdata-", StringComparison.Ordinal) && !path.Contains("lock", StringComparison.Ordinal) && !expected.Contains(path)) return $"{path} belongs to no domain";
        }
        return null;
    }

    private string? CheckLoopDevices()
    {
        var used = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var domid in Children("/local/domain/0/backend/vbd"))
        {
            foreach (var number in Children($"/local/domain/0/backend/vbd/{domid}"))
            {
                var path = $"/local/domain/0/backend/vbd/{domid}/{number}";
                if (Read(path + "/hotplug-status") != "connected") return $"{path} is not set up";
                if (Read(path + "/physical-device") is not { } physical) return $"{path} has no physical device";
                if (!used.Add(physical)) return $"{physical} is used twice";
                if (!Host.LoopDevices.Attached.Any(loop => loop.PhysicalDevice == physical && loop.BackingFile == Read(path + "/params")))
                {
                    return $"{path} uses {physical}, which is not a device over {Read(path + "/params")}";
                }
            }
        }
        foreach (var loop in Host.LoopDevices.Attached)
        {
            if (!used.Contains(loop.PhysicalDevice)) return $"{loop.Node} over {loop.BackingFile} is left over";
        }
        return null;
    }

    private string? CheckLocks()
    {
        foreach (var path in LockPaths)
        {
            if (Host.Files.Exists(path)) return $"{path} is held by {Host.Files.ReadText(path)}";
        }
        foreach (var path in Host.Files.Below(LibxlUserdata.Directory))
        {
            if (path.EndsWith("lock", StringComparison.Ordinal)) return $"{path} is held by {Host.Files.ReadText(path)}";
        }
        return null;
    }

    private string? CheckProcesses()
    {
        foreach (var component in machine.Simulation.Components)
        {
            if (!component.Alive || component.Containment != Containment.Process || component.Domain?.Host != Host) continue;
            if (component.Name is "xenstored" or "xenconsoled" || DeviceModelInvariants.IsDeviceModel(component)) continue;
            if (component.Name.StartsWith("xl devd ", StringComparison.Ordinal) && component.Domain is { Privileged: false, IsRunning: true }) continue;
            if (!machine.Services.Daemons.Exists(daemon => daemon.Process == component)) return $"{component.Name} still runs";
        }

        if (new DeviceModelInvariants(machine).Check() is { } problem) return problem;
        var watched = new SortedSet<int>();
        foreach (var daemon in machine.Services.Daemons.Where(daemon => daemon.Process.Alive))
        {
            if (!watched.Add(daemon.Domid)) return $"{daemon.Process.Name} runs twice";
        }
        foreach (var domain in Guests)
        {
            // A daemon that saw its domain suspend has left, even if the domain was resumed; a domain that is kept for inspection has none.
            var left = domain.ShutDown || machine.Services.Daemons.Exists(daemon => daemon.Domid == domain.Id && daemon.LeftAfterSuspend);
            if (!watched.Remove(domain.Id) && !left) return $"nobody watches over {machine.NameOf(domain.Id)}";
        }
        return watched.Count == 0 ? null : $"a daemon watches over domain {watched.Min}, which is gone";
    }

    /// <summary>Dom0 holds one port for each store and console ring and each connected disk, beside the daemon's virtual interrupt.</summary>
    private string? CheckPorts()
    {
        foreach (var channel in Host.Dom0.EventChannels)
        {
            if (channel.State == EventChannelState.Unbound) return $"port {channel.Port} of Dom0 has lost its other end, domain {channel.RemoteDomid}";
        }
        foreach (var domain in Guests)
        {
            var disks = Children($"/local/domain/{domain.Id}/device/vbd").Count(number =>
                Read($"/local/domain/0/backend/vbd/{domain.Id}/{number}/state") == "4" || Read(DeviceModelInvariants.Backend(domain, number) + "/state") == "4");
            var ports = Host.Dom0.EventChannels.Count(channel => channel.State == EventChannelState.Interdomain && channel.RemoteDomid == domain.Id);
            var cards = new NetworkInvariants(machine).PortsToDom0(domain);
            if (ports != disks + cards + 2) return $"Dom0 has {ports} ports to domain {domain.Id}, which has {disks} disks and {cards} ports of cards";
        }
        return null;
    }

    private bool IsGuestOrDom0(string domid) => domid == "0" || IsGuest(domid);

    private bool IsGuest(string domid) => Guests.Any(domain => Text(domain.Id) == domid);

    private string[] Children(string path) => Tree.Find(path)?.Children ?? [];

    private string? Read(string path) => Tree.Find(path) is { } node ? XsPayload.Text(node.Value) : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
