using System.Buffers.Binary;

namespace Xen.Hypervisor.Network;

/// <summary>An ICMP echo request or its reply: what ping sends and gets.</summary>
public sealed record IcmpEcho(bool Reply, ushort Identifier, ushort Sequence, ReadOnlyMemory<byte> Data)
{
    private const int HeaderLength = 8;

    /// <summary>The echo in a packet; null when it is damaged or none.</summary>
    public static IcmpEcho? Parse(Ipv4Packet packet)
    {
        var bytes = packet.Payload.Span;
        if (packet.Protocol != Ipv4Packet.Icmp || bytes.Length < HeaderLength || bytes[0] is not (0 or 8) || bytes[1] != 0)
        {
            return null;
        }

        if (InternetChecksum.Complement(InternetChecksum.Add(0, bytes)) != 0)
        {
            return null;
        }

        return new IcmpEcho(
            bytes[0] == 0, BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]), packet.Payload[HeaderLength..]);
    }

    public SkBuff Build(MacAddress destinationMac, MacAddress sourceMac, Ipv4Address source, Ipv4Address destination)
    {
        var frame = SkBuff.Frame(destinationMac, sourceMac, SkBuff.EtherTypeIpv4, Ipv4Packet.HeaderLength + HeaderLength + Data.Length);
        var packet = frame.AsSpan(SkBuff.EthernetHeaderLength);
        var icmp = packet[Ipv4Packet.HeaderLength..];
        icmp[0] = (byte)(Reply ? 0 : 8);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[4..], Identifier);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[6..], Sequence);
        Data.Span.CopyTo(icmp[HeaderLength..]);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], InternetChecksum.Complement(InternetChecksum.Add(0, icmp)));
        Ipv4Packet.WriteHeader(packet, source, destination, Ipv4Packet.Icmp, Sequence);
        return new SkBuff(frame);
    }
}
