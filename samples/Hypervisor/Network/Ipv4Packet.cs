using System.Buffers.Binary;

namespace Xen.Hypervisor.Network;

/// <summary>An IPv4 packet without options.</summary>
public sealed record Ipv4Packet(Ipv4Address Source, Ipv4Address Destination, byte Protocol, int Identification, ReadOnlyMemory<byte> Payload)
{
    public const int HeaderLength = 20;
    public const byte Icmp = 1;
    public const byte Tcp = 6;

    private const byte TimeToLive = 64;

    /// <summary>The packet in a frame; null when it is damaged or none.</summary>
    public static Ipv4Packet? Parse(SkBuff skb)
    {
        if (skb.Length < SkBuff.EthernetHeaderLength + HeaderLength || skb.EtherType != SkBuff.EtherTypeIpv4)
        {
            return null;
        }

        var header = skb.Payload;
        var length = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        if (header[0] != 0x45 || length < HeaderLength || length > header.Length)
        {
            return null;
        }

        if (InternetChecksum.Complement(InternetChecksum.Add(0, header[..HeaderLength])) != 0)
        {
            return null;
        }

        return new Ipv4Packet(
            new Ipv4Address(BinaryPrimitives.ReadUInt32BigEndian(header[12..])),
            new Ipv4Address(BinaryPrimitives.ReadUInt32BigEndian(header[16..])),
            header[9],
            BinaryPrimitives.ReadUInt16BigEndian(header[4..]),
            skb.Data.AsMemory(SkBuff.EthernetHeaderLength + HeaderLength, length - HeaderLength));
    }

    /// <summary>Writes the header in front of a payload that is already there.</summary>
    public static void WriteHeader(Span<byte> packet, Ipv4Address source, Ipv4Address destination, byte protocol, int identification)
    {
        packet[..HeaderLength].Clear();
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)identification);
        packet[8] = TimeToLive;
        packet[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(packet[12..], source.Value);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], destination.Value);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], InternetChecksum.Complement(InternetChecksum.Add(0, packet[..HeaderLength])));
    }
}
