using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>
/// The literals of a compiled assembly. The compiler writes a method's name into some of them (<c>[CallerMemberName]</c>, or <c>nameof</c> of a
/// local function's owner); a variant's must be golden's there, or the program could tell the two apart.
/// </summary>
internal static class UserStrings
{
    /// <summary>Takes the variants' suffixes out of all literals, in place: a shorter literal leaves a gap behind it, which no token names.</summary>
    public static void TakeSuffixesOut(byte[] image)
    {
        using var pe = new PEReader([.. image]);
        var metadata = pe.GetMetadataReader();
        var heap = pe.PEHeaders.MetadataStartOffset + metadata.GetHeapMetadataOffset(HeapIndex.UserString);
        var size = metadata.GetHeapSize(HeapIndex.UserString);
        for (var handle = MetadataTokens.UserStringHandle(1);
             !handle.IsNil && MetadataTokens.GetHeapOffset(handle) < size;
             handle = metadata.GetNextHandle(handle))
        {
            var text = metadata.GetUserString(handle);
            var golden = VariantText.WithoutSuffixes(text);
            if (golden.Length < text.Length)
            {
                Write(image.AsSpan(heap + MetadataTokens.GetHeapOffset(handle)), golden);
            }
        }
    }

    /// <summary>Writes a literal over a longer one. Its length takes as many bytes as the old one's did, although fewer might do.</summary>
    private static void Write(Span<byte> place, string text)
    {
        var old = Length(place, out var prefix);
        var last = place[prefix + old - 1];
        var bytes = Encoding.Unicode.GetBytes(text);
        var length = bytes.Length + 1;
        switch (prefix)
        {
            case 1:
                place[0] = (byte)length;
                break;
            case 2:
                place[0] = (byte)(0x80 | (length >> 8));
                place[1] = (byte)length;
                break;
            default:
                place[0] = (byte)(0xC0 | (length >> 24));
                place[1] = (byte)(length >> 16);
                place[2] = (byte)(length >> 8);
                place[3] = (byte)length;
                break;
        }

        bytes.CopyTo(place[prefix..]);
        place[prefix + bytes.Length] = last;
    }

    private static int Length(ReadOnlySpan<byte> place, out int prefix)
    {
        prefix = (place[0] & 0x80) == 0 ? 1 : (place[0] & 0x40) == 0 ? 2 : 4;
        return prefix switch
        {
            1 => place[0],
            2 => ((place[0] & 0x3F) << 8) | place[1],
            _ => ((place[0] & 0x1F) << 24) | (place[1] << 16) | (place[2] << 8) | place[3],
        };
    }
}
