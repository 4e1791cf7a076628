using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Toolstack.Xl;
using Xen.XenWorkloads;

namespace Xen.Mechanisms.Clusters;

/// <summary>
/// Several hosts in one simulation: each a booted machine with its toolstack, all of them connected for migrations, with a network between
/// the clients and the services in their guests.
/// </summary>
public sealed class Cluster
{
    public const long MillisecondNs = 1_000_000;
    public const long SecondNs = 1_000 * MillisecondNs;

    /// <summary>Far above what an experiment of some virtual seconds needs.</summary>
    private const long EventLimit = 100_000_000;

    private const long CommandLimitNs = 60 * SecondNs;

    public Cluster(ulong seed, int cpusPerHost, params IReadOnlyList<string> hosts)
    {
        Simulation = new Simulation(seed) { EventLimit = EventLimit };
        var witness = new StoreWitness();
        Machines = [.. hosts.Select(name => new Machine(Simulation, name, witness, cpusPerHost))];
        Network = new ServiceNetwork(Simulation);
        foreach (var machine in Machines)
        {
            Network.Connect(machine);
            foreach (var other in Machines.TakeWhile(each => each != machine)) machine.Connect(other);
        }
    }

    public Simulation Simulation { get; }

    public IReadOnlyList<Machine> Machines { get; }

    public ServiceNetwork Network { get; }

    public long Now => Simulation.Now;

    public void RunFor(long ns) => Simulation.RunFor(ns);

    /// <summary>Lets time pass until something holds. False when it does not in time.</summary>
    public bool RunUntil(Func<bool> condition, long limitNs) => Simulation.RunUntil(condition, limitNs) || condition();

    /// <summary>Runs an xl command in Dom0 of a machine to its end.</summary>
    public XlProcess Xl(Machine machine, params IReadOnlyList<string> arguments)
    {
        var process = XlProcess.Start(machine.Services, arguments);
        RunUntil(() => process.ExitCode is not null, CommandLimitNs);
        return process;
    }

    /// <summary>Runs a command that has to work for the experiment to mean anything.</summary>
    /// <exception cref="ExperimentException">It did not.</exception>
    public XlProcess MustXl(Machine machine, params IReadOnlyList<string> arguments)
    {
        var process = Xl(machine, arguments);
        return process.ExitCode == XlMain.ExitSuccess
            ? process
            : throw new ExperimentException($"xl {string.Join(' ', arguments)} on {machine.Host.Name} ended with {process.ExitCode}: {process.Error}");
    }

    /// <summary>Creates a VM and waits until its service answers.</summary>
    public Service Create(Machine machine, VmPlan plan)
    {
        BeginCreate(machine, plan);
        return RunUntil(() => IsReady(plan.Service.Id), CommandLimitNs)
            ? Network.ServiceOf(plan.Service.Id)!
            : throw new ExperimentException($"the service in {plan.Name} does not start");
    }

    /// <summary>Creates a VM; its service starts while everything else goes on.</summary>
    public void BeginCreate(Machine machine, VmPlan plan)
    {
        Network.Forget(plan.Service.Id);
        MustXl(machine, "create", machine.WriteConfig(plan.ToDomain()));
    }

    public bool IsReady(int instance) => Network.ServiceOf(instance) is { Ready: true };

    /// <summary>The machine on which a VM of this name is now; null when it is nowhere.</summary>
    public Machine? HomeOf(string name) => Machines.FirstOrDefault(machine => !machine.Host.Crashed && machine.DomidOf(name) > 0);

    /// <summary>How many hosts run a VM of this name at this moment: never more than one.</summary>
    public int RunningCopies(string name) =>
        Machines.Count(machine => machine.DomidOf(name) is var domid and > 0 && machine.Host.FindDomain(domid) is { IsRunning: true });
}

/// <summary>A VM with one service in it.</summary>
public sealed record VmPlan(string Name, ServiceOptions Service)
{
    public int MemoryMib { get; init; } = 2;

    /// <summary>Limit in percent of one CPU; 0 is none.</summary>
    public int Cap { get; init; }

    /// <summary>Of what goes wrong inside: copies of one image draw on from where the others have stopped.</summary>
    public ulong Seed { get; init; } = 1;

    internal DomainPlan ToDomain() => new(Name, MemoryMib, 1, 0, 0, 0, Seed)
    {
        Role = GuestManifest.StatefulService,
        Extra = string.Create(CultureInfo.InvariantCulture, $"extra += \" service={Service}\"\ncap = {Cap}\n"),
    };
}

/// <summary>An experiment cannot go on, so that nothing is measured.</summary>
public sealed class ExperimentException(string message) : Exception(message);
