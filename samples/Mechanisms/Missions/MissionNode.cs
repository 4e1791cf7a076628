using Xen.Guests;
using Xen.Hypervisor;
using Xen.Mechanisms.Replicas;

namespace Xen.Mechanisms.Missions;

/// <summary>The configurations of a node that the paper compares.</summary>
public enum NodeKind
{
    NonVirtualized,
    Replicated,
    FunctionInVms,
    FunctionInHypervisor,
    TwoOfThree,
}

/// <summary>A node and the probabilities with which its parts survive a mission.</summary>
public sealed record MissionNode(NodeKind Kind)
{
    /// <summary>R_H.</summary>
    public double Hardware { get; init; } = 1;

    /// <summary>R_V.</summary>
    public double Hypervisor { get; init; } = 1;

    /// <summary>R_M, or R_M′ of what is left of a VM when its function is taken out.</summary>
    public double Vm { get; init; } = 0.9;

    /// <summary>R_f, of the function in each VM, or R_F, of the one in the hypervisor.</summary>
    public double Function { get; init; } = 1;

    /// <summary>n.</summary>
    public int Count { get; init; } = 3;

    /// <summary>β: the share of the failure rate of the VMs that hits all of them at once.</summary>
    public double CommonCause { get; init; }

    /// <summary>The block diagram, as the reliability tool reads it.</summary>
    public string Diagram => Kind switch
    {
        NodeKind.NonVirtualized => "H & M",
        NodeKind.Replicated => $"H & V & {Parallel("M")}",
        NodeKind.FunctionInVms => "H & V & (" + string.Join(" | ", Enumerable.Range(1, Count).Select(i => $"f{i} & M{i}")) + ")",
        NodeKind.FunctionInHypervisor => $"H & V & F & {Parallel("M")}",
        _ => "H & V & 2of(M1..M3)",
    };

    /// <summary>The values of its modules, as the tool reads them.</summary>
    public string Values => FormattableString.Invariant($"H={Hardware:R}") + Kind switch
    {
        NodeKind.NonVirtualized => FormattableString.Invariant($" M={Vm:R}"),
        NodeKind.FunctionInVms => FormattableString.Invariant($" V={Hypervisor:R} f={Function:R} M={Vm:R}"),
        NodeKind.FunctionInHypervisor => FormattableString.Invariant($" V={Hypervisor:R} F={Function:R} M={Vm:R}"),
        _ => FormattableString.Invariant($" V={Hypervisor:R} M={Vm:R}"),
    };

    /// <summary>The paper's closed form, which knows of no common cause.</summary>
    public double Formula
    {
        get
        {
            double Any(double each) => 1 - Math.Pow(1 - each, Count);
            return Hardware * Kind switch
            {
                NodeKind.NonVirtualized => Vm,
                NodeKind.Replicated => Hypervisor * Any(Vm),
                NodeKind.FunctionInVms => Hypervisor * Any(Function * Vm),
                NodeKind.FunctionInHypervisor => Hypervisor * Function * Any(Vm),
                _ => Hypervisor * ((Vm * Vm * Vm) + (3 * Vm * Vm * (1 - Vm))),
            };
        }
    }

    /// <summary>Runs missions on simulated machines: faults are injected into the parts, and at the end a client asks.</summary>
    /// <returns>In how many of them it got the right answer.</returns>
    public Count Run(ulong seed, int missions)
    {
        var succeeded = 0;
        for (var mission = 0; mission < missions; mission++)
        {
            if (Succeeds(Draws.Mission(seed, mission))) succeeded++;
        }

        return new Count(succeeded, missions);
    }

    private bool Succeeds(Simulation simulation)
    {
        var host = new ReplicaHost(simulation, "a", Kind == NodeKind.NonVirtualized ? ReplicaHost.Physical : "xen");
        var replicas = new List<Replica>();
        var copies = Kind switch { NodeKind.NonVirtualized => 1, NodeKind.TwoOfThree => 3, _ => Count };
        for (var i = 1; i <= copies; i++) replicas.Add(host.Add(i));
        var functions = Functions(host, replicas);
        Inject(simulation.Stream("faults"), simulation, host, replicas, functions);
        simulation.RunFor(Replica.FaultsDoneNs);
        var request = new ServiceRequest(0, 1, 5);
        return Kind == NodeKind.TwoOfThree ? new Voter(host, replicas).Ask(request).Balance == request.Amount : AnyAnswers(simulation, replicas, request);
    }

    // f runs in each VM, F once, at the hypervisor: all VMs call it.
    private List<Component> Functions(ReplicaHost host, List<Replica> replicas)
    {
        switch (Kind)
        {
            case NodeKind.FunctionInVms:
                foreach (var replica in replicas) replica.Use(host.Host.CreateProcess("f", replica.Domain));
                return [.. replicas.Select(replica => replica.Function!)];
            case NodeKind.FunctionInHypervisor:
                var function = host.Host.CreateProcess("F");
                foreach (var replica in replicas) replica.Use(function);
                return [function];
            default:
                return [];
        }
    }

    private void Inject(RandomStream random, Simulation simulation, ReplicaHost host, List<Replica> replicas, List<Component> functions)
    {
        var (own, common) = (Math.Pow(Vm, 1 - CommonCause), Math.Pow(Vm, CommonCause));
        var commonFault = Kind != NodeKind.NonVirtualized && random.With(1 - common);
        foreach (var replica in replicas)
        {
            var ownFault = random.With(1 - (Kind == NodeKind.NonVirtualized ? Vm : own));

            // A replica that is voted on may also be wrong without a crash. What is common to all makes them all equally wrong.
            if (commonFault && Kind == NodeKind.TwoOfThree) replica.Fault = ReplicaFault.Colluding;
            else if (ownFault && Kind == NodeKind.TwoOfThree && random.Chance(50)) replica.Fault = ReplicaFault.Arbitrary;
            else if (ownFault || commonFault) replica.Crash("fault");
        }

        foreach (var function in functions)
        {
            if (random.With(1 - Function)) simulation.Post(function, "fault", () => throw new InvalidOperationException("fault"));
        }

        if (Kind != NodeKind.NonVirtualized && random.With(1 - Hypervisor)) host.Fail("fault of the hypervisor");
        if (random.With(1 - Hardware)) host.Fail("fault of the hardware");
    }

    private static bool AnyAnswers(Simulation simulation, List<Replica> replicas, ServiceRequest request)
    {
        var right = false;
        foreach (var replica in replicas) replica.Receive(request, answer => right |= answer.Balance == request.Amount);
        simulation.RunUntil(() => right, Voter.DeadlineNs);
        return right;
    }

    private string Parallel(string family) => Count == 1 ? $"{family}1" : "(" + string.Join(" | ", Enumerable.Range(1, Count).Select(i => $"{family}{i}")) + ")";
}
