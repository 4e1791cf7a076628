using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>One direction of the ring page: where its bytes lie, and its two free-running indexes.</summary>
public readonly record struct RingDirection(int Buffer, int Consumer, int Producer);

/// <summary>
/// The page that a domain and the daemon share (struct xenstore_domain_interface of xs_wire.h): a ring of bytes in each direction.
/// Both ends use it through this class, each through its own mapping, and neither can trust what the other writes.
/// </summary>
public sealed class XenstoreRing(MappedPage page)
{
    public const int Size = 1024;

    /// <summary>What the server offers: it takes a request to reconnect, and it says why it stopped listening.</summary>
    public const uint ServerReconnection = 1;
    public const uint ServerError = 2;

    public const uint Connected = 0;
    public const uint Reconnect = 1;

    /// <summary>What <see cref="Take"/> and <see cref="Put"/> answer when the indexes cannot be true.</summary>
    public const int Broken = -1;

    private const int ServerFeaturesOffset = 2064;
    private const int ConnectionOffset = 2068;
    private const int ErrorOffset = 2072;
    private const uint IndexMask = Size - 1;

    public static readonly RingDirection Requests = new(0, 2048, 2052);
    public static readonly RingDirection Responses = new(Size, 2056, 2060);

    public uint ServerFeatures
    {
        get => page.ReadUInt32(ServerFeaturesOffset);
        set => page.WriteUInt32(ServerFeaturesOffset, value);
    }

    /// <summary>The state of the connection; a domain sets it to <see cref="Reconnect"/> and waits until the server takes that back.</summary>
    public uint Connection
    {
        get => page.ReadUInt32(ConnectionOffset);
        set => page.WriteUInt32(ConnectionOffset, value);
    }

    public XsRingError Error
    {
        get => (XsRingError)page.ReadUInt32(ErrorOffset);
        set => page.WriteUInt32(ErrorOffset, (uint)value);
    }

    public bool Mapped => page.Mapped;

    /// <summary>The bytes that wait to be read; <see cref="Broken"/> when there would be more than the ring holds.</summary>
    public int Filled(RingDirection direction)
    {
        var filled = page.ReadUInt32(direction.Producer) - page.ReadUInt32(direction.Consumer);
        return filled > Size ? Broken : (int)filled;
    }

    /// <summary>Reads as many bytes as there are and as are wanted.</summary>
    public int Take(RingDirection direction, Span<byte> wanted)
    {
        var filled = Filled(direction);
        if (filled <= 0) return filled;
        var count = Math.Min(filled, wanted.Length);
        var consumer = page.ReadUInt32(direction.Consumer);
        var start = (int)(consumer & IndexMask);
        var first = Math.Min(count, Size - start);
        page.Read.Slice(direction.Buffer + start, first).CopyTo(wanted);
        page.Read.Slice(direction.Buffer, count - first).CopyTo(wanted[first..]);
        page.WriteUInt32(direction.Consumer, consumer + (uint)count);
        return count;
    }

    /// <summary>Writes as many bytes as there is room for.</summary>
    public int Put(RingDirection direction, ReadOnlySpan<byte> bytes)
    {
        var filled = Filled(direction);
        if (filled < 0) return Broken;
        var count = Math.Min(Size - filled, bytes.Length);
        if (count == 0) return 0;
        var producer = page.ReadUInt32(direction.Producer);
        var start = (int)(producer & IndexMask);
        var first = Math.Min(count, Size - start);
        bytes[..first].CopyTo(page.Write.Slice(direction.Buffer + start, first));
        bytes[first..count].CopyTo(page.Write.Slice(direction.Buffer, count - first));
        page.WriteUInt32(direction.Producer, producer + (uint)count);
        return count;
    }

    /// <summary>Empties both directions, as a new connection begins.</summary>
    public void Clear()
    {
        page.WriteUInt32(Requests.Consumer, 0);
        page.WriteUInt32(Requests.Producer, 0);
        page.WriteUInt32(Responses.Consumer, 0);
        page.WriteUInt32(Responses.Producer, 0);
    }
}
