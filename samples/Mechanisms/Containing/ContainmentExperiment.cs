using System.Globalization;
using Xen.Hypervisor;
using Xen.Mechanisms.Replicas;

namespace Xen.Mechanisms.Containing;

/// <summary>How two services are kept apart.</summary>
public enum Deployment
{
    /// <summary>Two processes of one operating system.</summary>
    Processes,

    /// <summary>Two VMs on one hypervisor.</summary>
    Vms,

    /// <summary>Two machines.</summary>
    Machines,
}

/// <summary>With which probability a fault of one service gets through the layer that it shares with the other.</summary>
/// <param name="Os">Memory and kernel, which two processes share.</param>
/// <param name="Hypervisor">Which two VMs share.</param>
/// <param name="Site">Power, room and administrators, which two machines share.</param>
public sealed record LayerLeaks(double Os, double Hypervisor, double Site)
{
    /// <summary>An assumption, ordered as the paper orders them.</summary>
    public static readonly LayerLeaks Assumed = new(0.3, 0.03, 0.002);

    /// <summary>The same everywhere: then nothing may be left of the order.</summary>
    public static readonly LayerLeaks Equal = new(0.1, 0.1, 0.1);
}

/// <summary>What a fault of one service has cost.</summary>
/// <param name="Spread">Missions in which the other service was lost, too.</param>
/// <param name="BlastRadius">Processes, domains and machines that stopped, on average.</param>
public sealed record ContainmentRun(Count Spread, double BlastRadius);

/// <summary>
/// The same two services in three deployments. One of them has a fault, and dies of it; what else dies is decided by where the fault gets to, and by
/// the containment rules of the simulated machine from there on.
/// </summary>
public static class ContainmentExperiment
{
    public const int Missions = 4000;

    /// <summary>Each deployment has draws of its own: equal results are then no accident of equal draws.</summary>
    private const ulong DeploymentSeeds = 1_000_003;

    private const long BurstNs = 10_000_000;
    private const long RequestNs = 1_000_000;
    private const int InterferenceRequests = 50;

    public static ContainmentRun Run(ulong seed, Deployment deployment, LayerLeaks leaks, int missions = Missions)
    {
        var spread = 0;
        long lost = 0;
        for (var mission = 0; mission < missions; mission++)
        {
            var simulation = Draws.Mission(seed + ((ulong)deployment * DeploymentSeeds), mission);
            var (first, second, hosts) = Deploy(simulation, deployment);
            var random = simulation.Stream("faults");
            simulation.Post(first, "fault", () => throw new InvalidOperationException("fault"));
            if (random.With(Leak(deployment, leaks))) Spread(simulation, deployment, first, hosts);
            simulation.RunFor(Replica.FaultsDoneNs);
            if (!second.Alive) spread++;
            lost += (first.Alive ? 0 : 1) + (second.Alive ? 0 : 1)
                + hosts.Sum(host => (host.Host.Crashed ? 1 : 0) + host.Host.Domains.Count(domain => domain.Id != 0 && !domain.Kernel.Alive));
        }

        return new ContainmentRun(new Count(spread, missions), (double)lost / missions);
    }

