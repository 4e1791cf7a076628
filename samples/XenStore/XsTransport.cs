using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>The client's end of a connection to the daemon: a socket in Dom0, or the ring page of a domain.</summary>
public abstract class XsTransport(Component client)
{
    public Component Client { get; } = client;

    /// <summary>The daemon has gone or has hung up.</summary>
    public abstract bool Closed { get; }

    /// <summary>Takes what the daemon sends: replies and watch events, in order.</summary>
    public Action<XsMessage>? Received { get; set; }

    /// <summary>Puts a request on its way. The reply comes through <see cref="Received"/>.</summary>
    public abstract void Send(XsMessage request);

    /// <summary>Sends a request and blocks the client until its reply is there. Null when no reply can come.</summary>
    public abstract XsMessage? Exchange(XsMessage request);
}
