using System.Buffers.Binary;

namespace Xen.Hypervisor.Network;

/// <summary>What is known of the checksum inside a packet (skb->ip_summed).</summary>
public enum PacketChecksum
{
    /// <summary>Nothing: the receiver has to look.</summary>
    None,

    /// <summary>Somebody has looked, and it was right.</summary>
    Unnecessary,

    /// <summary>Only the pseudo header is summed; whoever puts the packet on a wire has to finish it.</summary>
    Partial,
}

/// <summary>Which protocol a packet that is larger than the wire allows is to be cut by.</summary>
public enum GsoType
{
    None = 0,
    TcpV4 = 1,
    TcpV6 = 2,
}

/// <summary>A packet inside a kernel (struct sk_buff): an Ethernet frame and what the frame itself does not say. Nobody changes the bytes of one.</summary>
public sealed class SkBuff(byte[] data)
{
    public const int EthernetHeaderLength = 14;
    public const ushort EtherTypeIpv4 = 0x0800;
    public const ushort EtherTypeArp = 0x0806;

    private const int EtherTypeOffset = 12;

    public byte[] Data { get; } = data;

    public int Length => Data.Length;

    public PacketChecksum Checksum { get; init; }

    public GsoType GsoType { get; init; }

    /// <summary>The payload of each piece, when the packet is to be cut; 0 otherwise.</summary>
    public int GsoSize { get; init; }

    public MacAddress Destination => MacAddress.ReadFrom(Data);

    public MacAddress Source => MacAddress.ReadFrom(Data.AsSpan(MacAddress.Size));

    public ushort EtherType => BinaryPrimitives.ReadUInt16BigEndian(Data.AsSpan(EtherTypeOffset));

    /// <summary>What follows the Ethernet header.</summary>
    public ReadOnlySpan<byte> Payload => Data.AsSpan(EthernetHeaderLength);

    /// <summary>A frame with room for its payload.</summary>
    public static byte[] Frame(MacAddress destination, MacAddress source, ushort etherType, int payload)
    {
        var frame = new byte[EthernetHeaderLength + payload];
        destination.WriteTo(frame);
        source.WriteTo(frame.AsSpan(MacAddress.Size));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(EtherTypeOffset), etherType);
        return frame;
    }

    /// <summary>skb_checksum_help: the same packet with its checksum finished.</summary>
    public SkBuff WithChecksum()
    {
        if (Checksum != PacketChecksum.Partial || Ipv4Packet.Parse(this) is not { } packet || !TcpSegment.IsTcp(packet))
        {
            return this;
        }

        var copy = (byte[])Data.Clone();
        TcpSegment.FinishChecksum(copy, packet);
        return new SkBuff(copy) { GsoSize = GsoSize, GsoType = GsoType };
    }

    /// <summary>skb_gso_segment: packets no larger than the wire allows, each with its own headers and checksums.</summary>
    public IReadOnlyList<SkBuff> Segment()
    {
        if (GsoType != GsoType.TcpV4 || GsoSize <= 0 || Ipv4Packet.Parse(this) is not { } packet || TcpSegment.Parse(packet) is not { } segment)
        {
            return [WithChecksum()];
        }

        var pieces = new List<SkBuff>();
        var payload = segment.Payload;
        for (var offset = 0; offset < payload.Length; offset += GsoSize)
        {
            var piece = payload.Slice(offset, Math.Min(GsoSize, payload.Length - offset));
            var last = offset + piece.Length == payload.Length;
            var flags = last ? segment.Flags : segment.Flags & ~(TcpFlags.Fin | TcpFlags.Push);
            var cut = segment with { Sequence = segment.Sequence + (uint)offset, Flags = flags, Payload = piece };
            pieces.Add(cut.Build(Destination, Source, packet.Source, packet.Destination, packet.Identification + (pieces.Count), offload: false));
        }

        return pieces.Count > 0 ? pieces : [WithChecksum()];
    }
}
