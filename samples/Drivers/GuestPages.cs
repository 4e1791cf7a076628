using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>A kernel's free pages: the memory of its domain that nothing else uses, handed out from the top.</summary>
public sealed class GuestPages
{
    private readonly Domain domain;
    private readonly Stack<ulong> free = new();
    private readonly HashSet<ulong> taken = [];

    /// <param name="domain">Whose memory it is.</param>
    /// <param name="reserved">Frames that the builder has filled: kernel, start_info, store and console page.</param>
    public GuestPages(Domain domain, IReadOnlySet<ulong> reserved)
    {
        this.domain = domain;
        foreach (var mfn in domain.Pages)
        {
            if (!reserved.Contains(mfn))
            {
                free.Push(mfn);
            }
        }
    }

    public int Free => free.Count;

    public int InUse => taken.Count;

    /// <summary>alloc_page with __GFP_ZERO. Null when memory is exhausted.</summary>
    public MappedPage? Allocate()
    {
        while (free.TryPop(out var mfn))
        {
            // A page that the domain has given up in the meantime is not its own any more; one that was claimed is in use.
            if (!taken.Contains(mfn) && domain.OwnPage(mfn) is { } page)
            {
                page.Write.Clear();
                taken.Add(mfn);
                return page;
            }
        }

        return null;
    }

    /// <summary>Takes a free page out for good, to give it back to the hypervisor. 0 when there is none.</summary>
    public ulong TakeFree()
    {
        while (free.TryPop(out var mfn))
        {
            if (!taken.Contains(mfn) && domain.OwnPage(mfn) is not null)
            {
                return mfn;
            }
        }

        return 0;
    }

    /// <summary>A page that has come from the hypervisor.</summary>
    public void Add(ulong mfn) => free.Push(mfn);

    /// <summary>A page that is in use already, found again after the memory was restored. Null when it is not the domain's.</summary>
    public MappedPage? Claim(ulong mfn)
    {
        if (domain.OwnPage(mfn) is not { } page || !taken.Add(mfn))
        {
            return null;
        }

        return page;
    }

    /// <summary>__free_page.</summary>
    public void Release(MappedPage page)
    {
        if (taken.Remove(page.Mfn))
        {
            free.Push(page.Mfn);
        }
    }
}
