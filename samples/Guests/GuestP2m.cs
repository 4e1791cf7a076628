using Xen.Hypervisor;

namespace Xen.Guests;

/// <summary>
/// A PV kernel's own table from page numbers to machine frames. The builder fills it, the kernel keeps it true, and by shared_info the
/// toolstack finds it when it saves the domain.
/// </summary>
public sealed class GuestP2m
{
    public const ulong Invalid = ulong.MaxValue;

    private const int EntriesPerPage = MachineMemory.PageSize / sizeof(ulong);

    private readonly Domain domain;
    private readonly List<MappedPage> table = [];

    /// <summary>Finds the table where the builder has put it. A kernel whose table is wrong does not get far.</summary>
    public GuestP2m(Domain domain, StartInfo startInfo)
    {
        this.domain = domain;
        for (var i = 0; i < (int)startInfo.NrP2mFrames; i++)
        {
            if (domain.OwnPage(domain.FrameAt((int)startInfo.FirstP2mPfn + i)) is not { } page)
            {
                throw new GuestPanicException("the p2m is not mapped");
            }

            table.Add(page);
        }

        if (table.Count == 0)
        {
            throw new GuestPanicException("no p2m");
        }

        Size = table.Count * EntriesPerPage;
        for (var pfn = 0; pfn < Size; pfn++)
        {
            var mfn = this[pfn];
            if (mfn != Invalid && domain.Host.Memory.OwnerOf(mfn) != domain)
            {
                throw new GuestPanicException($"the p2m maps page {pfn:x} to frame {mfn:x}, which belongs to somebody else");
            }
        }
    }

    /// <summary>Page numbers that the table has room for.</summary>
    public int Size { get; }

    /// <summary>The frame of a page; <see cref="Invalid"/> for a hole.</summary>
    public ulong this[int pfn]
    {
        get => table[pfn / EntriesPerPage].ReadUInt64(pfn % EntriesPerPage * sizeof(ulong));
        set => table[pfn / EntriesPerPage].WriteUInt64(pfn % EntriesPerPage * sizeof(ulong), value);
    }

    /// <summary>The page number of a frame; -1 when it is not in the table.</summary>
    public int PfnOf(ulong mfn)
    {
        for (var pfn = 0; pfn < Size; pfn++)
        {
            if (this[pfn] == mfn)
            {
                return pfn;
            }
        }

        return -1;
    }

    /// <summary>xen_build_mfn_list_list: tells in shared_info where the table is. It uses two pages.</summary>
    public void Publish(MappedPage listList, MappedPage list)
    {
        for (var i = 0; i < table.Count; i++)
        {
            list.WriteUInt64(i * sizeof(ulong), table[i].Mfn);
        }

        listList.WriteUInt64(0, list.Mfn);
        domain.SharedInfo.WriteUInt64(SharedInfoLayout.MaxPfn, (ulong)Size);
        domain.SharedInfo.WriteUInt64(SharedInfoLayout.FrameListList, listList.Mfn);
    }
}
