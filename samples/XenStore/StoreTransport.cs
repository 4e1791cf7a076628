using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>What a ring's error field tells the domain about why the daemon no longer listens (xs_wire.h).</summary>
public enum XsRingError : uint
{
    None = 0,

    /// <summary>The event channel or the mapping does not work.</summary>
    Communication = 1,

    /// <summary>Producer and consumer are further apart than the ring is long.</summary>
    RingIndex = 2,

    /// <summary>A request with a longer payload than the protocol allows.</summary>
    Protocol = 3,
}

/// <summary>
/// The daemon's end of a connection. What carries messages, and how much of them fits, is up to the kind of transport: everything
/// else of a connection is in <see cref="StoreConnection"/>.
/// </summary>
public abstract class StoreTransport(int domid)
{
    /// <summary>Who is at the other end; a client on a socket counts as domain 0.</summary>
    public int Domid { get; } = domid;

    /// <summary>The connection that reads from this transport; null before INTRODUCE and after the daemon has hung up.</summary>
    public StoreConnection? Connection { get; internal set; }

    public bool Closed { get; private set; }

    /// <summary>Why nothing that comes from here can be understood any more.</summary>
    public XsRingError Violation { get; protected set; }

    /// <summary>Who is at the other end, for those who look on.</summary>
    internal virtual string NameIn(SimulationTap tap) => $"dom{Domid}";

    /// <summary>Takes the next complete request; false when there is none, or when what is there violates the protocol.</summary>
    internal abstract bool TryTake(out XsMessage request);

    /// <summary>Hands a message over to the other end; false when there is no room for it yet.</summary>
    internal abstract bool TryPut(XsMessage message);

    /// <summary>Goes on with a message of which only a part found room.</summary>
    internal virtual void Push()
    {
    }

    internal virtual void Close()
    {
        Closed = true;
        Connection = null;
    }
}
