using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>A kernel's own administration of its grant table: which references are free, and how pages are offered and taken back.</summary>
public sealed class GrantReferences
{
    private readonly Domain domain;
    private readonly SortedSet<uint> free = [];
    private uint firstUnused = GrantTable.ReservedEntries;

    public GrantReferences(Domain domain) => this.domain = domain;

    /// <summary>References handed out at the moment.</summary>
    public int InUse { get; private set; }

    /// <summary>References that could not be taken back because the other side still had the page mapped. They are never used again.</summary>
    public int Leaked { get; private set; }

    /// <summary>gnttab_grant_foreign_access: offers a page of this domain. An error number with a minus sign when the table is full.</summary>
    public int GrantForeignAccess(int domid, ulong frame, bool readOnly, out uint reference)
    {
        var result = Allocate(out reference);
        if (result != 0)
        {
            return result;
        }

        GrantForeignAccessRef(reference, domid, frame, readOnly);
        return 0;
    }

    /// <summary>gnttab_grant_foreign_access_ref: offers a page under a reference that the caller holds already.</summary>
    public void GrantForeignAccessRef(uint reference, int domid, ulong frame, bool readOnly)
    {
        var flags = GrantEntryFlags.PermitAccess;
        if (readOnly)
        {
            flags |= GrantEntryFlags.ReadOnly;
        }

        domain.GrantTable.WriteEntry(reference, flags, domid, frame);
    }

    /// <summary>gnttab_try_end_foreign_access: revokes and frees a reference. False when the other side still maps the page.</summary>
    public bool TryEndForeignAccess(uint reference)
    {
        if (!domain.GrantTable.TryRevoke(reference))
        {
            return false;
        }

        Free(reference);
        return true;
    }

    /// <summary>gnttab_end_foreign_access: revokes a reference, or gives it up together with its page when it is still mapped.</summary>
    public void EndForeignAccess(uint reference)
    {
        if (!TryEndForeignAccess(reference))
        {
            Leaked++;
            InUse--;
        }
    }

    private int Allocate(out uint reference)
    {
        if (free.Count > 0)
        {
            reference = free.Min;
            free.Remove(reference);
            InUse++;
            return 0;
        }

        reference = firstUnused;
        if (reference >= domain.GrantTable.EntryCount)
        {
            var frames = domain.GrantTable.SharedPages.Count + 1;
            if (domain.Host.GrantTable.SetupTable(domain, DomId.Self, frames) != GrantStatus.Okay)
            {
                return -Errno.ENOSPC;
            }
        }

        firstUnused++;
        InUse++;
        return 0;
    }

    private void Free(uint reference)
    {
        if (free.Add(reference))
        {
            InUse--;
        }
    }
}
