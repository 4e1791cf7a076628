namespace Xen.Drivers;

/// <summary>What an interface has moved: the counters of `ip -s link` and of ethtool. Transmit and receive are the guest's.</summary>
public sealed class NetbackStatistics
{
    public long TxPackets { get; set; }

    public long TxBytes { get; set; }

    /// <summary>Packets that could not be taken out of the ring.</summary>
    public long TxErrors { get; set; }

    /// <summary>Packets that came as one and are to be cut.</summary>
    public long TxGso { get; set; }

    public long RxPackets { get; set; }

    public long RxBytes { get; set; }

    public long RxGso { get; set; }

    /// <summary>Packets that found no buffer in time, or no room in the queue.</summary>
    public long RxDropped { get; set; }

    /// <summary>How often a packet had to wait for credit.</summary>
    public long CreditWaits { get; set; }
}
