using System.Buffers.Binary;
using Xen.Hypervisor.Network;

namespace Xen.Guests;

/// <summary>The bytes of an object on a server: they follow from the server's address and the object's number, so that who gets them knows what they must be.</summary>
public static class ObjectContent
{
    public static byte[] Make(Ipv4Address server, uint number, int size)
    {
        var content = new byte[size];
        Fill(content, server, number);
        return content;
    }

    private static void Fill(Span<byte> content, Ipv4Address server, uint number)
    {
        var state = ((ulong)server.Value << 32) ^ number ^ 0x9E3779B97F4A7C15UL;
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (var offset = 0; offset < content.Length; offset += sizeof(ulong))
        {
            state = (state * 6364136223846793005UL) + 1442695040888963407UL;
            BinaryPrimitives.WriteUInt64LittleEndian(word, state);
            word[..Math.Min(sizeof(ulong), content.Length - offset)].CopyTo(content[offset..]);
        }
    }
}