    /// <summary>
    /// What one service suffers from the other's hunger for CPU time, which is no propagation of a fault: the mean time, in milliseconds, of
    /// a request of 1 ms on machines of one CPU while the other computes without end.
    /// </summary>
    public static double Interference(ulong seed, Deployment deployment)
    {
        var simulation = Draws.Mission(seed, 0);
        var (first, second, _) = Deploy(simulation, deployment);
        var (hungry, modest) = (first.Domain!, second.Domain!);
        var waiting = new Queue<Action>();
        long total = 0;
        var served = 0;

        // Two processes of one kernel take turns on its virtual CPU; two VMs have one each, and the hypervisor lets them take turns.
        void Burn()
        {
            if (hungry == modest && waiting.TryDequeue(out var turn)) turn();
            else hungry.Host.RunQueue.Compute(hungry.Vcpus[0], BurstNs, "burn", Burn);
        }

        void Serve()
        {
            var begin = simulation.Now;
            void Compute() => modest.Host.RunQueue.Compute(modest.Vcpus[0], RequestNs, "request", Served);
            void Served()
            {
                total += simulation.Now - begin;
                served++;
                if (served < InterferenceRequests) simulation.AfterHousekeeping(RequestNs, modest.Kernel, "think", Serve);
                if (hungry == modest) Burn();
            }

            if (hungry == modest) waiting.Enqueue(Compute);
            else Compute();
        }

        simulation.Post(hungry.Kernel, "begin", Burn);
        simulation.Post(modest.Kernel, "begin", Serve);
        simulation.RunUntil(() => served == InterferenceRequests, 60_000_000_000);
        return total / (double)served / RequestNs;
    }

    /// <summary>The rows of the table.</summary>
    public static ExperimentResult Measure(ulong seed)
    {
        var runs = Enum.GetValues<Deployment>().Select(deployment => Run(seed, deployment, LayerLeaks.Assumed)).ToList();
        var equal = Enum.GetValues<Deployment>().Select(deployment => Run(seed, deployment, LayerLeaks.Equal)).ToList();
        var interference = Enum.GetValues<Deployment>().Select(deployment => Interference(seed, deployment)).ToList();
        var ordered = runs[0].Spread.Low > runs[1].Spread.High && runs[1].Spread.Low > runs[2].Spread.High && runs[0].BlastRadius > runs[1].BlastRadius && runs[1].BlastRadius > runs[2].BlastRadius;
        var alike = equal.TrueForAll(run => run.Spread.Low <= equal.Min(each => each.Spread.High));
        return new ExperimentResult(
            [
                .. Enum.GetValues<Deployment>().Select((deployment, i) => string.Create(CultureInfo.InvariantCulture,
                    $"{deployment}: spreads {runs[i].Spread}, {runs[i].BlastRadius:0.000} lost on average; with equal layers {equal[i].Spread}; a request of 1 ms beside a hungry neighbour takes {interference[i]:0.0} ms")),
            ],
            [
                new Finding("containment", "a fault spreads to the other service", $"{runs[0].Spread} processes", $"{runs[1].Spread} VMs, {runs[2].Spread} machines", ordered,
                    "the shared layers are equally bad", $"{equal[0].Spread.Share:0.00}, {equal[1].Spread.Share:0.00}, {equal[2].Spread.Share:0.00}: no order", alike),
            ]);
    }

    private static (Component First, Component Second, List<ReplicaHost> Hosts) Deploy(Simulation simulation, Deployment deployment)
    {
        var host = new ReplicaHost(simulation, "a");
        var domain = host.Add(1).Domain;
        List<ReplicaHost> hosts = [host];
        var other = domain;
        switch (deployment)
        {
            case Deployment.Vms:
                other = host.Add(2).Domain;
                break;
            case Deployment.Machines:
                hosts.Add(new ReplicaHost(simulation, "b"));
                other = hosts[1].Add(2).Domain;
                break;
        }

        return (host.Host.CreateProcess("service1", domain), other.Host.CreateProcess("service2", other), hosts);
    }

    private static double Leak(Deployment deployment, LayerLeaks leaks) => deployment switch
    {
        Deployment.Processes => leaks.Os,
        Deployment.Vms => leaks.Hypervisor,
        _ => leaks.Site,
    };

    private static void Spread(Simulation simulation, Deployment deployment, Component first, List<ReplicaHost> hosts)
    {
        if (deployment == Deployment.Processes) simulation.Post(first.Domain!.Kernel, "fault in the kernel", () => throw new InvalidOperationException("fault"));
        else hosts.ForEach(host => host.Fail("fault"));
    }
}
