namespace Xen.Hypervisor;

/// <summary>HYPERVISOR_memory_op, and the mapping of foreign frames by privilege.</summary>
public sealed class MemoryOps
{
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
        host.Hypercall(caller, $"memory populate_physmap {domid} {extents}");
        var list = new List<ulong>();
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
            var mfn = host.Memory.Allocate(domain);
            if (mfn == 0)
            {
                break;
            }

            domain.AddPage(mfn);
            list.Add(mfn);
        }

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

        if (host.Memory.OwnerOf(mfn) != domain)
        {
            return -Errno.EINVAL;
        }

        host.Memory.Reference(mfn);
        page = new MappedPage(host.Memory, mfn, writable: true);
        foreign.Add((page, host.Simulation.Current is { Containment: Containment.Process } process ? process : null));
        return 0;
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
