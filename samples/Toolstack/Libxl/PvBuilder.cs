using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>
/// The PV domain builder (libxl__build_pv over xc_dom): gives the domain its memory, loads the kernel behind its virtual base, lays out
/// start_info, the store page and the console page after it, and makes the first virtual CPU ready to run.
/// </summary>
public sealed class PvBuilder(LibxlContext context, int domid, DomainBuildInfo info, BuildState state)
{
    private const int PageSize = MachineMemory.PageSize;
    private const uint ConsoleGrant = 0;

    private const int EntriesPerPage = PageSize / sizeof(ulong);

    private IReadOnlyList<ulong> frames = [];
    private int firstP2mPage;
    private int p2mPages;
    private ulong mfnList;

    public LibxlError Build()
    {
        if (context.Files.Open(info.Kernel!) is not { } image)
        {
            context.Log.Error(domid, $"xc_dom_kernel_file failed: {info.Kernel} does not exist");
            return LibxlError.Fail;
        }
        if (ElfKernel.Parse(image, out var problem) is not { } kernel)
        {
            context.Log.Error(domid, $"xc_dom_parse_image failed: {problem}");
            return LibxlError.Fail;
        }

        var rc = AllocateMemory();
        if (rc != LibxlError.Ok) return rc;
        rc = LoadKernel(kernel, out var firstFreePage);
        if (rc != LibxlError.Ok) return rc;
        rc = PlaceSpecialPages(firstFreePage);
        if (rc != LibxlError.Ok) return rc;
        rc = WriteP2m(kernel);
        if (rc != LibxlError.Ok) return rc;
        rc = WriteStartInfo();
        if (rc != LibxlError.Ok) return rc;
        WriteGrantEntries();
        return BootVcpu(kernel);
    }

    private LibxlError AllocateMemory()
    {
        var pages = (int)((info.TargetMemKb - info.VideoMemKb) / 4);
        var allocated = context.Host.MemoryOp.PopulatePhysmap(context.Self, domid, pages, out frames);
        if (allocated != pages)
        {
            context.Log.Error(domid, $"xc_dom_boot_mem_init failed: {allocated} of {pages} pages could be allocated");
            return LibxlError.NoMemory;
        }
        return LibxlError.Ok;
    }

    private LibxlError LoadKernel(ElfKernel kernel, out int firstFreePage)
    {
        firstFreePage = 0;
        foreach (var segment in kernel.Segments)
        {
            if (segment.Address < kernel.VirtualBase)
            {
                context.Log.Error(domid, "a kernel segment lies below the virtual base");
                return LibxlError.Fail;
            }
            var start = segment.Address - kernel.VirtualBase;
            var end = start + (ulong)segment.MemorySize;
            if (end > (ulong)frames.Count * PageSize)
            {
                context.Log.Error(domid, "the kernel does not fit into the domain's memory");
                return LibxlError.NoMemory;
            }
            var rc = CopyIn(start, kernel.Bytes(segment));
            if (rc != LibxlError.Ok) return rc;
            var pages = (int)((end + PageSize - 1) / PageSize);
            if (pages > firstFreePage) firstFreePage = pages;
        }
        return LibxlError.Ok;
    }

    /// <summary>Copies bytes to a pseudo-physical address, a page at a time.</summary>
    private LibxlError CopyIn(ulong address, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var offset = (int)(address % PageSize);
            var length = Math.Min(bytes.Length, PageSize - offset);
            var piece = bytes[..length];
            if (Map(frames[(int)(address / PageSize)]) is not { } page) return LibxlError.Fail;
            piece.CopyTo(page.Write[offset..]);
            context.Host.MemoryOp.UnmapForeign(context.Self, page);
            address += (ulong)length;
            bytes = bytes[length..];
        }
        return LibxlError.Ok;
    }

    private LibxlError PlaceSpecialPages(int firstFreePage)
    {
        p2mPages = (int)((Math.Max(frames.Count, info.MaxMemKb / 4) + EntriesPerPage - 1) / EntriesPerPage);
        if (firstFreePage + p2mPages + 3 > frames.Count)
        {
            context.Log.Error(domid, "no room behind the kernel");
            return LibxlError.NoMemory;
        }
        firstP2mPage = firstFreePage;
        state.StartInfoFrame = frames[firstP2mPage + p2mPages];
        state.StoreFrame = frames[firstP2mPage + p2mPages + 1];
        state.ConsoleFrame = frames[firstP2mPage + p2mPages + 2];
        return LibxlError.Ok;
    }

    /// <summary>The table from the guest's page numbers to machine frames, which a PV guest keeps itself from now on.</summary>
    private LibxlError WriteP2m(ElfKernel kernel)
    {
        mfnList = kernel.VirtualBase + (ulong)firstP2mPage * PageSize;
        for (var i = 0; i < p2mPages; i++)
        {
            if (Map(frames[firstP2mPage + i]) is not { } page) return LibxlError.Fail;
            for (var entry = 0; entry < EntriesPerPage; entry++)
            {
                var pfn = i * EntriesPerPage + entry;
                page.WriteUInt64(entry * sizeof(ulong), pfn < frames.Count ? frames[pfn] : ulong.MaxValue);
            }
            context.Host.MemoryOp.UnmapForeign(context.Self, page);
        }
        return LibxlError.Ok;
    }

    private LibxlError WriteStartInfo()
    {
        var domain = context.DomainInfo(domid);
        if (domain is null) return LibxlError.Fail;
        if (Map(state.StartInfoFrame) is not { } page) return LibxlError.Fail;
        var startInfo = new StartInfo
        {
            NrPages = (ulong)frames.Count,
            SharedInfo = domain.SharedInfoFrame * PageSize,
            StoreMfn = state.StoreFrame,
            StoreEventChannel = state.StorePort,
            ConsoleMfn = state.ConsoleFrame,
            ConsoleEventChannel = state.ConsolePort,
            CommandLine = info.Cmdline,
            MfnList = mfnList,
            FirstP2mPfn = (ulong)firstP2mPage,
            NrP2mFrames = (ulong)p2mPages,
        };
        startInfo.WriteTo(page);
        context.Host.MemoryOp.UnmapForeign(context.Self, page);
        return LibxlError.Ok;
    }

    /// <summary>xc_dom_gnttab_init: the daemons in Dom0 map store and console page by these grants.</summary>
    private void WriteGrantEntries()
    {
        WriteGrantEntry(ConsoleGrant, state.ConsoleFrame);
        WriteGrantEntry(Xenstored.RingGrant, state.StoreFrame);
    }

    private void WriteGrantEntry(uint reference, ulong frame)
    {
        var table = context.Host.FindDomain(domid)?.GrantTable;
        table?.WriteEntry(reference, GrantEntryFlags.PermitAccess, context.Self.Id, frame);
    }

    private LibxlError BootVcpu(ElfKernel kernel)
    {
        state.EntryPoint = kernel.Entry;
        var vcpu = new VcpuContext(kernel.Entry, state.StartInfoFrame);
        var error = context.Host.Domctl.SetVcpuContext(context.Self, domid, 0, vcpu);
        if (error == 0) return LibxlError.Ok;
        context.Log.Error(domid, $"setting the context of vcpu 0 failed: {Errno.Name(error)}");
        return LibxlError.Fail;
    }

    private MappedPage? Map(ulong frame)
    {
        var error = context.Host.MemoryOp.MapForeign(context.Self, domid, frame, out var page);
        if (error == 0) return page;
        context.Log.Error(domid, $"cannot map frame {frame:x}: {Errno.Name(error)}");
        return null;
    }
}
