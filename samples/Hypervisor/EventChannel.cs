namespace Xen.Hypervisor;

/// <summary>EVTCHNSTAT_*, with Xen's numbers.</summary>
public enum EventChannelState
{
    Closed = 0,
    Unbound = 1,
    Interdomain = 2,
    Pirq = 3,
    Virq = 4,
    Ipi = 5,
}

/// <summary>Virtual interrupts.</summary>
public static class Virq
{
    public const int Timer = 0;
    public const int Debug = 1;
    public const int Console = 2;

    /// <summary>A domain shut down or died. Global: it goes to Dom0.</summary>
    public const int DomExc = 3;
    public const int ConRing = 8;
    public const int PcpuState = 9;

    internal const int Count = 24;

    internal static bool IsGlobal(int virq) => virq is Console or DomExc or ConRing or PcpuState;
}

/// <summary>One end of an event channel: a port of a domain.</summary>
public sealed class EventChannel(Domain domain, uint port)
{
    public Domain Domain { get; } = domain;

    public uint Port { get; } = port;

    public EventChannelState State { get; internal set; }

    /// <summary>Who may bind an unbound port, or has bound it.</summary>
    public int RemoteDomid { get; internal set; } = DomId.Invalid;

    public uint RemotePort { get; internal set; }

    public int VirqNumber { get; internal set; } = -1;

    /// <summary>The process that holds the port through its kernel's event channel device; its end closes the port.</summary>
    public Component? Holder { get; internal set; }

    /// <summary>Who handles events of the port; null while nobody does.</summary>
    public Component? HandlerOwner { get; internal set; }

    /// <summary>What handles them.</summary>
    public Action? Handler { get; internal set; }

    internal void Reset()
    {
        State = EventChannelState.Closed;
        RemoteDomid = DomId.Invalid;
        RemotePort = 0;
        VirqNumber = -1;
        Holder = null;
        HandlerOwner = null;
        Handler = null;
    }
}
