namespace Xen.Hypervisor;

/// <summary>HYPERVISOR_event_channel_op, and the delivery of events to the handlers that a domain's kernel has registered.</summary>
public sealed class EventChannelOps
{
    private const int PendingOffset = 2048;
    private const int MaskOffset = 2560;

    private readonly Host host;

    internal EventChannelOps(Host host)
    {
        this.host = host;
        host.Simulation.Tap?.Opens(null, EventKind, Pend);
    }

    /// <summary>What others call the events of this host.</summary>
    private string EventKind => $"event of {host.Name}";

    /// <summary>Makes a port in <paramref name="domid"/> that <paramref name="remoteDomid"/> may bind to.</summary>
    public int AllocUnbound(Domain caller, int domid, int remoteDomid, out uint port)
    {
        host.Hypercall(caller, $"evtchn alloc_unbound {domid} {remoteDomid}");
        port = 0;
        var domain = host.Resolve(caller, domid);
        if (domain is null)
        {
            return -Errno.ESRCH;
        }

        if (domain != caller && !caller.Privileged)
        {
            return -Errno.EPERM;
        }

        var result = AllocatePort(domain, out var channel);
        if (result != 0)
        {
            return result;
        }

        channel!.State = EventChannelState.Unbound;
        channel.RemoteDomid = remoteDomid == DomId.Self ? caller.Id : remoteDomid;
        Hold(caller, channel);
        port = channel.Port;
        TellPort(caller, port);
        return 0;
    }

    /// <summary>Connects a new local port to an unbound port of another domain that names the caller.</summary>
    public int BindInterdomain(Domain caller, int remoteDomid, uint remotePort, out uint localPort)
    {
        host.Hypercall(caller, $"evtchn bind_interdomain {remoteDomid}:{remotePort}");
        localPort = 0;
        var remote = host.Resolve(caller, remoteDomid);
        if (remote is null)
        {
            return -Errno.ESRCH;
        }

        if (remote.Dying != DyingState.Alive)
        {
            return -Errno.EINVAL;
        }

        var result = AllocatePort(caller, out var local);
        if (result != 0)
        {
            return result;
        }

        if (Find(remote, remotePort) is not { State: EventChannelState.Unbound } peer || peer.RemoteDomid != caller.Id)
        {
            return -Errno.EINVAL;
        }

        local!.State = EventChannelState.Interdomain;
        local.RemoteDomid = remote.Id;
        local.RemotePort = remotePort;
        peer.State = EventChannelState.Interdomain;
        peer.RemoteDomid = caller.Id;
        peer.RemotePort = local.Port;
        Hold(caller, local);

        // The other side may have sent before anybody was bound: better one event too many than a lost one.
        SetPending(local);
        localPort = local.Port;
        TellPort(caller, localPort);
        return 0;
    }

    /// <summary>Binds a virtual interrupt to a new port.</summary>
    public int BindVirq(Domain caller, int virq, int vcpu, out uint port)
    {
        host.Hypercall(caller, $"evtchn bind_virq {virq} v{vcpu}");
        port = 0;
        if (virq < 0 || virq >= Virq.Count)
        {
            return -Errno.EINVAL;
        }

        if (Virq.IsGlobal(virq) && vcpu != 0)
        {
            return -Errno.EINVAL;
        }

        if (vcpu < 0 || vcpu >= caller.MaxVcpus)
        {
            return -Errno.ENOENT;
        }

        if (caller.Ports.Exists(c => c.State == EventChannelState.Virq && c.VirqNumber == virq))
        {
            return -Errno.EEXIST;
        }

        var result = AllocatePort(caller, out var channel);
        if (result != 0)
        {
            return result;
        }

        channel!.State = EventChannelState.Virq;
        channel.VirqNumber = virq;
        Hold(caller, channel);
        port = channel.Port;
        TellPort(caller, port);
        return 0;
    }

    /// <summary>Notifies the other end. Any number of sends before its handler runs is one event.</summary>
    public int Send(Domain caller, uint port)
    {
        host.Hypercall(caller, $"evtchn send {port}");
        if (Find(caller, port) is not { } channel)
        {
            return -Errno.EINVAL;
        }

        switch (channel.State)
        {
            case EventChannelState.Interdomain:
                if (host.FindDomain(channel.RemoteDomid) is { } remote && Find(remote, channel.RemotePort) is { } peer)
                {
                    SetPending(peer);
                }

                return 0;
            case EventChannelState.Unbound:
                return 0;
            default:
                return -Errno.EINVAL;
        }
    }

