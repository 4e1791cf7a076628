using System.Buffers.Binary;

namespace Xen.Hypervisor.Network;

/// <summary>The one's complement sum of IP, ICMP, TCP and UDP (RFC 1071).</summary>
public static class InternetChecksum
{
    /// <summary>Adds bytes to a sum. The bytes start at an even offset of what is summed.</summary>
    public static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        ulong total = sum;
        while (bytes.Length >= 2)
        {
            total += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[2..];
        }

        if (bytes.Length == 1)
        {
            total += (uint)bytes[0] << 8;
        }

        return Fold(total);
    }

    /// <summary>The sum over the pseudo header of TCP and UDP.</summary>
    public static uint PseudoHeader(Ipv4Address source, Ipv4Address destination, byte protocol, int length)
    {
        ulong total = (source.Value >> 16) + (source.Value & 0xFFFF) + (destination.Value >> 16) + (destination.Value & 0xFFFF);
        return Fold(total + protocol + (uint)length);
    }

    /// <summary>What goes into a header's checksum field.</summary>
    public static ushort Complement(uint sum) => (ushort)~Fold(sum);

    private static uint Fold(ulong total)
    {
        while (total > 0xFFFF)
        {
            total = (total & 0xFFFF) + (total >> 16);
        }

        return (uint)total;
    }
}
