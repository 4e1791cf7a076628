using System.Buffers.Binary;
using System.Text;
using Xen.Hypervisor;

namespace Xen.Toolstack.Libxl;

/// <summary>
/// libxl_domain_core_dump: the memory of a domain that has crashed as an ELF file, in the form of docs/misc/dump-core-format: a table of
/// page numbers (.xen_p2m) and the pages in the same order (.xen_pages).
/// </summary>
public sealed class CoreDump(LibxlContext context)
{
    public const string Directory = "/var/lib/xen/dump";

    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int P2mEntrySize = 16;
    private const int PageSize = MachineMemory.PageSize;

    private static readonly string[] SectionNames = ["", ".shstrtab", ".xen_p2m", ".xen_pages"];

    public LibxlError Dump(int domid, string path)
    {
        if (context.DomainInfo(domid) is null)
        {
            context.Log.Error(domid, "Non-existent domain");
            return LibxlError.DomainNotFound;
        }
        if (context.Host.FindDomain(domid) is not { } domain) return LibxlError.DomainNotFound;
        var pfns = new List<int>();
        for (var pfn = 0; pfn < domain.PhysicalPages; pfn++)
        {
            if (domain.FrameAt(pfn) != 0) pfns.Add(pfn);
        }
        var error = context.Host.MemoryOp.MapForeignBatch(context.Self, domid, [.. pfns.Select(domain.FrameAt)], out var pages);
        if (error != 0)
        {
            context.Log.Error(domid, $"core dumping domain to {path}: {Errno.Name(error)}");
            return LibxlError.Fail;
        }
        var file = Compose(domain, pfns, pages);
        context.Host.MemoryOp.UnmapForeignBatch(context.Self, pages);
        if (context.Files.TryWrite(path, file)) return LibxlError.Ok;
        context.Log.Error(domid, $"core dumping domain to {path}: {Errno.Name(Errno.ENOSPC)}");
        return LibxlError.Fail;
    }

    private static byte[] Compose(Domain domain, List<int> pfns, MappedPage?[] pages)
    {
        var names = Encoding.ASCII.GetBytes(string.Join('\0', SectionNames) + "\0");
        var namesOffset = HeaderSize + SectionNames.Length * SectionHeaderSize;
        var p2mOffset = (namesOffset + names.Length + 15) & ~15;
        var pagesOffset = (p2mOffset + pfns.Count * P2mEntrySize + PageSize - 1) / PageSize * PageSize;
        var file = new byte[pagesOffset + pfns.Count * PageSize];

        "\u007FELF\u0002\u0001\u0001"u8.CopyTo(file);
        Put16(file, 16, 4);
        Put16(file, 18, 62);
        Put32(file, 20, 1);
        Put64(file, 40, HeaderSize);
        Put16(file, 52, HeaderSize);
        Put16(file, 58, SectionHeaderSize);
        Put16(file, 60, (ushort)SectionNames.Length);
        Put16(file, 62, 1);
        Section(file, 1, 3, namesOffset, names.Length, 0);
        Section(file, 2, 1, p2mOffset, pfns.Count * P2mEntrySize, P2mEntrySize);
        Section(file, 3, 1, pagesOffset, pfns.Count * PageSize, PageSize);
        names.CopyTo(file, namesOffset);

        for (var i = 0; i < pfns.Count; i++)
        {
            Put64(file, p2mOffset + i * P2mEntrySize, (ulong)pfns[i]);
            Put64(file, p2mOffset + i * P2mEntrySize + 8, domain.FrameAt(pfns[i]));
            if (pages[i] is { } page) page.Read.CopyTo(file.AsSpan(pagesOffset + i * PageSize));
        }
        return file;
    }

    private static void Section(byte[] file, int index, uint type, int offset, int size, int entrySize)
    {
        var at = HeaderSize + index * SectionHeaderSize;
        Put32(file, at, (uint)(string.Join('\0', SectionNames[..index]).Length + 1));
        Put32(file, at + 4, type);
        Put64(file, at + 24, (ulong)offset);
        Put64(file, at + 32, (ulong)size);
        Put64(file, at + 56, (ulong)entrySize);
    }

    private static void Put16(byte[] file, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), value);

    private static void Put32(byte[] file, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);

    private static void Put64(byte[] file, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(offset), value);
}
