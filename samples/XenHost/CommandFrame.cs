using System.Buffers.Binary;

namespace Xen.XenHost;

/// <summary>What a frame between the xl command and the host carries.</summary>
public enum CommandFrameKind : byte
{
    /// <summary>To the host: one argument, in UTF-8.</summary>
    Argument = (byte)'a',

    /// <summary>To the host: a file that the command reads, its path, a NUL and its content.</summary>
    File = (byte)'f',

    /// <summary>To the host: the same, for a file that is left alone if Dom0 has one of that name, such as the image of a disk.</summary>
    Image = (byte)'i',

    /// <summary>To the host: that was all, run the command.</summary>
    Run = (byte)'r',

    /// <summary>To the command: bytes for standard output.</summary>
    Output = (byte)'o',

    /// <summary>To the command: bytes for standard error.</summary>
    Error = (byte)'e',

    /// <summary>To the command: its exit code, four bytes. The last frame.</summary>
    Exit = (byte)'x',
}

/// <summary>A frame on the command socket: its kind, the length of its content in four little-endian bytes, and the content.</summary>
public sealed record CommandFrame(CommandFrameKind Kind, byte[] Content)
{
    public const int HeaderSize = 5;

    /// <summary>The image of a disk may be that large, and nothing needs to be larger.</summary>
    public const int MaxContent = 64 * 1024 * 1024;

    public byte[] Encode()
    {
        var bytes = new byte[HeaderSize + Content.Length];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), Content.Length);
        Content.CopyTo(bytes, HeaderSize);
        return bytes;
    }

    /// <summary>The length of a frame's content from its header; negative or too large when this is no frame.</summary>
    public static int ContentLength(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadInt32LittleEndian(header[1..]);

    /// <summary>The first frame of the bytes, when it is complete.</summary>
    public static CommandFrame? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize) return null;
        var length = ContentLength(bytes);
        return bytes.Length - HeaderSize < length ? null : new CommandFrame((CommandFrameKind)bytes[0], bytes.Slice(HeaderSize, length).ToArray());
    }
}
