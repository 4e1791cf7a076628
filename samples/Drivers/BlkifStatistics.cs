namespace Xen.Drivers;

/// <summary>What a ring has served so far: the counters that blkback shows in sysfs.</summary>
public sealed class BlkifStatistics
{
    public long ReadRequests { get; set; }

    public long WriteRequests { get; set; }

    public long FlushRequests { get; set; }

    public long DiscardRequests { get; set; }

    /// <summary>How often a request had to wait because too many were in work.</summary>
    public long OutOfRequests { get; set; }

    public long ReadSectors { get; set; }

    public long WriteSectors { get; set; }
}
