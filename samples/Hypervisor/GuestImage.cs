using System.Buffers.Binary;
using System.Text;

namespace Xen.Hypervisor;

/// <summary>
/// The file format of a guest's kernel: an ELF64 with Xen's notes and one loadable segment, which holds the manifest of what the guest
/// does and some pages of text, under a checksum. The kernel looks at its own image in memory before it believes it, so that what a
/// builder loads wrongly does not boot.
/// </summary>
public static class GuestImage
{
    /// <summary>Where the kernel is linked to: the virtual address of the domain's first page.</summary>
    public const ulong VirtualBase = 0xFFFFFFFF80000000;

    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const uint LoadSegment = 1;
    private const uint NoteSegment = 4;
    private const ushort Executable = 2;
    private const ushort MachineX86_64 = 62;
    private const uint EntryNote = 1;
    private const uint VirtualBaseNote = 3;
    private const uint XenVersionNote = 5;
    private const uint GuestOsNote = 6;
    private const uint LoaderNote = 8;

    /// <summary>The kernel starts in its second page, as real ones leave the first alone.</summary>
    private const ulong LoadAddress = VirtualBase + 0x1000;

    private const uint Magic = 0x54534758; // XGST
    private const int LengthOffset = 4;
    private const int CrcOffset = 8;
    private const int ManifestLengthOffset = 12;
    private const int PrefixSize = 16;

    /// <summary>More than one page, so that loading takes more than one copy.</summary>
    private const int TextSize = 6000;

    private const int BssSize = 2048;

    /// <summary>Makes a kernel file for a manifest.</summary>
    public static byte[] Build(string manifest)
    {
        var segment = Segment(Encoding.UTF8.GetBytes(manifest));
        byte[] notes =
        [
            .. Note(EntryNote, Address(LoadAddress)), .. Note(VirtualBaseNote, Address(VirtualBase)),
            .. Note(XenVersionNote, "xen-3.0\0"u8), .. Note(GuestOsNote, "linux\0"u8), .. Note(LoaderNote, "generic\0"u8),
        ];
        var noteOffset = HeaderSize + (2 * ProgramHeaderSize);
        var loadOffset = noteOffset + notes.Length;
        var image = new byte[loadOffset + segment.Length];
        WriteHeader(image);
        WriteProgramHeader(image, 0, LoadSegment, loadOffset, LoadAddress, segment.Length, segment.Length + BssSize);
        WriteProgramHeader(image, 1, NoteSegment, noteOffset, 0, notes.Length, notes.Length);
        notes.CopyTo(image, noteOffset);
        segment.CopyTo(image, loadOffset);
        return image;
    }

    /// <summary>How many bytes the kernel says it has, seen from the beginning of its first page; 0 when no kernel begins there.</summary>
    public static long LoadedSize(ReadOnlySpan<byte> firstPage) =>
        BinaryPrimitives.ReadUInt32LittleEndian(firstPage) == Magic ? PrefixSize + (long)BinaryPrimitives.ReadUInt32LittleEndian(firstPage[LengthOffset..]) : 0;

    /// <summary>The manifest in a kernel that was loaded to the beginning of this memory; null when the kernel is damaged.</summary>
    public static string? Manifest(ReadOnlySpan<byte> memory)
    {
        if (memory.Length < PrefixSize || BinaryPrimitives.ReadUInt32LittleEndian(memory) != Magic)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(memory[LengthOffset..]);
        var manifestLength = BinaryPrimitives.ReadUInt32LittleEndian(memory[ManifestLengthOffset..]);
        if (length > (uint)(memory.Length - PrefixSize) || manifestLength > length)
        {
            return null;
        }

        var content = memory.Slice(PrefixSize, (int)length);
        if (Crc32C.Compute(content) != BinaryPrimitives.ReadUInt32LittleEndian(memory[CrcOffset..]))
        {
            return null;
        }

        return Encoding.UTF8.GetString(content[..(int)manifestLength]);
    }

    private static byte[] Segment(byte[] manifest)
    {
        var segment = new byte[PrefixSize + manifest.Length + TextSize];
        manifest.CopyTo(segment, PrefixSize);
        for (var i = PrefixSize + manifest.Length; i < segment.Length; i++)
        {
            segment[i] = (byte)((i * 167) ^ (i >> 8));
        }

        var content = segment.AsSpan(PrefixSize);
        BinaryPrimitives.WriteUInt32LittleEndian(segment, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(segment.AsSpan(LengthOffset), (uint)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(segment.AsSpan(CrcOffset), Crc32C.Compute(content));
        BinaryPrimitives.WriteUInt32LittleEndian(segment.AsSpan(ManifestLengthOffset), (uint)manifest.Length);
        return segment;
    }

    private static void WriteHeader(byte[] image)
    {
        "\u007FELF"u8.CopyTo(image);
        image[4] = 2; // 64 bits
        image[5] = 1; // little endian
        image[6] = 1; // version
        Put16(image, 16, Executable);
        Put16(image, 18, MachineX86_64);
        Put32(image, 20, 1);
        Put64(image, 24, LoadAddress);
        Put64(image, 32, HeaderSize); // the program headers follow at once
        Put16(image, 52, HeaderSize);
        Put16(image, 54, ProgramHeaderSize);
        Put16(image, 56, 2);
    }

    private static void WriteProgramHeader(byte[] image, int index, uint type, int offset, ulong address, int fileSize, int memorySize)
    {
        var at = HeaderSize + (index * ProgramHeaderSize);
        Put32(image, at, type);
        Put64(image, at + 8, (ulong)offset);
        Put64(image, at + 16, address);
        Put64(image, at + 24, address);
        Put64(image, at + 32, (ulong)fileSize);
        Put64(image, at + 40, (ulong)memorySize);
    }

    private static byte[] Note(uint type, ReadOnlySpan<byte> description)
    {
        var note = new byte[16 + ((description.Length + 3) & ~3)];
        Put32(note, 0, 4);
        Put32(note, 4, (uint)description.Length);
        Put32(note, 8, type);
        "Xen\0"u8.CopyTo(note.AsSpan(12));
        description.CopyTo(note.AsSpan(16));
        return note;
    }

    private static byte[] Address(ulong address)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, address);
        return bytes;
    }

    private static void Put16(byte[] image, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(offset), value);

    private static void Put32(byte[] image, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(offset), value);

    private static void Put64(byte[] image, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(offset), value);
}
