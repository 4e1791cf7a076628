using System.Buffers.Binary;
using System.Text;

namespace Xen.Hypervisor;

/// <summary>
/// The file format of a guest's kernel: a small ELF64 with Xen's notes, whose loadable segment is the manifest of what the guest does,
/// with a checksum. The builder copies the file into the guest's first pages; the kernel checks the copy before it believes it.
/// </summary>
public static class GuestImage
{
    public const int HeaderSize = 64;

    private const int ProgramHeaderSize = 56;
    private const int NoteProgramHeader = 1;
    private const int LoadSegment = 1;
    private const int NoteSegment = 4;
    private const int MachineX86_64 = 62;
    private const int PrefixSize = 8;
    private const string NoteName = "Xen";
    private const int XenVersionNote = 5;
    private const int GuestOsNote = 6;
    private const int LoaderNote = 8;

    /// <summary>Makes a kernel file for a manifest.</summary>
    public static byte[] Build(string manifest)
    {
        var payload = Encoding.UTF8.GetBytes(manifest);
        byte[] notes = [.. Note(XenVersionNote, "xen-3.0"), .. Note(GuestOsNote, "linux"), .. Note(LoaderNote, "generic")];
        var noteOffset = HeaderSize + (2 * ProgramHeaderSize);
        var loadOffset = noteOffset + notes.Length;
        var image = new byte[loadOffset + PrefixSize + payload.Length];
        WriteHeader(image, loadOffset);
        WriteProgramHeader(image, 0, LoadSegment, loadOffset, PrefixSize + payload.Length);
        WriteProgramHeader(image, NoteProgramHeader, NoteSegment, noteOffset, notes.Length);
        notes.CopyTo(image, noteOffset);
        Put32(image, loadOffset, (uint)payload.Length);
        Put32(image, loadOffset + 4, Crc32C.Compute(payload));
        payload.CopyTo(image, loadOffset + PrefixSize);
        return image;
    }

    /// <summary>Is this an ELF file with the notes of a Xen PV kernel?</summary>
    public static bool IsXenKernel(ReadOnlySpan<byte> image)
    {
        if (image.Length < HeaderSize + (2 * ProgramHeaderSize) || image[0] != 0x7F || !image.Slice(1, 3).SequenceEqual("ELF"u8))
        {
            return false;
        }

        var header = HeaderSize + (NoteProgramHeader * ProgramHeaderSize);
        var offset = (int)Get32(image, header + 8);
        var size = (int)Get32(image, header + 32);
        return Get32(image, header) == NoteSegment
            && offset > 0 && size > 0 && offset + size <= image.Length
            && image.Slice(offset, size).IndexOf("xen-3.0\0"u8) >= 0;
    }

    /// <summary>The manifest of a kernel in memory; null when the image is damaged.</summary>
    public static string? Manifest(ReadOnlySpan<byte> image)
    {
        if (!IsXenKernel(image))
        {
            return null;
        }

        var offset = (int)Get32(image, HeaderSize + 8);
        if (offset < HeaderSize || offset > image.Length - PrefixSize)
        {
            return null;
        }

        var length = Get32(image, offset);
        if (length > image.Length - offset - PrefixSize)
        {
            return null;
        }

        var payload = image.Slice(offset + PrefixSize, (int)length);
        return Crc32C.Compute(payload) == Get32(image, offset + 4) ? Encoding.UTF8.GetString(payload) : null;
    }

    private static void WriteHeader(byte[] image, int entry)
    {
        "\u007FELF"u8.CopyTo(image);
        image[4] = 2; // 64 bits
        image[5] = 1; // little endian
        image[6] = 1;
        Put16(image, 16, 2); // executable
        Put16(image, 18, MachineX86_64);
        Put32(image, 20, 1);
        Put32(image, 24, (uint)entry);
        Put32(image, 32, HeaderSize); // program headers follow
        Put16(image, 52, HeaderSize);
        Put16(image, 54, ProgramHeaderSize);
        Put16(image, 56, 2);
    }

    private static void WriteProgramHeader(byte[] image, int index, uint type, int offset, int size)
    {
        var at = HeaderSize + (index * ProgramHeaderSize);
        Put32(image, at, type);
        Put32(image, at + 8, (uint)offset);
        Put32(image, at + 32, (uint)size);
        Put32(image, at + 40, (uint)size);
    }

    private static byte[] Note(uint type, string text)
    {
        var description = Encoding.ASCII.GetBytes(text + "\0");
        var note = new byte[12 + 4 + ((description.Length + 3) & ~3)];
        Put32(note, 0, (uint)NoteName.Length + 1);
        Put32(note, 4, (uint)description.Length);
        Put32(note, 8, type);
        Encoding.ASCII.GetBytes(NoteName, note.AsSpan(12));
        description.CopyTo(note, 16);
        return note;
    }

    private static void Put16(byte[] image, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(offset), value);

    private static void Put32(byte[] image, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(offset), value);

    private static uint Get32(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(image[offset..]);
}
