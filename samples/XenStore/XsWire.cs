using System.Buffers.Binary;

namespace Xen.XenStore;

/// <summary>
/// The form of a message in a byte stream (struct xsd_sockmsg of xs_wire.h): four little-endian words, type, request, transaction and
/// length, then the payload.
/// </summary>
public static class XsWire
{
    public const int HeaderSize = 16;

    private const int RequestOffset = 4;
    private const int TransactionOffset = 8;
    private const int LengthOffset = 12;

    public static byte[] Encode(XsMessage message)
    {
        var bytes = new byte[HeaderSize + message.Payload.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)message.Type);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(RequestOffset), message.RequestId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(TransactionOffset), message.TransactionId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(LengthOffset), (uint)message.Payload.Length);
        message.Payload.CopyTo(bytes.AsSpan(HeaderSize));
        return bytes;
    }

    public static uint PayloadLength(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[LengthOffset..]);

    public static XsMessage Decode(ReadOnlySpan<byte> bytes) => new(
        (XsMessageType)BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[RequestOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[TransactionOffset..]),
        bytes[HeaderSize..].ToArray());
}

/// <summary>Puts one message after the other together from a byte stream that is cut anywhere.</summary>
public sealed class XsAssembler
{
    private readonly byte[] bytes = new byte[XsWire.HeaderSize + XsMessage.PayloadMax];
    private int have;

    /// <summary>The header announces a longer payload than there may be: where the next message begins cannot be known.</summary>
    public bool Overlong => have >= XsWire.HeaderSize && XsWire.PayloadLength(bytes) > XsMessage.PayloadMax;

    /// <summary>Where the next bytes of the stream go: as many as the message in progress still needs, as far as that is known.</summary>
    public Span<byte> Missing => Overlong ? [] : bytes.AsSpan(have, Needed - have);

    private int Needed => have < XsWire.HeaderSize ? XsWire.HeaderSize : XsWire.HeaderSize + (int)XsWire.PayloadLength(bytes);

    /// <summary>So many bytes were put into <see cref="Missing"/>.</summary>
    public void Filled(int count) => have += count;

    public bool TryTake(out XsMessage message)
    {
        if (have < XsWire.HeaderSize || Overlong || have < Needed)
        {
            message = null!;
            return false;
        }
        message = XsWire.Decode(bytes.AsSpan(0, have));
        have = 0;
        return true;
    }

    /// <summary>Forgets a message in progress.</summary>
    public void Reset() => have = 0;
}
