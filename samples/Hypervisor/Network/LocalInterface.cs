using System.Buffers.Binary;

namespace Xen.Hypervisor.Network;

/// <summary>The IP stack of a kernel behind its bridge, as far as ping needs it: it resolves addresses, answers and sends echoes.</summary>
public sealed class LocalInterface
{
    private const int DataLength = 56;

    private readonly EthernetBridge bridge;
    private readonly SortedDictionary<uint, MacAddress> neighbours = [];
    private readonly SortedDictionary<ushort, (Ipv4Address Target, Action Answered)> pending = [];
    private ushort lastSequence;

    internal LocalInterface(EthernetBridge bridge, Ipv4Address address)
    {
        this.bridge = bridge;
        Address = address;
    }

    public Ipv4Address Address { get; }

    /// <summary>Addresses that were resolved.</summary>
    public IEnumerable<(Ipv4Address Address, MacAddress Mac)> Neighbours => neighbours.Select(n => (new Ipv4Address(n.Key), n.Value));

    /// <summary>Asks who has an address and sends it an echo request; <paramref name="answered"/> runs when the reply is back as it was sent.</summary>
    public void Ping(Ipv4Address target, Action answered)
    {
        lastSequence++;
        pending[lastSequence] = (target, answered);
        neighbours.Remove(target.Value);
        bridge.Input(null, new ArpMessage(false, bridge.Mac, Address, default, target).Build());
    }

    internal void Receive(SkBuff skb)
    {
        if (ArpMessage.Parse(skb) is { } arp)
        {
            ReceiveArp(arp);
            return;
        }

        if (Ipv4Packet.Parse(skb) is not { } packet || packet.Destination != Address || IcmpEcho.Parse(packet) is not { } echo)
        {
            return;
        }

        if (!echo.Reply)
        {
            bridge.Input(null, (echo with { Reply = true }).Build(skb.Source, bridge.Mac, Address, packet.Source));
            return;
        }

        if (pending.TryGetValue(echo.Sequence, out var request) && request.Target == packet.Source && echo.Data.Span.SequenceEqual(Data(echo.Sequence)))
        {
            pending.Remove(echo.Sequence);
            request.Answered();
        }
    }

    private void ReceiveArp(ArpMessage arp)
    {
        if (arp.Target != Address)
        {
            return;
        }

        var known = neighbours.ContainsKey(arp.Sender.Value);
        neighbours[arp.Sender.Value] = arp.SenderMac;
        if (!arp.Reply)
        {
            bridge.Input(null, new ArpMessage(true, bridge.Mac, Address, arp.SenderMac, arp.Sender).Build());
        }
        else if (!known)
        {
            foreach (var (sequence, request) in pending.Where(p => p.Value.Target == arp.Sender).ToList())
            {
                bridge.Input(null, new IcmpEcho(false, 1, sequence, Data(sequence)).Build(arp.SenderMac, bridge.Mac, Address, request.Target));
            }
        }
    }

    // What a reply must bring back: a pattern that no other sequence number has.
    private static byte[] Data(ushort sequence)
    {
        var data = new byte[DataLength];
        for (var i = 0; i + 4 <= data.Length; i += 4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(i), ((uint)sequence << 16) | (uint)i);
        }

        return data;
    }
}
