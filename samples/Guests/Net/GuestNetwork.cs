using Xen.Drivers;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Guests;

/// <summary>The IP stack of a guest over one network card: it resolves addresses, answers pings, and carries TCP connections.</summary>
public sealed class GuestNetwork
{
    private const ushort FirstPort = 32768;
    private const long ArpRetryNs = 1_000_000_000;
    private const int ArpAttempts = 5;

    /// <summary>Packets that wait for an address to be resolved.</summary>
    private const int MaxUnresolved = 16;

    private readonly GuestKernel kernel;
    private readonly SortedDictionary<uint, MacAddress> neighbours = [];
    private readonly SortedDictionary<uint, Resolution> resolving = [];
    private readonly SortedDictionary<(uint Remote, ushort RemotePort, ushort LocalPort), TcpConnection> connections = [];
    private readonly SortedDictionary<ushort, Action<TcpConnection>> listeners = [];
    private readonly RandomStream random;
    private ushort lastPort = FirstPort;
    private int lastIdentification;

    public GuestNetwork(GuestKernel kernel, Netfront card, Ipv4Address address)
    {
        this.kernel = kernel;
        Card = card;
        Address = address;
        random = Simulation.Stream($"tcp {card.Mac}");
        card.Received += Receive;
        Announce();
    }

    /// <summary>An address that is being asked for, with what waits for it.</summary>
    private sealed class Resolution
    {
        public List<Action<MacAddress>> Waiting { get; } = [];
        public int Attempts { get; set; }
        public Timer? Retry { get; set; }
    }

    public Netfront Card { get; }

    public Ipv4Address Address { get; }

    /// <summary>Pings answered.</summary>
    public long EchoesAnswered { get; private set; }

    /// <summary>Packets that arrived damaged, as their checksums said.</summary>
    public long ChecksumErrors { get; private set; }

    /// <summary>The card cuts large packets and finishes checksums.</summary>
    public bool Offload => (Card.Features & NetworkFeatures.GsoTcpV4) != 0;

    public IReadOnlyCollection<TcpConnection> Connections => connections.Values;

    internal Simulation Simulation => kernel.Domain.Host.Simulation;

    internal Component Component => kernel.Component;

    /// <summary>Accepts connections to a port.</summary>
    public void Listen(ushort port, Action<TcpConnection> accepted) => listeners[port] = accepted;

    /// <summary>Opens a connection; its handlers are set by the caller before anything can happen.</summary>
    public TcpConnection Connect(Ipv4Address remote, ushort port)
    {
        lastPort = lastPort == ushort.MaxValue ? FirstPort : (ushort)(lastPort + 1);
        var connection = new TcpConnection(this, remote, port, lastPort, (uint)random.Next());
        connections[(remote.Value, port, lastPort)] = connection;
        connection.Connect();
        return connection;
    }

    /// <summary>Gratuitous ARP: bridges and neighbours learn where this guest is.</summary>
    public void Announce() => Card.Send(new ArpMessage(false, Card.Mac, Address, default, Address).Build());

    internal void SendSegment(Ipv4Address remote, TcpSegment segment)
    {
        lastIdentification++;
        var identification = lastIdentification;
        var gso = segment.Payload.Length > TcpConnection.MaxSegment ? TcpConnection.MaxSegment : 0;
        var offload = (Card.Features & NetworkFeatures.ChecksumOffload) != 0;
        SkBuff Build(MacAddress mac) => segment.Build(mac, Card.Mac, Address, remote, identification, offload, gso);
        if (neighbours.TryGetValue(remote.Value, out var known))
        {
            Card.Send(Build(known));
            return;
        }

        // The bytes are copied now: the connection's buffer will have moved on when the address is known.
        var kept = segment with { Payload = segment.Payload.ToArray() };
        Resolve(remote, mac => Card.Send(kept.Build(mac, Card.Mac, Address, remote, identification, offload, gso)));
    }

