using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>A request that the guest's block layer hands to the frontend: whole sectors in the guest's own pages.</summary>
public sealed record BlkRequest(BlockOperation Operation, long Sector, IReadOnlyList<BlockSegment> Segments, Action<int> Done)
{
    public long DiscardSectors { get; init; }
}

/// <summary>A page that the frontend keeps granted to the backend for reuse, with its reference.</summary>
public sealed record GrantedPage(uint Reference, MappedPage Page);

/// <summary>What the frontend remembers of a request that is in the ring; its index is the request's id.</summary>
public sealed class BlkShadow
{
    public BlkRequest? Request { get; set; }

    /// <summary>The operation as it stands in the ring; the response must name the same.</summary>
    public BlkifOperation Operation { get; set; }

    /// <summary>The backend has it and has not answered.</summary>
    public bool Waiting { get; set; }

    /// <summary>Granted pages with the data, one per segment.</summary>
    public List<GrantedPage> Grants { get; } = [];

    /// <summary>Granted pages with the segment list of an indirect request.</summary>
    public List<GrantedPage> IndirectGrants { get; } = [];
}
