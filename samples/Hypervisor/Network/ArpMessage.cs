using System.Buffers.Binary;

namespace Xen.Hypervisor.Network;

/// <summary>An ARP message: who has this address, or I have it.</summary>
public sealed record ArpMessage(bool Reply, MacAddress SenderMac, Ipv4Address Sender, MacAddress TargetMac, Ipv4Address Target)
{
    private const int Size = 28;

    /// <summary>The message in a frame; null when it is none that Ethernet and IPv4 have.</summary>
    public static ArpMessage? Parse(SkBuff skb)
    {
        if (skb.Length < SkBuff.EthernetHeaderLength + Size || skb.EtherType != SkBuff.EtherTypeArp)
        {
            return null;
        }

        var payload = skb.Payload;
        if (BinaryPrimitives.ReadUInt64BigEndian(payload) >> 16 != 0x0001_0800_0604)
        {
            return null;
        }

        var operation = BinaryPrimitives.ReadUInt16BigEndian(payload[6..]);
        if (operation is not (1 or 2))
        {
            return null;
        }

        return new ArpMessage(
            operation == 2,
            MacAddress.ReadFrom(payload[8..]),
            new Ipv4Address(BinaryPrimitives.ReadUInt32BigEndian(payload[14..])),
            MacAddress.ReadFrom(payload[18..]),
            new Ipv4Address(BinaryPrimitives.ReadUInt32BigEndian(payload[24..])));
    }

    /// <summary>The frame: a request goes to everybody, a reply to who asked.</summary>
    public SkBuff Build()
    {
        var frame = SkBuff.Frame(Reply ? TargetMac : MacAddress.Broadcast, SenderMac, SkBuff.EtherTypeArp, Size);
        var payload = frame.AsSpan(SkBuff.EthernetHeaderLength);
        BinaryPrimitives.WriteUInt16BigEndian(payload, 1);
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], SkBuff.EtherTypeIpv4);
        payload[4] = MacAddress.Size;
        payload[5] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(payload[6..], (ushort)(Reply ? 2 : 1));
        SenderMac.WriteTo(payload[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(payload[14..], Sender.Value);
        TargetMac.WriteTo(payload[18..]);
        BinaryPrimitives.WriteUInt32BigEndian(payload[24..], Target.Value);
        return new SkBuff(frame);
    }
}
