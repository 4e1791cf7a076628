using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Mechanisms.Replicas;

namespace Xen.Mechanisms.Diversity;

/// <summary>What one replica stands on.</summary>
/// <param name="Hypervisor">The kind of hypervisor, or <see cref="ReplicaHost.Physical"/>.</param>
/// <param name="Os">The operating system.</param>
public sealed record Placement(string Hypervisor, string Os)
{
    /// <summary>Three copies of the same.</summary>
    public static readonly IReadOnlyList<Placement> AllEqual = [new("xen", "linux"), new("xen", "linux"), new("xen", "linux")];

    /// <summary>Different operating systems on one kind of hypervisor: the diversity that is usually built.</summary>
    public static readonly IReadOnlyList<Placement> SameHypervisor = [new("xen", "linux"), new("xen", "bsd"), new("xen", "windows")];

    /// <summary>Different hypervisors as well, and a machine without one.</summary>
    public static readonly IReadOnlyList<Placement> Mixed = [new("xen", "linux"), new("kvm", "bsd"), new(ReplicaHost.Physical, "windows")];
}

/// <summary>The probabilities, per mission, of faults of each layer.</summary>
/// <param name="Hypervisor">Of each kind of hypervisor: it fails wherever it runs.</param>
/// <param name="Os">Of each operating system: it fails wherever it runs.</param>
/// <param name="Replica">Of each replica, independently of all others.</param>
public sealed record LayerFaults(double Hypervisor, double Os, double Replica);

/// <summary>Replicas on machines of their own, and faults that are common to all that stand on the same thing.</summary>
public static class DiversityExperiment
{
    public const int Missions = 2000;

    private const double FaultProbability = 0.1;

    /// <summary>In how many missions so many replicas still answer.</summary>
    public static Count Run(ulong seed, IReadOnlyList<Placement> placements, LayerFaults faults, int quorum, int missions = Missions)
    {
        var survived = 0;
        for (var mission = 0; mission < missions; mission++)
        {
            var simulation = Draws.Mission(seed, mission);
            var replicas = Place(simulation, placements);
            var random = simulation.Stream("faults");
            foreach (var hypervisor in placements.Select(each => each.Hypervisor).Distinct().Where(each => each != ReplicaHost.Physical))
            {
                if (random.With(faults.Hypervisor)) FailHypervisor(replicas, hypervisor);
            }

            foreach (var os in placements.Select(each => each.Os).Distinct())
            {
                if (random.With(faults.Os)) FailOs(replicas, os);
            }

            foreach (var replica in replicas)
            {
                if (random.With(faults.Replica)) replica.Crash("fault");
            }

            if (Answering(simulation, replicas).Count >= quorum) survived++;
        }

        return new Count(survived, missions);
    }

    /// <summary>Which replicas, by their number from 1 on, still answer after the hypervisor of a kind has failed.</summary>
    public static IReadOnlyList<int> AfterHypervisorFault(ulong seed, IReadOnlyList<Placement> placements, string hypervisor)
    {
        var simulation = Draws.Mission(seed, 0);
        var replicas = Place(simulation, placements);
        FailHypervisor(replicas, hypervisor);
        return Answering(simulation, replicas);
    }

    /// <summary>The rows of the table.</summary>
    public static ExperimentResult Measure(ulong seed)
    {
        var hypervisorFaults = new LayerFaults(FaultProbability, 0, 0);
        var osFaults = new LayerFaults(0, FaultProbability, 0);
        var independent = new LayerFaults(0, 0, FaultProbability);
        Count Of(IReadOnlyList<Placement> placements, LayerFaults faults, int quorum = 2) => Run(seed, placements, faults, quorum);
        var (equalV, sameV, mixedV) = (Of(Placement.AllEqual, hypervisorFaults), Of(Placement.SameHypervisor, hypervisorFaults), Of(Placement.Mixed, hypervisorFaults));
        var (equalO, sameO, mixedO) = (Of(Placement.AllEqual, osFaults), Of(Placement.SameHypervisor, osFaults), Of(Placement.Mixed, osFaults));
        var noCommon = Of(Placement.AllEqual, independent, quorum: 1);
        var common = Of(Placement.AllEqual, independent with { Hypervisor = FaultProbability }, quorum: 1);
        var formula = 1 - Math.Pow(FaultProbability, 3);
        return new ExperimentResult(
            [
                $"faults of the hypervisor, 2 of 3 needed: all equal {equalV}, different OS {sameV}, different hypervisors {mixedV}",
                $"faults of the OS, 2 of 3 needed: all equal {equalO}, different OS {sameO}, different hypervisors {mixedO}",
                string.Create(CultureInfo.InvariantCulture, $"independent faults only, 1 of 3 needed: {noCommon}; R_n = {formula:0.0000}"),
                string.Create(CultureInfo.InvariantCulture, $"and a hypervisor in common: {common}, which R_n overrates by {formula - common.Share:0.0000}"),
            ],
            [
                new Finding("replica diversity", "missions survived, faults of hypervisors", $"{equalV}", $"{mixedV}", mixedV.Low > equalV.High && mixedV.Low > sameV.High,
                    "one hypervisor under different OSs", $"{sameV}: the OSs do not help; against faults of the OS they do, {sameO} instead of {equalO}",
                    sameV.Low <= equalV.High && sameO.Low > equalO.High && mixedO.Low <= sameO.High),
                new Finding("independence", "missions survived, 1 of 3 needed", string.Create(CultureInfo.InvariantCulture, $"R_n = {formula:0.0000}"), $"{noCommon}", noCommon.Contains(formula),
                    "the hypervisor is common to all", $"{common}", common.High < formula),
            ]);
    }

    private static List<Replica> Place(Simulation simulation, IReadOnlyList<Placement> placements) =>
        [.. placements.Select((placement, i) => new ReplicaHost(simulation, $"machine{i + 1}", placement.Hypervisor).Add(i + 1, placement.Os))];

    private static void FailHypervisor(List<Replica> replicas, string kind)
    {
        foreach (var replica in replicas.Where(replica => replica.Home.Hypervisor == kind)) replica.Home.Fail($"fault of {kind}");
    }

    private static void FailOs(List<Replica> replicas, string os)
    {
        foreach (var replica in replicas.Where(replica => replica.Os == os)) replica.Crash($"fault of {os}");
    }

    private static List<int> Answering(Simulation simulation, List<Replica> replicas)
    {
        simulation.RunFor(Replica.FaultsDoneNs);
        var answering = new SortedSet<int>();
        foreach (var replica in replicas) replica.Receive(new ServiceRequest(0, 1, 1), answer => answering.Add(answer.From.Id));
        simulation.RunUntil(() => answering.Count == replicas.Count, Voter.DeadlineNs);
        return [.. answering];
    }
}
