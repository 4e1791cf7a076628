using System.Globalization;
using Xen.Guests;
using Xen.Mechanisms.Replicas;

namespace Xen.Mechanisms.Voting;

/// <summary>What became of the requests.</summary>
/// <param name="Right">Answered rightly.</param>
/// <param name="Wrong">Answered wrongly.</param>
/// <param name="Silent">Not answered.</param>
/// <param name="AtSecondAnswer">Answers that came exactly when the second correct replica had answered.</param>
/// <param name="Repairs">States that were repaired.</param>
public sealed record VotingRun(int Right, int Wrong, int Silent, int AtSecondAnswer, int Repairs)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Right} right, {Wrong} wrong, {Silent} without an answer");
}

/// <summary>A hundred requests to three replicas with given faults.</summary>
public static class VotingExperiment
{
    public const int Requests = 100;

    /// <summary>Every single fault that one of three may have.</summary>
    public static readonly IReadOnlyList<ReplicaFault> SingleFaults =
        [ReplicaFault.Omission, ReplicaFault.Late, ReplicaFault.Arbitrary, ReplicaFault.Colluding, ReplicaFault.Nondeterministic];

    /// <param name="seed">Of everything.</param>
    /// <param name="faults">Of the replicas; one replica alone is asked without a vote.</param>
    /// <param name="repair">Outvoted replicas are repaired.</param>
    public static VotingRun Run(ulong seed, IReadOnlyList<ReplicaFault> faults, bool repair = false)
    {
        var simulation = Draws.Mission(seed, 0);
        var host = new ReplicaHost(simulation, "a");
        var replicas = faults.Select((fault, i) =>
        {
            var replica = host.Add(i + 1);
            replica.Fault = fault;
            return replica;
        }).ToList();
        var voter = new Voter(host, replicas, repair);
        var clients = simulation.Stream("clients");
        var (right, wrong, silent, prompt) = (0, 0, 0, 0);
        long balance = 0;
        for (var number = 1; number <= Requests; number++)
        {
            var amount = clients.Between(1, 9);
            balance += amount;
            var request = new ServiceRequest(0, number, amount);
            var answer = replicas.Count == 1 ? AskAlone(replicas[0], request) : voter.Ask(request);
            if (answer.Balance == balance) right++;
            else if (answer.Balance is null) silent++;
            else wrong++;
            var correct = answer.Arrivals.Where(arrival => arrival.Balance == balance).ToList();
            if (answer.Balance == balance && correct.Count == Voter.Quorum && correct[^1].LatencyNs == answer.LatencyNs) prompt++;
        }

        return new VotingRun(right, wrong, silent, prompt, voter.Repairs);
    }

    /// <summary>The rows of the table.</summary>
    public static ExperimentResult Measure(ulong seed)
    {
        var alone = Run(seed, [ReplicaFault.Arbitrary]);
        var single = SingleFaults.Select(fault => (Fault: fault, Run: Run(seed, [ReplicaFault.None, fault, ReplicaFault.None]))).ToList();
        var different = Run(seed, [ReplicaFault.Arbitrary, ReplicaFault.Arbitrary, ReplicaFault.None]);
        var equal = Run(seed, [ReplicaFault.Colluding, ReplicaFault.Colluding, ReplicaFault.None]);
        var nondeterministic = Run(seed, [ReplicaFault.Nondeterministic, ReplicaFault.Nondeterministic, ReplicaFault.Nondeterministic]);
        var repaired = Run(seed, [ReplicaFault.Arbitrary, ReplicaFault.None, ReplicaFault.None], repair: true);
        var all = single.TrueForAll(each => each.Run is { Right: Requests, AtSecondAnswer: Requests });
        return new ExperimentResult(
            [
                $"one VM, arbitrary fault: {alone}",
                .. single.Select(each => $"three VMs, one with fault {each.Fault}: {each.Run}; {each.Run.AtSecondAnswer} at the second correct answer"),
                $"two different wrong answers: {different}",
                $"two equal wrong answers: {equal}",
                $"a service that is not deterministic: {nondeterministic}",
                $"with repair: {repaired}, {repaired.Repairs} repair",
            ],
            [
                new Finding("2-of-3 voting by the VMM", "wrong answers, any one VM faulty", $"{alone.Wrong} of {Requests}", $"{single.Max(each => each.Run.Wrong)} of {Requests}", all && alone.Wrong == Requests,
                    "two VMs err alike", $"{equal.Wrong} wrong (two that err differently: {different.Silent} without an answer)", equal.Wrong == Requests && different is { Silent: Requests, Wrong: 0 }),
                new Finding("deterministic replicas", "right answers", "-", $"{single[0].Run.Right} of {Requests}", all,
                    "the service is not deterministic", $"{nondeterministic.Right} of {Requests}", nondeterministic.Silent > Requests / 2),
            ]);
    }

    private static VotedAnswer AskAlone(Replica replica, ServiceRequest request)
    {
        var simulation = replica.Domain.Host.Simulation;
        var begin = simulation.Now;
        long? balance = null;
        replica.Receive(request, answer => balance = answer.Balance);
        simulation.RunUntil(() => balance is not null, Voter.DeadlineNs);
        return new VotedAnswer(request.Number, balance, simulation.Now - begin, []);
    }
}
