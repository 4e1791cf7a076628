using System.Buffers.Binary;
using System.Text;

namespace Xen.Guests;

/// <summary>
/// What a kernel's programs know besides their data pages, as bytes: a suspended kernel leaves it in its own memory, and the kernel that is
/// entered after a restore takes it from there.
/// </summary>
public sealed class GuestState
{
    private readonly List<byte> bytes;
    private int position;

    public GuestState() => bytes = [];

    public GuestState(byte[] content) => bytes = [.. content];

    public byte[] ToArray() => [.. bytes];

    public void Write(long number)
    {
        Span<byte> buffer = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(buffer, number);
        bytes.AddRange(buffer);
    }

    public void Write(string? text)
    {
        if (text is null)
        {
            Write(-1);
            return;
        }

        var encoded = Encoding.UTF8.GetBytes(text);
        Write(encoded.Length);
        bytes.AddRange(encoded);
    }

    public long Read()
    {
        if (position + sizeof(long) > bytes.Count)
        {
            throw new GuestPanicException("the state of the suspended kernel ends too early");
        }

        Span<byte> buffer = stackalloc byte[sizeof(long)];
        for (var i = 0; i < buffer.Length; i++)
        {
            buffer[i] = bytes[position + i];
        }

        position += sizeof(long);
        return BinaryPrimitives.ReadInt64LittleEndian(buffer);
    }

    public string? ReadText()
    {
        var length = Read();
        if (length < 0)
        {
            return null;
        }

        if (length > bytes.Count - position)
        {
            throw new GuestPanicException("the state of the suspended kernel ends too early");
        }

        var text = Encoding.UTF8.GetString([.. bytes.GetRange(position, (int)length)]);
        position += (int)length;
        return text;
    }
}