    internal void Forget(TcpConnection connection) => connections.Remove((connection.Remote.Value, connection.RemotePort, connection.LocalPort));

    private void Resolve(Ipv4Address remote, Action<MacAddress> then)
    {
        if (!resolving.TryGetValue(remote.Value, out var resolution))
        {
            resolution = new Resolution();
            resolving.Add(remote.Value, resolution);
            Ask(remote, resolution);
        }

        if (resolution.Waiting.Count < MaxUnresolved)
        {
            resolution.Waiting.Add(then);
        }
    }

    private void Ask(Ipv4Address remote, Resolution resolution)
    {
        resolution.Attempts++;
        if (resolution.Attempts > ArpAttempts)
        {
            resolving.Remove(remote.Value);
            return;
        }

        resolution.Retry = Simulation.After(ArpRetryNs, Component, "arp retry", () => Ask(remote, resolution));
        Card.Send(new ArpMessage(false, Card.Mac, Address, default, remote).Build());
    }

    private void Receive(SkBuff skb)
    {
        if (skb.Destination != Card.Mac && !skb.Destination.IsMulticast)
        {
            return;
        }

        if (ArpMessage.Parse(skb) is { } arp)
        {
            ReceiveArp(arp);
            return;
        }

        if (Ipv4Packet.Parse(skb) is not { } packet || packet.Destination != Address)
        {
            return;
        }

        if (IcmpEcho.Parse(packet) is { Reply: false } echo)
        {
            EchoesAnswered++;
            Card.Send((echo with { Reply = true }).Build(skb.Source, Card.Mac, Address, packet.Source));
            return;
        }

        if (TcpSegment.Parse(packet) is not { } segment)
        {
            return;
        }

        if (skb.Checksum == PacketChecksum.None && !TcpSegment.ChecksumHolds(packet))
        {
            ChecksumErrors++;
            return;
        }

        neighbours[packet.Source.Value] = skb.Source;
        ReceiveSegment(packet.Source, segment);
    }

    private void ReceiveArp(ArpMessage arp)
    {
        if (arp.Sender == Address)
        {
            return;
        }

        if (arp.Target == Address || neighbours.ContainsKey(arp.Sender.Value))
        {
            neighbours[arp.Sender.Value] = arp.SenderMac;
        }

        if (arp.Target != Address)
        {
            return;
        }

        if (!arp.Reply)
        {
            Card.Send(new ArpMessage(true, Card.Mac, Address, arp.SenderMac, arp.Sender).Build());
        }

        if (resolving.Remove(arp.Sender.Value, out var resolution))
        {
            resolution.Retry?.Cancel();
            foreach (var send in resolution.Waiting)
            {
                send(arp.SenderMac);
            }
        }
    }

    private void ReceiveSegment(Ipv4Address remote, TcpSegment segment)
    {
        if (connections.TryGetValue((remote.Value, segment.SourcePort, segment.DestinationPort), out var connection))
        {
            connection.Input(segment);
            return;
        }

        if (segment.Flags == TcpFlags.Syn && listeners.TryGetValue(segment.DestinationPort, out var accepted))
        {
            connection = new TcpConnection(this, remote, segment.SourcePort, segment.DestinationPort, (uint)random.Next());
            connections.Add((remote.Value, segment.SourcePort, segment.DestinationPort), connection);
            accepted(connection);
            connection.Accept(segment);
            return;
        }

        if ((segment.Flags & TcpFlags.Reset) == 0)
        {
            var length = (uint)segment.Payload.Length + ((segment.Flags & (TcpFlags.Fin | TcpFlags.Syn)) != 0 ? 1u : 0u);
            SendSegment(remote, new TcpSegment(
                segment.DestinationPort, segment.SourcePort, segment.Acknowledgement, segment.Sequence + length, TcpFlags.Reset | TcpFlags.Ack, default));
        }
    }
}
