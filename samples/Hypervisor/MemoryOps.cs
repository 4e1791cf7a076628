using System.Runtime.InteropServices;

namespace Xen.Hypervisor;

/// <summary>HYPERVISOR_memory_op, and the mapping of foreign frames by privilege.</summary>
public sealed class MemoryOps
{
    /// <summary>Far above what a domain of this machine can have.</summary>
    private const int MaxPfn = 1 << 22;

    private readonly Host host;
    private readonly List<(MappedPage Page, Component? Holder)> foreign = [];

    internal MemoryOps(Host host) => this.host = host;

    /// <summary>Foreign mappings by privilege that exist at the moment.</summary>
    public int ForeignMappings => foreign.Count;

    /// <summary>
    /// Gives a domain pages, their machine frames in <paramref name="frames"/>. Answers how many were really allocated: a short count
    /// is the error.
    /// </summary>
    public int PopulatePhysmap(Domain caller, int domid, int extents, out IReadOnlyList<ulong> frames)
    {
        var first = host.Resolve(caller, domid)?.PhysicalPages ?? 0;
        return PopulatePhysmap(caller, domid, [.. Enumerable.Range(first, extents)], out frames);
    }

    /// <summary>The same at given pseudo-physical page numbers, which must be empty.</summary>
    public int PopulatePhysmap(Domain caller, int domid, IReadOnlyList<int> pfns, out IReadOnlyList<ulong> frames)
    {
        var extents = pfns.Count;
        host.Hypercall(caller, $"memory populate_physmap {domid} {extents}");
        var list = new List<ulong>(extents);
        frames = list;
        var domain = host.Resolve(caller, domid);
        if (domain is null)
        {
            return -Errno.ESRCH;
        }

        if (domain != caller && !caller.Privileged)
        {
            return -Errno.EPERM;
        }

        while (list.Count < extents && domain.Dying == DyingState.Alive && domain.TotalPages < domain.MaxPages)
        {
            var pfn = pfns[list.Count];
            if (pfn is < 0 or > MaxPfn || domain.FrameAt(pfn) != 0)
            {
                break;
            }

            var mfn = host.Memory.Allocate(domain);
            if (mfn == 0)
            {
                break;
            }

            domain.AddPage(mfn, pfn);
            list.Add(mfn);
        }

        host.Simulation.Tap?.Answer(host, caller, $"populated {list.Count} {SimulationTap.Digest(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(list)))}");

        return list.Count;
    }

    /// <summary>Takes pages from a domain. Answers how many; a page that is not the domain's own ends the call.</summary>
    public int DecreaseReservation(Domain caller, int domid, IReadOnlyList<ulong> frames)
    {
        host.Hypercall(caller, $"memory decrease_reservation {domid} {frames.Count}");
        var domain = host.Resolve(caller, domid);
        if (domain is null)
        {
            return -Errno.ESRCH;
        }

        if (domain != caller && !caller.Privileged)
        {
            return -Errno.EPERM;
        }

        var done = 0;
        foreach (var mfn in frames)
        {
            if (host.Memory.OwnerOf(mfn) != domain || !domain.ReleasePage(mfn))
            {
                break;
            }

            done++;
        }

        if (done < frames.Count)
        {
            host.Simulation.Tap?.Answer(host, caller, $"decreased {done}");
        }

        return done;
    }

    public int CurrentReservation(Domain caller, int domid) => host.Resolve(caller, domid)?.TotalPages ?? -Errno.ESRCH;

    public long MaximumReservation(Domain caller, int domid) => host.Resolve(caller, domid)?.MaxPages ?? -Errno.ESRCH;

    /// <summary>
    /// Maps a frame of another domain by privilege, as the domain builder does. It holds the frame until it is unmapped, or until the
    /// process that mapped it ends.
    /// </summary>
    public int MapForeign(Domain caller, int domid, ulong mfn, out MappedPage? page)
    {
        host.Hypercall(caller, $"mmu map_foreign {domid} {mfn:x}");
        page = null;
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        var domain = host.Resolve(caller, domid);
        if (domain is null)
        {
            return -Errno.ESRCH;
        }

        if (host.Memory.OwnerOf(mfn) != domain && mfn != domain.SharedInfoMfn)
        {
            return -Errno.EINVAL;
        }

        host.Memory.Reference(mfn);
        page = Map(domain, mfn);
        foreign.Add((page, host.Simulation.Current is { Containment: Containment.Process } process ? process : null));
        return 0;
    }

