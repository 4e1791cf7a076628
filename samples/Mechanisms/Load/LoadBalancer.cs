using Xen.Guests;
using Xen.Hypervisor;
using Xen.Mechanisms.Clusters;
using Xen.XenWorkloads;

namespace Xen.Mechanisms.Load;

/// <summary>
/// Copes with failures that load induces (section 3, first mechanism): looks at the CPUs of all hosts from outside of the VMs, migrates a VM live
/// from a host that has too little to one that has enough, and provisions a further VM, as cheap as copying a file, for a service that one
/// VM cannot carry.
/// </summary>
public sealed class LoadBalancer(Cluster cluster, RequestRouter router)
{
    /// <summary>A host or a virtual CPU that is busier than this has too little.</summary>
    private const double TooBusy = 0.9;

    /// <summary>A host is not loaded beyond this by what the balancer does.</summary>
    private const double FullEnough = 0.85;

    /// <summary>A VM that was relieved has a backlog to work off before its load says anything again.</summary>
    private const long BacklogNs = 2 * Cluster.SecondNs;

    /// <summary>Instances that the balancer makes get numbers from here on.</summary>
    private const int FirstCloneId = 1000;

    private readonly SortedDictionary<(string Host, int Domid), long> before = [];
    private readonly List<VmPlan> plans = [];
    private readonly SortedDictionary<string, long> relievedAt = new(StringComparer.Ordinal);
    private long measuredAt;

    /// <summary>Migrations that have succeeded, with what xl said about each.</summary>
    public List<string> Migrations { get; } = [];

    /// <summary>VMs that were provisioned.</summary>
    public int Provisioned { get; private set; }

    /// <summary>A VM that may be moved and copied.</summary>
    public void Manage(VmPlan plan) => plans.Add(plan);

    /// <summary>Looks at the load since the last look, and does at most one thing about it.</summary>
    public void Step()
    {
        var elapsed = cluster.Now - measuredAt;
        var vms = Measure(elapsed);
        if (elapsed <= 0 || vms.Count == 0) return;
        var hosts = cluster.Machines.ToDictionary(machine => machine, machine => vms.Where(vm => vm.Home == machine).Sum(vm => vm.Cpus) / machine.Host.Options.Cpus);
        var coldest = cluster.Machines.MinBy(machine => hosts[machine])!;
        var hottest = cluster.Machines.MaxBy(machine => hosts[machine])!;
        var moving = hosts[hottest] > TooBusy ? vms.Where(vm => vm.Home == hottest && Fits(vm)).MaxBy(vm => vm.Cpus) : null;
        var saturated = hosts[coldest] < FullEnough / 2 ? vms.Where(vm => vm.Cpus > TooBusy && !JustRelieved(vm)).MaxBy(vm => vm.Cpus) : null;
        if (moving is not null)
        {
            Migrate(moving.Plan, hottest, coldest);
            foreach (var vm in vms.Where(vm => vm.Home == hottest)) relievedAt[vm.Plan.Name] = cluster.Now;
        }
        else if (saturated is not null) Provision(saturated.Plan, coldest);
        else return;

        // What was measured before the change says nothing about the time after it.
        Measure(0);

        bool JustRelieved(VmLoad vm) => relievedAt.TryGetValue(vm.Plan.Name, out var at) && cluster.Now - at < BacklogNs;

        bool Fits(VmLoad vm) => hosts[coldest] + (vm.Cpus / coldest.Host.Options.Cpus) < FullEnough;
    }

    /// <summary>Migrates a VM by xl migrate, whatever it is good for.</summary>
    public bool Migrate(VmPlan plan, Machine from, Machine to)
    {
        var process = cluster.Xl(from, "migrate", plan.Name, to.Host.Name);
        if (process.ExitCode != 0) return false;
        Migrations.Add($"{plan.Name}: {process.Context.Log.Lines.First(line => line.Contains(" rounds, ", StringComparison.Ordinal)).Split("sender: ")[^1]}");
        return true;
    }

    private List<VmLoad> Measure(long elapsed)
    {
        var vms = new List<VmLoad>();
        foreach (var plan in plans)
        {
            if (cluster.HomeOf(plan.Name) is not { } home) continue;
            var domain = home.Host.FindDomain(home.DomidOf(plan.Name))!;
            var key = (home.Host.Name, domain.Id);
            var cpuTime = domain.Vcpus.Sum(vcpu => vcpu.TimeIn(RunState.Running, cluster.Now));
            if (elapsed > 0 && before.TryGetValue(key, out var last)) vms.Add(new VmLoad(plan, home, (double)(cpuTime - last) / elapsed));
            before[key] = cpuTime;
        }

        measuredAt = cluster.Now;
        return vms;
    }

    /// <summary>A copy of the VM takes over half of its clients.</summary>
    private void Provision(VmPlan plan, Machine target)
    {
        Provisioned++;
        var copy = plan with { Name = $"{plan.Name}-{Provisioned}", Service = plan.Service with { Id = FirstCloneId + Provisioned } };
        var service = cluster.Create(target, copy);
        var original = cluster.Network.ServiceOf(plan.Service.Id)!;
        if (router.HandOver(original, service) is { } problem) throw new ExperimentException(problem);
        var clients = router.ClientsOf(plan.Service.Id);
        foreach (var client in clients.Skip(clients.Count / 2)) router.Route(client, copy.Service.Id);
        router.Release();
        plans.Add(copy);
        relievedAt[plan.Name] = relievedAt[copy.Name] = cluster.Now;
    }

    /// <summary>Where a VM is, and how many CPUs it keeps busy.</summary>
    private sealed record VmLoad(VmPlan Plan, Machine Home, double Cpus);
}
