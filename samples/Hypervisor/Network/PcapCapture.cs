using System.Buffers.Binary;

namespace Xen.Hypervisor.Network;

/// <summary>A capture of a bridge's frames in the pcap format, with virtual time: readable by tcpdump and Wireshark.</summary>
public sealed class PcapCapture
{
    private const uint Magic = 0xA1B23C4D; // nanosecond timestamps
    private const int LinkTypeEthernet = 1;
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>A capture longer than this stops: nobody reads more, and the memory is the simulator's.</summary>
    private const long MaxBytes = 256L << 20;

    private readonly Simulation simulation;
    private readonly Stream output;
    private long written;

    public PcapCapture(Simulation simulation, EthernetBridge bridge, Stream output)
    {
        this.simulation = simulation;
        this.output = output;
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 0x40000);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], LinkTypeEthernet);
        output.Write(header);
        bridge.Seen += Add;
    }

    /// <summary>Frames captured so far.</summary>
    public long Frames { get; private set; }

    private void Add(SkBuff skb)
    {
        if (written > MaxBytes)
        {
            return;
        }

        Span<byte> header = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(simulation.Now / NsPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(simulation.Now % NsPerSecond));
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], skb.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], skb.Length);
        output.Write(header);
        output.Write(skb.Data);
        written += header.Length + skb.Length;
        Frames++;
    }
}