    /// <summary>Maps many frames at once. A frame that cannot be mapped is null, and the others are mapped all the same.</summary>
    public int MapForeignBatch(Domain caller, int domid, IReadOnlyList<ulong> mfns, out MappedPage?[] pages)
    {
        host.Hypercall(caller, $"mmu map_foreign_batch {domid} {mfns.Count}");
        pages = new MappedPage?[mfns.Count];
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        if (host.Resolve(caller, domid) is not { } domain)
        {
            return -Errno.ESRCH;
        }

        var holder = host.Simulation.Current is { Containment: Containment.Process } process ? process : null;
        for (var i = 0; i < mfns.Count; i++)
        {
            if (host.Memory.OwnerOf(mfns[i]) != domain)
            {
                continue;
            }

            host.Memory.Reference(mfns[i]);
            var page = Map(domain, mfns[i]);
            pages[i] = page;
            foreign.Add((page, holder));
        }

        return 0;
    }

    public int UnmapForeignBatch(Domain caller, IReadOnlyList<MappedPage?> pages)
    {
        host.Hypercall(caller, $"mmu unmap_foreign_batch {pages.Count}");
        var going = new HashSet<MappedPage>(pages.OfType<MappedPage>(), ReferenceEqualityComparer.Instance);
        var removed = foreign.FindAll(f => going.Contains(f.Page));
        foreign.RemoveAll(f => going.Contains(f.Page));
        foreach (var (page, _) in removed)
        {
            page.Revoke();
            host.Memory.Unreference(page.Mfn);
        }

        return removed.Count == going.Count ? 0 : -Errno.EINVAL;
    }

    /// <summary>XENMEM_claim_pages: promises a domain memory that it will populate later, so that nobody else takes it; 0 gives the rest back.</summary>
    public int ClaimPages(Domain caller, int domid, long pages)
    {
        host.Hypercall(caller, $"memory claim_pages {domid} {pages}");
        if (!caller.Privileged)
        {
            return -Errno.EPERM;
        }

        if (host.FindDomain(domid) is not { Dying: DyingState.Alive } domain)
        {
            return -Errno.ESRCH;
        }

        if (pages < 0 || (pages > 0 && pages + domain.TotalPages > domain.MaxPages))
        {
            return -Errno.EINVAL;
        }

        // The pages that it has already count towards the claim.
        var missing = pages == 0 ? 0 : Math.Max(0, pages - domain.TotalPages);
        if (host.Memory.Claim(domain, missing))
        {
            return 0;
        }

        host.Simulation.Tap?.Answer(host, caller, "claimed nothing");
        return -Errno.ENOMEM;
    }

    public int UnmapForeign(Domain caller, MappedPage page)
    {
        host.Hypercall(caller, "mmu unmap_foreign");
        var index = foreign.FindIndex(f => f.Page == page);
        if (index < 0)
        {
            return -Errno.EINVAL;
        }

        foreign.RemoveAt(index);
        page.Revoke();
        host.Memory.Unreference(page.Mfn);
        return 0;
    }

    private MappedPage Map(Domain domain, ulong mfn) => new(host.Memory, mfn, writable: true) { Foreign = host.Simulation.Tap?.Foreign(domain) };

    internal int ForeignReferences(ulong mfn) => foreign.Count(f => f.Page.Mfn == mfn);

    internal void ReleaseHeldBy(Component process)
    {
        foreach (var (page, _) in foreign.Where(f => f.Holder == process).ToList())
        {
            foreign.RemoveAll(f => f.Page == page);
            page.Revoke();
            host.Memory.Unreference(page.Mfn);
        }
    }
}
