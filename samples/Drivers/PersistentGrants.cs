using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>A frontend's page that the backend keeps mapped between requests.</summary>
public sealed class PersistentGrant(uint reference, uint handle, MappedPage page)
{
    public uint Reference { get; } = reference;

    public uint Handle { get; } = handle;

    public MappedPage Page { get; } = page;

    /// <summary>A request is using it.</summary>
    public bool Active { get; set; }

    /// <summary>When it was last used, in requests of its ring.</summary>
    public long LastUsed { get; set; }
}

/// <summary>The persistent grants of one ring, by reference.</summary>
public sealed class PersistentGrants(int limit)
{
    /// <summary>xen_blkif_max_pgrants.</summary>
    public const int DefaultLimit = 1056;

    /// <summary>The share of the grants that a purge gives back, in percent.</summary>
    private const int PurgePercent = 5;

    private readonly SortedDictionary<uint, PersistentGrant> grants = [];
    private long uses;

    public int Count => grants.Count;

    public int InUse { get; private set; }

    public bool HasRoom => grants.Count < limit;

    /// <summary>get_persistent_gnt: the mapping of a reference, now in use. Null when it is not mapped.</summary>
    public PersistentGrant? Get(uint reference)
    {
        if (!grants.TryGetValue(reference, out var grant))
        {
            return null;
        }

        if (grant.Active)
        {
            // A frontend that uses one page twice at a time gets a second, ordinary mapping.
            return null;
        }

        grant.Active = true;
        InUse++;
        return grant;
    }

    /// <summary>add_persistent_gnt: keeps a fresh mapping, in use by the request that made it.</summary>
    public PersistentGrant? Add(uint reference, uint handle, MappedPage page)
    {
        if (grants.ContainsKey(reference) || !HasRoom)
        {
            return null;
        }

        var grant = new PersistentGrant(reference, handle, page) { Active = true };
        grants.Add(reference, grant);
        InUse++;
        return grant;
    }

    /// <summary>put_persistent_gnt.</summary>
    public void Put(PersistentGrant grant)
    {
        grant.Active = false;
        grant.LastUsed = ++uses;
        InUse--;
    }

    /// <summary>purge_persistent_gnt: when the limit is reached, takes out those that were not used for longest.</summary>
    public IReadOnlyList<PersistentGrant> Purge()
    {
        if (HasRoom)
        {
            return [];
        }

        var number = Math.Max(1, limit * PurgePercent / 100);
        var purged = grants.Values.Where(g => !g.Active).OrderBy(g => g.LastUsed).Take(number).ToList();
        foreach (var grant in purged)
        {
            grants.Remove(grant.Reference);
        }

        return purged;
    }

    /// <summary>Takes out all of them: the ring goes away.</summary>
    public IReadOnlyList<PersistentGrant> TakeAll()
    {
        var all = grants.Values.ToList();
        grants.Clear();
        InUse = 0;
        return all;
    }
}
