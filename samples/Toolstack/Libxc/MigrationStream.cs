using System.Buffers.Binary;
using System.Globalization;

namespace Xen.Toolstack.Libxc;

/// <summary>The record types of the migration stream, version 3, after docs/specs/libxc-migration-stream.</summary>
public enum RecordType : uint
{
    End = 0,
    PageData = 1,
    X86PvInfo = 2,
    X86PvP2mFrames = 3,
    X86PvVcpuBasic = 4,
    SharedInfo = 7,
    X86TscInfo = 8,
    Verify = 0xD,
    Checkpoint = 0xE,
    StaticDataEnd = 0x10,
}

/// <summary>The pieces that a migration stream is made of: two headers, then records of {type, length, body padded to 8}.</summary>
public static class MigrationStream
{
    public const ulong Marker = ulong.MaxValue;
    public const uint Id = 0x58454E46; // XENF
    public const uint Version = 3;
    public const int ImageHeaderSize = 24;
    public const int DomainHeaderSize = 16;
    public const int RecordHeaderSize = 8;
    public const uint DomainTypePv = 1;
    public const int PageShift = 12;

    /// <summary>Records with this bit may be skipped by who does not know them.</summary>
    public const uint OptionalRecord = 0x80000000;

    /// <summary>The most that a record may hold.</summary>
    public const uint RecordLengthMax = 128 << 20;

    /// <summary>The most pages in a record.</summary>
    public const int MaxBatchSize = 1024;

    public const int PfnTypeShift = 60;
    public const ulong PfnMask = (1UL << 52) - 1;

    /// <summary>XEN_DOMCTL_PFINFO_XTAB: there is no page at this number.</summary>
    public const ulong PfnTypeInvalid = 0xF;

    public static byte[] ImageHeader()
    {
        var header = new byte[ImageHeaderSize];
        BinaryPrimitives.WriteUInt64BigEndian(header, Marker);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), Id);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), Version);
        return header;
    }

    public static byte[] DomainHeader()
    {
        var header = new byte[DomainHeaderSize];
        BinaryPrimitives.WriteUInt32LittleEndian(header, DomainTypePv);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), PageShift);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), 17);
        return header;
    }

    /// <summary>A record with its header and padding; the body is filled in place.</summary>
    public static byte[] Record(RecordType type, int length, out Span<byte> body)
    {
        var record = new byte[RecordHeaderSize + Padded((uint)length)];
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)type);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), (uint)length);
        body = record.AsSpan(RecordHeaderSize, length);
        return record;
    }

    public static int Padded(uint length) => (int)((length + 7) & ~7U);

    public static string Name(uint type) =>
        Enum.IsDefined((RecordType)type) ? ((RecordType)type).ToString() : string.Create(CultureInfo.InvariantCulture, $"Reserved 0x{type:x}");
}
