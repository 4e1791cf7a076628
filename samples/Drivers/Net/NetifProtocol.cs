using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>NETTXF_*: flags of a transmit request.</summary>
[Flags]
public enum NetTxFlags
{
    None = 0,

    /// <summary>The protocol's checksum field holds the pseudo header's sum only.</summary>
    CsumBlank = 1,

    /// <summary>The packet's data is known to be sound.</summary>
    DataValidated = 2,

    /// <summary>The packet goes on in the next request.</summary>
    MoreData = 4,

    /// <summary>Extra information follows in the next slot.</summary>
    ExtraInfo = 8,
}

/// <summary>NETRXF_*: flags of a receive response.</summary>
[Flags]
public enum NetRxFlags
{
    None = 0,
    DataValidated = 1,
    CsumBlank = 2,
    MoreData = 4,
    ExtraInfo = 8,
}

/// <summary>XEN_NETIF_RSP_*. A receive response's status is the number of bytes when it is positive.</summary>
public static class NetifStatus
{
    public const int Dropped = -2;
    public const int Error = -1;
    public const int Okay = 0;

    /// <summary>The answer to a slot that held no request.</summary>
    public const int Null = 1;
}

/// <summary>XEN_NETIF_EXTRA_TYPE_*.</summary>
public enum NetifExtraType
{
    None = 0,
    Gso = 1,
    MulticastAdd = 2,
    MulticastDelete = 3,
    Hash = 4,
    Xdp = 5,
}

/// <summary>A part of a packet that a guest sends. The first request's size is that of the whole packet.</summary>
public readonly record struct NetTxRequest(uint Gref, int Offset, NetTxFlags Flags, ushort Id, int Size);

public readonly record struct NetTxResponse(ushort Id, int Status);

/// <summary>A page that a guest offers for a packet.</summary>
public readonly record struct NetRxRequest(ushort Id, uint Gref);

public readonly record struct NetRxResponse(ushort Id, int Offset, NetRxFlags Flags, int Status);

/// <summary>What does not fit into a request, in a slot of its own: GSO parameters or a multicast address.</summary>
public readonly record struct NetifExtra(NetifExtraType Type, bool More, int GsoSize, int GsoType, ulong Address);

/// <summary>The layout of netif requests, responses and extra information in the rings.</summary>
public static class NetifProtocol
{
    public const int TxEntrySize = 12;
    public const int RxEntrySize = 8;
    public const int RingSize = 256;

    /// <summary>XEN_NETIF_NR_SLOTS_MIN: every backend takes packets of so many slots.</summary>
    public const int SlotsMin = 18;

    /// <summary>XEN_NETIF_MAX_TX_SIZE.</summary>
    public const int MaxPacket = 0xFFFF;

    private const byte ExtraFlagMore = 1;

    public static NetTxRequest ReadTxRequest(MappedPage page, int offset) => new(
        page.ReadUInt32(offset),
        page.ReadUInt16(offset + 4),
        (NetTxFlags)page.ReadUInt16(offset + 6),
        page.ReadUInt16(offset + 8),
        page.ReadUInt16(offset + 10));

    public static void WriteTxRequest(MappedPage page, int offset, NetTxRequest request)
    {
        page.WriteUInt32(offset, request.Gref);
        page.WriteUInt16(offset + 4, (ushort)request.Offset);
        page.WriteUInt16(offset + 6, (ushort)request.Flags);
        page.WriteUInt16(offset + 8, request.Id);
        page.WriteUInt16(offset + 10, (ushort)request.Size);
    }

    public static NetTxResponse ReadTxResponse(MappedPage page, int offset) =>
        new(page.ReadUInt16(offset), (short)page.ReadUInt16(offset + 2));

    public static void WriteTxResponse(MappedPage page, int offset, NetTxResponse response)
    {
        page.WriteUInt16(offset, response.Id);
        page.WriteUInt16(offset + 2, (ushort)response.Status);
    }

    public static NetRxRequest ReadRxRequest(MappedPage page, int offset) => new(page.ReadUInt16(offset), page.ReadUInt32(offset + 4));

    public static void WriteRxRequest(MappedPage page, int offset, NetRxRequest request)
    {
        page.WriteUInt16(offset, request.Id);
        page.WriteUInt16(offset + 2, 0);
        page.WriteUInt32(offset + 4, request.Gref);
    }

    public static NetRxResponse ReadRxResponse(MappedPage page, int offset) => new(
        page.ReadUInt16(offset),
        page.ReadUInt16(offset + 2),
        (NetRxFlags)page.ReadUInt16(offset + 4),
        (short)page.ReadUInt16(offset + 6));

    public static void WriteRxResponse(MappedPage page, int offset, NetRxResponse response)
    {
        page.WriteUInt16(offset, response.Id);
        page.WriteUInt16(offset + 2, (ushort)response.Offset);
        page.WriteUInt16(offset + 4, (ushort)response.Flags);
        page.WriteUInt16(offset + 6, (ushort)response.Status);
    }

    public static NetifExtra ReadExtra(MappedPage page, int offset)
    {
        var type = (NetifExtraType)page.ReadByte(offset);
        var more = (page.ReadByte(offset + 1) & ExtraFlagMore) != 0;
        if (type is NetifExtraType.MulticastAdd or NetifExtraType.MulticastDelete)
        {
            ulong address = 0;
            for (var i = 0; i < 6; i++)
            {
                address = (address << 8) | page.ReadByte(offset + 2 + i);
            }

            return new NetifExtra(type, more, 0, 0, address);
        }

        return new NetifExtra(type, more, page.ReadUInt16(offset + 2), page.ReadByte(offset + 4), 0);
    }

    public static void WriteExtra(MappedPage page, int offset, NetifExtra extra)
    {
        page.WriteByte(offset, (byte)extra.Type);
        page.WriteByte(offset + 1, extra.More ? ExtraFlagMore : (byte)0);
        if (extra.Type is NetifExtraType.MulticastAdd or NetifExtraType.MulticastDelete)
        {
            for (var i = 0; i < 6; i++)
            {
                page.WriteByte(offset + 2 + i, (byte)(extra.Address >> (8 * (5 - i))));
            }

            return;
        }

        page.WriteUInt16(offset + 2, (ushort)extra.GsoSize);
        page.WriteByte(offset + 4, (byte)extra.GsoType);
        page.WriteByte(offset + 5, 0);
        page.WriteUInt16(offset + 6, 0);
    }
}
