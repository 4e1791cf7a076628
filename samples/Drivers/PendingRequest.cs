using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>A granted page that a request in work uses.</summary>
public sealed class GrantPage(uint reference)
{
    public uint Reference { get; } = reference;

    public MappedPage? Page { get; set; }

    public uint Handle { get; set; }

    /// <summary>It belongs to the ring's persistent grants; null for a mapping of this request alone.</summary>
    public PersistentGrant? Persistent { get; set; }
}

/// <summary>A request between its arrival and its response.</summary>
public sealed class PendingRequest
{
    public ulong Id { get; set; }

    public BlkifOperation Operation { get; set; }

    public BlkifStatus Status { get; set; }

    public List<GrantPage> Segments { get; } = [];

    /// <summary>The pages that hold the segments of an indirect request.</summary>
    public List<GrantPage> IndirectPages { get; } = [];

    /// <summary>Block requests that have not completed yet.</summary>
    public int PendingCount { get; set; }

    public void Reset()
    {
        Segments.Clear();
        IndirectPages.Clear();
        Status = BlkifStatus.Okay;
        PendingCount = 0;
    }
}
