using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>BLKIF_OP_*.</summary>
public enum BlkifOperation : byte
{
    Read = 0,
    Write = 1,
    WriteBarrier = 2,
    FlushDiskcache = 3,
    Discard = 5,
    Indirect = 6,
}

/// <summary>BLKIF_RSP_*.</summary>
public enum BlkifStatus : short
{
    Okay = 0,
    Error = -1,
    EopNotSupp = -2,
}

/// <summary>Part of a granted page: sectors <paramref name="FirstSect"/> to <paramref name="LastSect"/>, both included.</summary>
public readonly record struct BlkifSegment(uint Gref, byte FirstSect, byte LastSect)
{
    public int Sectors => LastSect - FirstSect + 1;
}

/// <summary>A block request as it was copied out of the ring.</summary>
public sealed record BlkifRequest
{
    public BlkifOperation Operation { get; init; }

    public byte NrSegments { get; init; }

    public ushort Handle { get; init; }

    /// <summary>Chosen by the frontend and echoed in the response.</summary>
    public ulong Id { get; init; }

    public ulong SectorNumber { get; init; }

    /// <summary>The segments; of an indirect request those of its indirect pages.</summary>
    public IReadOnlyList<BlkifSegment> Segments { get; init; } = [];

    /// <summary>How many sectors a discard covers.</summary>
    public ulong NrSectors { get; init; }

    /// <summary>What an indirect request does.</summary>
    public BlkifOperation IndirectOperation { get; init; }

    public ushort IndirectSegments { get; init; }

    public IReadOnlyList<uint> IndirectGrefs { get; init; } = [];
}

public readonly record struct BlkifResponse(ulong Id, BlkifOperation Operation, BlkifStatus Status);

/// <summary>The layout of block requests and responses in a ring's slots: blkif of x86_64.</summary>
public static class BlkifProtocol
{
    public const string Name = "x86_64-abi";
    public const int EntrySize = 112;
    public const int SectorSize = 512;
    public const int SectorsPerPage = MachineMemory.PageSize / SectorSize;
    public const int MaxSegmentsPerRequest = 11;
    public const int MaxIndirectPages = 8;
    public const int SegmentSize = 8;
    public const int SegmentsPerIndirectPage = MachineMemory.PageSize / SegmentSize;

    private const int SegmentsOffset = 24;

    public static void WriteRequest(MappedPage page, int offset, BlkifRequest request)
    {
        page.WriteByte(offset, (byte)request.Operation);
        page.WriteUInt64(offset + 8, request.Id);
        page.WriteUInt64(offset + 16, request.SectorNumber);
        switch (request.Operation)
        {
            case BlkifOperation.Discard:
                page.WriteByte(offset + 1, 0);
                page.WriteUInt64(offset + 24, request.NrSectors);
                break;
            case BlkifOperation.Indirect:
                page.WriteByte(offset + 1, (byte)request.IndirectOperation);
                page.WriteUInt16(offset + 2, request.IndirectSegments);
                page.WriteUInt16(offset + 24, request.Handle);
                for (var i = 0; i < request.IndirectGrefs.Count; i++)
                {
                    page.WriteUInt32(offset + 28 + (i * 4), request.IndirectGrefs[i]);
                }

                break;
            default:
                page.WriteByte(offset + 1, request.NrSegments);
                page.WriteUInt16(offset + 2, request.Handle);
                for (var i = 0; i < request.Segments.Count; i++)
                {
                    WriteSegment(page, offset + SegmentsOffset + (i * SegmentSize), request.Segments[i]);
                }

                break;
        }
    }

    /// <summary>Copies a request out of the ring, so that the other side cannot change it while it is being checked.</summary>
    public static BlkifRequest ReadRequest(MappedPage page, int offset)
    {
        var operation = (BlkifOperation)page.ReadByte(offset);
        var id = page.ReadUInt64(offset + 8);
        var sector = page.ReadUInt64(offset + 16);
        switch (operation)
        {
            case BlkifOperation.Discard:
                return new BlkifRequest { Operation = operation, Id = id, SectorNumber = sector, NrSectors = page.ReadUInt64(offset + 24) };
            case BlkifOperation.Indirect:
                var grefs = new uint[MaxIndirectPages];
                for (var i = 0; i < grefs.Length; i++)
                {
                    grefs[i] = page.ReadUInt32(offset + 28 + (i * 4));
                }

                return new BlkifRequest
                {
                    Operation = operation,
                    IndirectOperation = (BlkifOperation)page.ReadByte(offset + 1),
                    IndirectSegments = page.ReadUInt16(offset + 2),
                    Id = id,
                    SectorNumber = sector,
                    Handle = page.ReadUInt16(offset + 24),
                    IndirectGrefs = grefs,
                };
            default:
                var count = page.ReadByte(offset + 1);
                var segments = new BlkifSegment[Math.Min((int)count, MaxSegmentsPerRequest)];
                for (var i = 0; i < segments.Length; i++)
                {
                    segments[i] = ReadSegment(page, offset + SegmentsOffset + (i * SegmentSize));
                }

                return new BlkifRequest
                {
                    Operation = operation,
                    NrSegments = count,
                    Handle = page.ReadUInt16(offset + 2),
                    Id = id,
                    SectorNumber = sector,
                    Segments = segments,
                };
        }
    }

    public static void WriteResponse(MappedPage page, int offset, BlkifResponse response)
    {
        page.WriteUInt64(offset, response.Id);
        page.WriteByte(offset + 8, (byte)response.Operation);
        page.WriteUInt16(offset + 10, (ushort)response.Status);
    }

    public static BlkifResponse ReadResponse(MappedPage page, int offset) =>
        new(page.ReadUInt64(offset), (BlkifOperation)page.ReadByte(offset + 8), (BlkifStatus)(short)page.ReadUInt16(offset + 10));

    public static void WriteSegment(MappedPage page, int offset, BlkifSegment segment)
    {
        page.WriteUInt32(offset, segment.Gref);
        page.WriteByte(offset + 4, segment.FirstSect);
        page.WriteByte(offset + 5, segment.LastSect);
    }

    public static BlkifSegment ReadSegment(MappedPage page, int offset) =>
        new(page.ReadUInt32(offset), page.ReadByte(offset + 4), page.ReadByte(offset + 5));
}
