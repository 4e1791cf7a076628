using System.Buffers.Binary;

namespace Xen.Hypervisor.Network;

[Flags]
public enum TcpFlags
{
    None = 0,
    Fin = 1,
    Syn = 2,
    Reset = 4,
    Push = 8,
    Ack = 16,
}

/// <summary>A TCP segment without options.</summary>
public sealed record TcpSegment(ushort SourcePort, ushort DestinationPort, uint Sequence, uint Acknowledgement, TcpFlags Flags, ReadOnlyMemory<byte> Payload)
{
    public const int HeaderLength = 20;

    /// <summary>Ethernet, IPv4 and TCP headers together.</summary>
    public const int AllHeaders = SkBuff.EthernetHeaderLength + Ipv4Packet.HeaderLength + HeaderLength;

    private const ushort Window = 0xFFFF;
    private const int ChecksumOffset = 16;

    public static bool IsTcp(Ipv4Packet packet) => packet.Protocol == Ipv4Packet.Tcp && packet.Payload.Length >= HeaderLength;

    /// <summary>The segment in a packet; null when it is none. The checksum is another question, see <see cref="ChecksumHolds"/>.</summary>
    public static TcpSegment? Parse(Ipv4Packet packet)
    {
        if (!IsTcp(packet))
        {
            return null;
        }

        var bytes = packet.Payload.Span;
        if (bytes[12] >> 4 != HeaderLength / 4)
        {
            return null;
        }

        return new TcpSegment(
            BinaryPrimitives.ReadUInt16BigEndian(bytes),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
            (TcpFlags)(bytes[13] & 31),
            packet.Payload[HeaderLength..]);
    }

    /// <summary>The checksum over the segment and its pseudo header is right.</summary>
    public static bool ChecksumHolds(Ipv4Packet packet)
    {
        var sum = InternetChecksum.PseudoHeader(packet.Source, packet.Destination, Ipv4Packet.Tcp, packet.Payload.Length);
        return InternetChecksum.Complement(InternetChecksum.Add(sum, packet.Payload.Span)) == 0;
    }

    /// <summary>The frame. With offload the checksum field holds the pseudo header's sum only, for somebody else to finish.</summary>
    public SkBuff Build(MacAddress destinationMac, MacAddress sourceMac, Ipv4Address source, Ipv4Address destination, int identification, bool offload,
        int gsoSize = 0)
    {
        var length = HeaderLength + Payload.Length;
        var frame = SkBuff.Frame(destinationMac, sourceMac, SkBuff.EtherTypeIpv4, Ipv4Packet.HeaderLength + length);
        var packet = frame.AsSpan(SkBuff.EthernetHeaderLength);
        var tcp = packet[Ipv4Packet.HeaderLength..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], Acknowledgement);
        tcp[12] = HeaderLength / 4 << 4;
        tcp[13] = (byte)Flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], Window);
        Payload.Span.CopyTo(tcp[HeaderLength..]);
        Ipv4Packet.WriteHeader(packet, source, destination, Ipv4Packet.Tcp, identification);
        var sum = InternetChecksum.PseudoHeader(source, destination, Ipv4Packet.Tcp, length);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[ChecksumOffset..], offload ? (ushort)sum : InternetChecksum.Complement(InternetChecksum.Add(sum, tcp)));
        return new SkBuff(frame)
        {
            Checksum = offload ? PacketChecksum.Partial : PacketChecksum.None,
            GsoSize = gsoSize,
            GsoType = gsoSize > 0 ? GsoType.TcpV4 : GsoType.None,
        };
    }

    /// <summary>Finishes the checksum in a frame whose field holds anything.</summary>
    internal static void FinishChecksum(byte[] frame, Ipv4Packet packet)
    {
        var tcp = frame.AsSpan(SkBuff.EthernetHeaderLength + Ipv4Packet.HeaderLength, packet.Payload.Length);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[ChecksumOffset..], 0);
        var sum = InternetChecksum.PseudoHeader(packet.Source, packet.Destination, Ipv4Packet.Tcp, tcp.Length);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[ChecksumOffset..], InternetChecksum.Complement(InternetChecksum.Add(sum, tcp)));
    }
}
