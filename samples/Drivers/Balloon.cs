using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Drivers;

/// <summary>
/// The balloon driver: follows memory/target by giving free pages back to Xen or by asking for more, in batches. What does not work is
/// tried again, after a delay that grows.
/// </summary>
public sealed class Balloon
{
    private const int BatchPages = 512;
    private const long BatchNs = 2_000_000;
    private const long MinRetryNs = 1_000_000_000;
    private const long MaxRetryNs = 32_000_000_000;
    private const string TargetPath = "memory/target";

    private readonly Domain domain;
    private readonly XenbusClient xenbus;
    private readonly GuestPages pages;
    private long targetPages;
    private long retryNs = MinRetryNs;
    private Hypervisor.Timer? work;

    public Balloon(Domain domain, XenbusClient xenbus, GuestPages pages)
    {
        this.domain = domain;
        this.xenbus = xenbus;
        this.pages = pages;
        targetPages = domain.TotalPages;
    }

    /// <summary>Page numbers without a page at the moment.</summary>
    public IReadOnlyCollection<int> Ballooned => ballooned;

    private readonly SortedSet<int> ballooned = [];

    /// <summary>A page came (its frame) or went (0).</summary>
    public event Action<int, ulong>? PageChanged;

    /// <summary>balloon_init_watcher. The holes are those that a suspended kernel knew of.</summary>
    public int Start(IEnumerable<int> holes)
    {
        foreach (var pfn in holes)
        {
            ballooned.Add(pfn);
        }

        return xenbus.Watch(TargetPath, WatchTarget) is null ? -Errno.EIO : 0;
    }

    // watch_target.
    private void WatchTarget(string path)
    {
        // A domain without a memory target has no balloon: that is what Dom0 looks like before the toolstack has written one.
        if (xenbus.ReadUnsigned(0, TargetPath, out var kib) != 0)
        {
            return;
        }

        targetPages = (long)(kib / 4);
        retryNs = MinRetryNs;
        work?.Cancel();
        work = null;
        if (domain.TotalPages != targetPages)
        {
            Schedule(0);
        }
    }

    private void Schedule(long delayNs)
    {
        var simulation = domain.Host.Simulation;
        work = delayNs <= BatchNs
            ? simulation.After(delayNs, xenbus.Component, "balloon", Process)
            : simulation.AfterHousekeeping(delayNs, xenbus.Component, "balloon retry", Process);
    }

    // balloon_process.
    private void Process()
    {
        work = null;
        var difference = targetPages - domain.TotalPages;
        if (difference == 0)
        {
            return;
        }

        var batch = (int)Math.Min(Math.Abs(difference), BatchPages);
        var moved = difference > 0 ? IncreaseReservation(batch) : DecreaseReservation(batch);
        if (domain.TotalPages == targetPages)
        {
            retryNs = MinRetryNs;
        }
        else if (moved > 0)
        {
            retryNs = MinRetryNs;
            Schedule(BatchNs);
        }
        else
        {
            Schedule(retryNs);
            retryNs = Math.Min(retryNs * 2, MaxRetryNs);
        }
    }

    private int IncreaseReservation(int count)
    {
        var pfns = ballooned.Take(count).ToList();
        for (var next = domain.PhysicalPages; pfns.Count < count && next < MaxPfn; next++)
        {
            pfns.Add(next);
        }

        var result = domain.Host.MemoryOp.PopulatePhysmap(domain, DomId.Self, pfns, out var frames);
        if (result <= 0)
        {
            return 0;
        }

        for (var i = 0; i < frames.Count; i++)
        {
            ballooned.Remove(pfns[i]);
            pages.Add(frames[i]);
            PageChanged?.Invoke(pfns[i], frames[i]);
        }

        return frames.Count;
    }

    private int DecreaseReservation(int count)
    {
        var frames = new List<ulong>();
        while (frames.Count < count && pages.TakeFree() is var mfn and not 0)
        {
            frames.Add(mfn);
        }

        var pfns = frames.ConvertAll(domain.PfnOf);
        var done = domain.Host.MemoryOp.DecreaseReservation(domain, DomId.Self, frames);
        for (var i = 0; i < frames.Count; i++)
        {
            if (i >= done)
            {
                pages.Add(frames[i]);
                continue;
            }

            ballooned.Add(pfns[i]);
            PageChanged?.Invoke(pfns[i], 0);
        }

        return Math.Max(done, 0);
    }

    /// <summary>How far the kernel's table of pages reaches: what it was built for.</summary>
    public int MaxPfn { get; init; } = int.MaxValue;
}