    /// <summary>
    /// Notifies the other end for a caller that goes to sleep until it is answered: the other end's handler runs before this returns.
    /// Where it cannot run now, the notification waits as any other.
    /// </summary>
    public int SendAndYield(Domain caller, uint port)
    {
        if (Find(caller, port) is { State: EventChannelState.Interdomain } channel
            && host.FindDomain(channel.RemoteDomid) is { IsRunning: true } remote
            && Find(remote, channel.RemotePort) is { Handler: { } handler, HandlerOwner: { Alive: true } owner } peer
            && !IsMasked(remote, peer.Port))
        {
            host.Hypercall(caller, "evtchn send and yield");
            SetBit(remote, PendingOffset, peer.Port, false);
            host.Simulation.RunAs(owner, handler);
            return 0;
        }

        return Send(caller, port);
    }

    /// <summary>Closes a port; the other end of a connection becomes unbound again.</summary>
    public int Close(Domain caller, uint port)
    {
        host.Hypercall(caller, $"evtchn close {port}");
        if (Find(caller, port) is not { } channel || channel.State == EventChannelState.Closed)
        {
            return -Errno.EINVAL;
        }

        Close(channel);
        return 0;
    }

    public int Status(Domain caller, int domid, uint port, out EventChannelState state)
    {
        host.Hypercall(caller, $"evtchn status {domid}:{port}");
        state = EventChannelState.Closed;
        var domain = host.Resolve(caller, domid);
        if (domain is null)
        {
            return -Errno.ESRCH;
        }

        if (domain != caller && !caller.Privileged)
        {
            return -Errno.EPERM;
        }

        if (Find(domain, port) is not { } channel)
        {
            return -Errno.EINVAL;
        }

        state = channel.State;
        host.Simulation.Tap?.Answer(host, caller, $"status {state}");

        return 0;
    }

    /// <summary>Clears the mask bit and raises a pending event again.</summary>
    public int Unmask(Domain caller, uint port)
    {
        host.Hypercall(caller, $"evtchn unmask {port}");
        if (Find(caller, port) is null)
        {
            return -Errno.EINVAL;
        }

        SetBit(caller, MaskOffset, port, false);
        if (IsPending(caller, port))
        {
            QueueUpcall(caller);
        }

        return 0;
    }

    /// <summary>Sets the mask bit in shared_info: the domain's own memory, no hypercall.</summary>
    public static void Mask(Domain domain, uint port) => SetBit(domain, MaskOffset, port, true);

    /// <summary>Clears the mask bit without a look at what is pending: for a domain that has just dealt with it.</summary>
    public static void ClearMask(Domain domain, uint port) => SetBit(domain, MaskOffset, port, false);

    public static void ClearPending(Domain domain, uint port) => SetBit(domain, PendingOffset, port, false);

    public static bool IsPending(Domain domain, uint port) => TestBit(domain, PendingOffset, port);

    public static bool IsMasked(Domain domain, uint port) => TestBit(domain, MaskOffset, port);

    /// <summary>
    /// The domain's kernel registers who handles events of a port. Until then events stay pending; a pending one is delivered now.
    /// The handler is dropped with its owner or with the port.
    /// </summary>
    public int SetHandler(Domain domain, uint port, Component owner, Action handler)
    {
        if (Find(domain, port) is not { } channel || channel.State == EventChannelState.Closed)
        {
            return -Errno.EINVAL;
        }

        channel.HandlerOwner = owner;
        channel.Handler = handler;
        if (IsPending(domain, port) && !IsMasked(domain, port))
        {
            QueueUpcall(domain);
        }

        return 0;
    }

    /// <summary>The port's record, for the trusted side and for tests. Null when the port was never used.</summary>
    public static EventChannel? Find(Domain domain, uint port) => port > 0 && port < domain.Ports.Count ? domain.Ports[(int)port] : null;

    internal void RaiseGlobalVirq(int virq)
    {
        foreach (var channel in host.Dom0.Ports)
        {
            if (channel.State == EventChannelState.Virq && channel.VirqNumber == virq)
            {
                SetPending(channel);
            }
        }
    }

    internal void CloseAll(Domain domain)
    {
        foreach (var channel in domain.Ports)
        {
            Close(channel);
        }
    }

    internal void CloseHeldBy(Component process)
    {
        foreach (var channel in process.Domain?.Ports ?? [])
        {
            if (channel.Holder == process)
            {
                Close(channel);
            }
        }
    }

    private void TellPort(Domain caller, uint port) => host.Simulation.Tap?.Answer(host, caller, $"port {port}");

