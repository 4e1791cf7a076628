using Xen.Guests;
using Xen.Hypervisor;

namespace Xen.Mechanisms.Replicas;

/// <summary>What is wrong with a replica.</summary>
public enum ReplicaFault
{
    None,

    /// <summary>It answers nothing.</summary>
    Omission,

    /// <summary>It answers, too late for anybody.</summary>
    Late,

    /// <summary>It answers something of its own.</summary>
    Arbitrary,

    /// <summary>It answers what every other replica with this fault answers.</summary>
    Colluding,

    /// <summary>It is correct, and not deterministic: what it answers depends on when it is asked.</summary>
    Nondeterministic,
}

/// <summary>An answer of a replica.</summary>
public readonly record struct ReplicaAnswer(Replica From, long Number, long Balance);

/// <summary>A replica of the <see cref="Ledger"/> service in a domain of its own.</summary>
public sealed class Replica
{
    public const long LateNs = 10_000_000_000;

    /// <summary>A fault that was injected has had its effect by then.</summary>
    public const long FaultsDoneNs = 10_000;

    private const long FastestNs = 200_000;
    private const long SlowestNs = 2_000_000;

    private readonly RandomStream random;

    internal Replica(ReplicaHost home, Domain domain, int id, string os)
    {
        Home = home;
        Domain = domain;
        Id = id;
        Os = os;
        Ledger = new Ledger([domain.OwnPage(domain.Pages[0])!]);
        random = Simulation.Stream($"replica {id}");
    }

    public ReplicaHost Home { get; }

    public Domain Domain { get; }

    public int Id { get; }

    /// <summary>The operating system in it.</summary>
    public string Os { get; }

    public Ledger Ledger { get; }

    public ReplicaFault Fault { get; set; }

    public bool Alive => Domain.Kernel.Alive;

    /// <summary>A function that the service cannot do without, as a process in the VM; null when there is none.</summary>
    public Component? Function { get; private set; }

    private Simulation Simulation => Domain.Host.Simulation;

    /// <summary>The service calls a function in its own VM (C1) or one in the hypervisor (C2).</summary>
    public void Use(Component function) => Function = function;

    /// <summary>Its kernel meets a fault, and panics.</summary>
    public void Crash(string why) => Simulation.Post(Domain.Kernel, "fault", () => throw new GuestPanicException(why));

    /// <summary>Delivers a request; the answer comes when the replica has executed it.</summary>
    public void Receive(ServiceRequest request, Action<ReplicaAnswer> answer)
    {
        var serviceNs = Fault == ReplicaFault.Late ? LateNs : random.Between(FastestNs, SlowestNs);
        Simulation.After(serviceNs, Domain.Kernel, "replica executes", () =>
        {
            var balance = Ledger.Apply(request.Client, request.Number, request.Amount);
            if (Fault == ReplicaFault.Omission || Function is { Alive: false }) return;
            answer(new ReplicaAnswer(this, request.Number, Fault switch
            {
                ReplicaFault.Arbitrary => balance + 1 + random.Below(int.MaxValue),
                ReplicaFault.Colluding => ~balance,
                ReplicaFault.Nondeterministic => balance + (Simulation.Now % 1000),
                _ => balance,
            }));
        });
    }
}
