using System.Buffers.Binary;
using System.Text;

namespace Xen.Toolstack.Libxl;

/// <summary>A part of a kernel image that goes into the guest's memory.</summary>
public readonly record struct ElfSegment(ulong Address, int FileOffset, int FileSize, int MemorySize);

/// <summary>
/// A PV kernel as the domain builder reads it (xc_dom_elfloader): a 64-bit ELF file with notes of the name "Xen" that say how it
/// wants to be started.
/// </summary>
public sealed class ElfKernel
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const ushort MachineX86_64 = 62;
    private const uint Load = 1;
    private const uint Note = 4;
    private const uint NoteEntry = 1;
    private const uint NoteVirtBase = 3;
    private const uint NoteXenVersion = 5;
    private const uint NoteLoader = 8;

    private readonly byte[] image;
    private readonly List<ElfSegment> segments = [];

    private ElfKernel(byte[] image) => this.image = image;

    public IReadOnlyList<ElfSegment> Segments => segments;

    public ulong VirtualBase { get; private set; }

    public ulong Entry { get; private set; }

    public string XenVersion { get; private set; } = "";

    public string Loader { get; private set; } = "";

    public ReadOnlySpan<byte> Bytes(ElfSegment segment) => image.AsSpan(segment.FileOffset, segment.FileSize);

    /// <summary>Parses an image; null with the reason when it is no kernel that can be built.</summary>
    public static ElfKernel? Parse(byte[] image, out string error)
    {
        var kernel = new ElfKernel(image);
        error = kernel.ReadHeaders();
        if (error.Length > 0) return null;
        if (kernel.XenVersion != "xen-3.0")
        {
            error = "kernel is not a Xen guest: no XEN_VERSION note";
            return null;
        }
        if (kernel.Loader != "generic")
        {
            error = $"unknown loader `{kernel.Loader}'";
            return null;
        }
        if (kernel.segments.Count == 0)
        {
            error = "nothing to load";
            return null;
        }
        return kernel;
    }

    private string ReadHeaders()
    {
        if (image.Length < HeaderSize) return "image is too short";
        if (image[0] != 0x7F || image[1] != 'E' || image[2] != 'L' || image[3] != 'F') return "image is not ELF";
        if (image[4] != 2 || image[5] != 1) return "image is not 64-bit little-endian";
        if (BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(18)) != MachineX86_64) return "image is not for x86-64";
        Entry = ReadUInt64(24);
        var tableOffset = ReadUInt64(32);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(56));
        for (var i = 0; i < count; i++)
        {
            var at = tableOffset + (ulong)(i * ProgramHeaderSize);
            if (at + ProgramHeaderSize > (ulong)image.Length) return "program headers lie outside of the image";
            var problem = ReadProgramHeader((int)at);
            if (problem.Length > 0) return problem;
        }
        return "";
    }

    private string ReadProgramHeader(int at)
    {
        var type = ReadUInt32(at);
        if (type is not (Load or Note)) return "";
        var offset = ReadUInt64(at + 8);
        var address = ReadUInt64(at + 24);
        var fileSize = ReadUInt64(at + 32);
        var memorySize = ReadUInt64(at + 40);
        if (offset > (ulong)image.Length || fileSize > (ulong)image.Length - offset) return "a segment lies outside of the image";
        if (memorySize < fileSize || memorySize > int.MaxValue) return "a segment has an impossible size";
        if (type == Load) segments.Add(new ElfSegment(address, (int)offset, (int)fileSize, (int)memorySize));
        else ReadNotes(image.AsSpan((int)offset, (int)fileSize));
        return "";
    }

    private void ReadNotes(ReadOnlySpan<byte> notes)
    {
        while (notes.Length >= 12)
        {
            var nameSize = BinaryPrimitives.ReadUInt32LittleEndian(notes);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(notes[4..]);
            var type = BinaryPrimitives.ReadUInt32LittleEndian(notes[8..]);
            var descriptor = 12 + Aligned(nameSize);
            var end = descriptor + Aligned(size);
            if (end > (ulong)notes.Length) return;
            var name = Encoding.ASCII.GetString(notes.Slice(12, (int)nameSize)).TrimEnd('\0');
            if (name == "Xen") ReadXenNote(type, notes.Slice((int)descriptor, (int)size));
            notes = notes[(int)end..];
        }
    }

    private void ReadXenNote(uint type, ReadOnlySpan<byte> descriptor)
    {
        switch (type)
        {
            case NoteEntry when descriptor.Length >= 8:
                Entry = BinaryPrimitives.ReadUInt64LittleEndian(descriptor);
                break;
            case NoteVirtBase when descriptor.Length >= 8:
                VirtualBase = BinaryPrimitives.ReadUInt64LittleEndian(descriptor);
                break;
            case NoteXenVersion:
                XenVersion = Encoding.ASCII.GetString(descriptor).TrimEnd('\0');
                break;
            case NoteLoader:
                Loader = Encoding.ASCII.GetString(descriptor).TrimEnd('\0');
                break;
        }
    }

    private static ulong Aligned(uint size) => ((ulong)size + 3) & ~3UL;

    private uint ReadUInt32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at));

    private ulong ReadUInt64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(at));
}
