using Xen.Guests;
using Xen.Hypervisor;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Mechanisms.Clusters;

/// <summary>How many clients there are, and what each of them asks.</summary>
/// <param name="First">The number of the first client.</param>
/// <param name="Count">How many.</param>
/// <param name="RequestsPerSecond">Of each client, on average.</param>
public sealed record ClientPlan(int First, int Count, int RequestsPerSecond);

/// <summary>
/// Clients that each have an account and know its balance, so that an answer proves that every request was executed exactly once. Requests fall
/// due whether the service keeps up or not, and latency counts from there. One without an answer is sent again.
/// </summary>
public sealed class ClientPool
{
    /// <summary>An answer that comes later than this is late.</summary>
    public const long DeadlineNs = 100 * Cluster.MillisecondNs;

    private const long RetryNs = 40 * Cluster.MillisecondNs;
    private const int MaxAmount = 9;

    private readonly Cluster cluster;
    private readonly RequestRouter router;
    private readonly Component component;
    private readonly RandomStream random;
    private readonly SortedDictionary<int, Client> clients = [];
    private readonly long meanIntervalNs;
    private long stopAt;
    private long longestWaitNs;

    public ClientPool(Cluster cluster, RequestRouter router, ClientPlan plan, int instance)
    {
        this.cluster = cluster;
        this.router = router;
        component = new Component(cluster.Simulation, $"clients {plan.First}", Containment.Trusted);
        random = cluster.Simulation.Stream($"clients {plan.First}");
        meanIntervalNs = Cluster.SecondNs / plan.RequestsPerSecond;
        for (var id = plan.First; id < plan.First + plan.Count; id++)
        {
            clients.Add(id, new Client(id));
            router.Route(id, instance);
        }

        router.Answered += Answered;
    }

    /// <summary>Answers in time and right.</summary>
    public int Good { get; private set; }

    /// <summary>Answers that were right and came after the deadline.</summary>
    public int Late { get; private set; }

    public int Wrong { get; private set; }

    /// <summary>Requests that are due for longer than the deadline and have no answer yet.</summary>
    public int Unanswered => clients.Values.Sum(client => client.Due.Count(due => cluster.Now - due > DeadlineNs));

    /// <summary>Answers to requests that had their answer already: two executions would show in the balance.</summary>
    public int RepeatedAnswers { get; private set; }

    /// <summary>Requests that were acknowledged and are no longer in the state, because it went back to a checkpoint.</summary>
    public long RolledBack { get; private set; }

    /// <summary>Clients that got an answer of an older version after one of a newer.</summary>
    public int Interleaved { get; private set; }

    /// <summary>Answers by the version that gave them.</summary>
    public SortedDictionary<int, int> AnswersByVersion { get; } = [];

    /// <summary>The longest time that a request waited, or waits.</summary>
    public long LongestWaitNs => Math.Max(longestWaitNs, clients.Values.Max(client => client.Due.Count > 0 ? Math.Max(0, cluster.Now - client.Due.Peek()) : 0));

    public long TotalLatencyNs { get; private set; }

    public int Answers => Good + Late + Wrong;

    public int Requests => Answers + Unanswered;

    /// <summary>The share of requests that were answered right and in time.</summary>
    public double Availability => Requests == 0 ? 1 : (double)Good / Requests;

    public int Missed => Late + Wrong + Unanswered;

    /// <summary>Requests fall due from now on, for so long.</summary>
    public void Start(long durationNs)
    {
        stopAt = cluster.Now + durationNs;
        foreach (var client in clients.Values) ScheduleNext(client);
    }

    /// <summary>What the clients know for sure, in the form in which a ledger takes it: the log from which a service is recovered that has lost its memory.</summary>
    public byte[] Acknowledged() => [.. clients.Values.Where(client => client.AnsweredNumber > 0).SelectMany(client => Ledger.Row(client.Id, client.AnsweredNumber, client.Balance))];

    /// <summary>The state went back to a checkpoint: clients believe the balances there.</summary>
    public void Resynchronize(Ledger ledger)
    {
        foreach (var client in clients.Values)
        {
            RolledBack += Math.Max(0, client.AnsweredNumber - ledger.LastNumber(client.Id));
            client.Balance = ledger.Balance(client.Id);
        }
    }

    private void ScheduleNext(Client client)
    {
        var wait = random.Between(meanIntervalNs / 2, meanIntervalNs * 3 / 2);
        if (cluster.Now + wait > stopAt) return;
        cluster.Simulation.AfterHousekeeping(wait, component, "request falls due", () =>
        {
            client.Due.Enqueue(cluster.Now);
            if (client.Outstanding is null) Ask(client);
            ScheduleNext(client);
        });
    }

    private void Ask(Client client)
    {
        client.Number++;
        client.Outstanding = new ServiceRequest(client.Id, client.Number, 1 + random.Below(MaxAmount));
        Send(client);
    }

    private void Send(Client client)
    {
        router.Send(client.Outstanding!.Value);
        client.Retry = cluster.Simulation.AfterHousekeeping(RetryNs, component, "no answer", () => Send(client));
    }

    private void Answered(ServiceReply reply)
    {
        if (!clients.TryGetValue(reply.Client, out var client)) return;
        if (client.Outstanding is not { } request || request.Number != reply.Number)
        {
            RepeatedAnswers++;
            return;
        }

        client.Retry?.Cancel();
        client.Outstanding = null;
        client.AnsweredNumber = request.Number;
        client.Balance += request.Amount;
        var wait = cluster.Now - client.Due.Dequeue();
        TotalLatencyNs += wait;
        longestWaitNs = Math.Max(longestWaitNs, wait);
        if (reply.Balance != client.Balance) Wrong++;
        else if (wait > DeadlineNs) Late++;
        else Good++;
        AnswersByVersion[reply.Version] = AnswersByVersion.GetValueOrDefault(reply.Version) + 1;
        if (reply.Version < client.Version) Interleaved++;
        client.Version = reply.Version;
        if (client.Due.Count > 0) Ask(client);
    }

    private sealed class Client(int id)
    {
        public int Id { get; } = id;

        /// <summary>When the requests fell due that have no answer yet, the outstanding one first.</summary>
        public Queue<long> Due { get; } = new();

        public ServiceRequest? Outstanding { get; set; }

        public Timer? Retry { get; set; }

        public long Number { get; set; }

        public long AnsweredNumber { get; set; }

        public long Balance { get; set; }

        public int Version { get; set; }
    }
}