    private static int AllocatePort(Domain domain, out EventChannel? channel)
    {
        channel = null;
        if (domain.Dying != DyingState.Alive)
        {
            return -Errno.EINVAL;
        }

        if (domain.Ports.Count == 0)
        {
            domain.Ports.Add(new EventChannel(domain, 0));
        }

        for (var port = 1; port < domain.Ports.Count; port++)
        {
            if (domain.Ports[port].State == EventChannelState.Closed)
            {
                channel = domain.Ports[port];
                return 0;
            }
        }

        if (domain.Ports.Count > domain.MaxEventChannelPort)
        {
            return -Errno.ENOSPC;
        }

        channel = new EventChannel(domain, (uint)domain.Ports.Count);
        domain.Ports.Add(channel);
        return 0;
    }

    // A port that a process opens for its own domain goes through the kernel's event channel device, which closes it with the process.
    private void Hold(Domain caller, EventChannel channel)
    {
        if (channel.Domain == caller && host.Simulation.Current is { Containment: Containment.Process } process && process.Domain == caller)
        {
            channel.Holder = process;
        }
    }

    private void Close(EventChannel channel)
    {
        if (channel.State == EventChannelState.Closed)
        {
            return;
        }

        if (channel.State == EventChannelState.Interdomain
            && host.FindDomain(channel.RemoteDomid) is { } remote
            && Find(remote, channel.RemotePort) is { } peer)
        {
            peer.State = EventChannelState.Unbound;
            peer.RemoteDomid = channel.Domain.Id;
            peer.RemotePort = 0;
        }

        channel.Reset();
        SetBit(channel.Domain, PendingOffset, channel.Port, false);
        SetBit(channel.Domain, MaskOffset, channel.Port, false);
    }

    private void SetPending(EventChannel channel)
    {
        var domain = channel.Domain;
        if (TestBit(domain, PendingOffset, channel.Port))
        {
            return;
        }

        if (host.Simulation.Tap is { } tap)
        {
            var text = $"port {channel.Port}";
            tap.Send(host.Simulation.Current, domain.Kernel, "event", text);
            var heard = tap.Heard(host.Simulation.Current, EventKind, $"dom{domain.Id} {text}", Address(domain.Id, channel.Port));
            if (heard is null)
            {
                return;
            }

            if (Addressed(heard) is { } other && other != channel)
            {
                Pend(other);
                return;
            }
        }

        Pend(channel);
    }

    private static byte[] Address(int domid, uint port) => [.. BitConverter.GetBytes(domid), .. BitConverter.GetBytes(port)];

    private EventChannel? Addressed(byte[] address) =>
        host.FindDomain(BitConverter.ToInt32(address)) is { } domain ? Find(domain, BitConverter.ToUInt32(address, sizeof(int))) : null;

    // Hands over an event that its sender has left out.
    private void Pend(RecordedMessage left)
    {
        if (Addressed(left.Payload) is { } channel && !TestBit(channel.Domain, PendingOffset, channel.Port))
        {
            Pend(channel);
        }
    }

    private void Pend(EventChannel channel)
    {
        var domain = channel.Domain;
        SetBit(domain, PendingOffset, channel.Port, true);
        if (!IsMasked(domain, channel.Port))
        {
            QueueUpcall(domain);
        }
    }

    private void QueueUpcall(Domain domain)
    {
        if (domain.UpcallQueued || domain.Dying != DyingState.Alive)
        {
            return;
        }

        domain.UpcallQueued = true;
        domain.SharedInfo.WriteByte(0, 1);
        host.Simulation.Post(domain.Kernel, "evtchn upcall", () => Upcall(domain));
    }

    private void Upcall(Domain domain)
    {
        domain.UpcallQueued = false;
        domain.SharedInfo.WriteByte(0, 0);

        // Ports may be opened and closed by the handlers, so the list is read anew at each step.
        for (var port = 1; port < domain.Ports.Count; port++)
        {
            var channel = domain.Ports[port];
            if (channel.Handler is null || !IsPending(domain, channel.Port) || IsMasked(domain, channel.Port))
            {
                continue;
            }

            SetBit(domain, PendingOffset, channel.Port, false);
            if (channel.HandlerOwner is { Alive: true } owner)
            {
                host.Simulation.Note(owner, $"event {channel.Port}");
                if (owner != domain.Kernel)
                {
                    host.Simulation.Tap?.Send(domain.Kernel, owner, "event", $"port {channel.Port}");
                }

                host.Simulation.RunAs(owner, channel.Handler);
            }
        }
    }

    private static bool TestBit(Domain domain, int offset, uint port) =>
        (domain.SharedInfo.ReadByte(offset + (int)(port / 8)) & (1 << (int)(port % 8))) != 0;

    private static void SetBit(Domain domain, int offset, uint port, bool value)
    {
        var position = offset + (int)(port / 8);
        var bit = (byte)(1 << (int)(port % 8));
        var old = domain.SharedInfo.ReadByte(position);
        domain.SharedInfo.WriteByte(position, value ? (byte)(old | bit) : (byte)(old & ~bit));
    }
}
