using Xen.Guests;
using Xen.Hypervisor;

namespace Xen.Mechanisms.Replicas;

/// <summary>What became of one request.</summary>
/// <param name="Number">Of the request.</param>
/// <param name="Balance">The answer for the client; null when no two replicas agreed in time.</param>
/// <param name="LatencyNs">From the request to the answer.</param>
/// <param name="Arrivals">What each replica answered until then, and when.</param>
public sealed record VotedAnswer(long Number, long? Balance, long LatencyNs, IReadOnlyList<(int Replica, long Balance, long LatencyNs)> Arrivals);

/// <summary>
/// 2-of-3 voting by the VMM (section 4): each request goes to three VMs, all requests in the same order; as soon as two answers to it are equal, that is the
/// answer. The voter is a part of the hypervisor: it is assumed to be right, and gone when the hypervisor is.
/// </summary>
public sealed class Voter
{
    /// <summary>Two equal answers are enough.</summary>
    public const int Quorum = 2;

    /// <summary>A request on which no two agree until then has no answer.</summary>
    public const long DeadlineNs = 20_000_000;

    private readonly ReplicaHost host;
    private readonly IReadOnlyList<Replica> replicas;
    private readonly Component component;
    private readonly bool repair;

    /// <param name="host">The machine whose hypervisor votes.</param>
    /// <param name="replicas">Three.</param>
    /// <param name="repair">Replicas that were outvoted get the state of one that was not.</param>
    public Voter(ReplicaHost host, IReadOnlyList<Replica> replicas, bool repair = false)
    {
        this.host = host;
        this.replicas = replicas;
        this.repair = repair;
        component = new Component(host.Host.Simulation, "voter", Containment.Trusted);
    }

    /// <summary>How often a state was repaired.</summary>
    public int Repairs { get; private set; }

    /// <summary>Sends one request to all and votes. Runs the simulation until there is an answer, or none any more.</summary>
    public VotedAnswer Ask(ServiceRequest request)
    {
        var simulation = host.Host.Simulation;
        var begin = simulation.Now;
        var arrivals = new List<(Replica Replica, long Balance, long LatencyNs)>();
        long? agreed = null;
        foreach (var replica in replicas)
        {
            replica.Receive(request, answer => simulation.Post(component, "answer", () =>
            {
                if (host.Host.Crashed) return;
                arrivals.Add((answer.From, answer.Balance, simulation.Now - begin));
                if (agreed is null && arrivals.Count(each => each.Balance == answer.Balance) >= Quorum) agreed = answer.Balance;
            }));
        }

        simulation.RunUntil(() => agreed is not null, DeadlineNs);
        var latency = simulation.Now - begin;
        var seen = arrivals.Select(each => (each.Replica.Id, each.Balance, each.LatencyNs)).ToList();

        // Those that are slower still have to execute it before the next one: total order.
        simulation.RunUntil(() => arrivals.Count == replicas.Count, DeadlineNs);
        if (repair && agreed is { } right) Repair(arrivals, right);
        return new VotedAnswer(request.Number, agreed, latency, seen);
    }

    private void Repair(List<(Replica Replica, long Balance, long LatencyNs)> arrivals, long right)
    {
        var healthy = arrivals.First(each => each.Balance == right).Replica;
        foreach (var (replica, balance, _) in arrivals)
        {
            if (balance == right || !replica.Alive) continue;
            replica.Ledger.Import(healthy.Ledger.Export());
            replica.Fault = ReplicaFault.None;
            Repairs++;
        }
    }
}
