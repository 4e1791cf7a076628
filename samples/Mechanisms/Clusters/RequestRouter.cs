using Xen.Guests;

namespace Xen.Mechanisms.Clusters;

/// <summary>
/// Sends each client's requests to the instance that serves it. It can hold requests back for a moment, while a state is handed over, and let an
/// instance in quarantine hear what another one is asked.
/// </summary>
public sealed class RequestRouter
{
    private readonly Cluster cluster;
    private readonly SortedDictionary<int, int> routes = [];
    private readonly Queue<ServiceRequest> held = new();
    private bool holding;

    public RequestRouter(Cluster cluster)
    {
        this.cluster = cluster;
        cluster.Network.Replied += Replied;
    }

    /// <summary>The instance in quarantine, whose answers nobody gets; null when there is none.</summary>
    public int? Quarantined { get; set; }

    /// <summary>An answer for a client.</summary>
    public event Action<ServiceReply>? Answered;

    /// <summary>An answer of the instance in quarantine.</summary>
    public event Action<ServiceReply>? QuarantineAnswered;

    public void Route(int client, int instance) => routes[client] = instance;

    /// <summary>All clients that went to one instance go to another.</summary>
    public void Redirect(int from, int to)
    {
        foreach (var client in routes.Where(route => route.Value == from).Select(route => route.Key).ToList()) routes[client] = to;
    }

    /// <summary>The clients of an instance, in order.</summary>
    public IReadOnlyList<int> ClientsOf(int instance) => [.. routes.Where(route => route.Value == instance).Select(route => route.Key)];

    public void Send(ServiceRequest request)
    {
        if (holding)
        {
            held.Enqueue(request);
            return;
        }

        var instance = routes[request.Client];
        cluster.Network.Send(instance, request);
        if (Quarantined is { } copy) cluster.Network.Send(copy, request);
    }

    /// <summary>Requests wait from here on.</summary>
    public void Hold() => holding = true;

    /// <summary>Requests flow again, those that have waited first.</summary>
    public void Release()
    {
        holding = false;
        while (held.TryDequeue(out var request)) Send(request);
    }

    /// <summary>
    /// Hands the accounts of one instance over to another: requests are held, what is under way comes to its end, the state crosses the network.
    /// The caller decides who serves then, and releases. Null when it went well, otherwise what did not.
    /// </summary>
    public string? HandOver(Service from, Service to)
    {
        Hold();
        cluster.RunFor(2 * ServiceNetwork.LatencyNs);
        if (!cluster.RunUntil(() => from.Idle && to.Idle, Cluster.SecondNs)) return "the service does not come to rest";
        var state = from.Ledger.Export();
        cluster.RunFor(ServiceNetwork.TransferNs(state.Length));
        to.Ledger.Import(state);
        return to.Ledger.Digest == from.Ledger.Digest ? null : "the state that arrived is another";
    }

    private void Replied(ServiceReply reply)
    {
        if (reply.Instance == Quarantined) QuarantineAnswered?.Invoke(reply);
        else Answered?.Invoke(reply);
    }
}
