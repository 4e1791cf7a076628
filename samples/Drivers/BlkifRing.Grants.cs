using Xen.Hypervisor;

namespace Xen.Drivers;

// Mapping the pages of requests, and keeping the mappings where the frontend offers that.
public sealed partial class BlkifRing
{
    // xen_blkbk_map. All pages or none: on an error the caller unmaps what was mapped.
    private int MapPages(List<GrantPage> pages, bool readOnly)
    {
        var persistent = blkif.FeatureGrantPersistent;
        var operations = new List<MapGrantRef>();
        var toMap = new List<GrantPage>();
        foreach (var page in pages)
        {
            if (persistent)
            {
                page.Persistent = PersistentGrants.Get(page.Reference);
            }

            if (page.Persistent is not null)
            {
                page.Page = page.Persistent.Page;
                page.Handle = page.Persistent.Handle;
                continue;
            }

            var flags = GrantMapFlags.HostMap;
            if (!persistent && readOnly)
            {
                flags |= GrantMapFlags.ReadOnly;
            }

            operations.Add(new MapGrantRef(blkif.Domid, page.Reference, flags));
            toMap.Add(page);
        }

        if (operations.Count == 0)
        {
            return 0;
        }

        Host.GrantTable.Map(Domain, operations);
        var result = 0;
        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i].Status != GrantStatus.Okay)
            {
                blkif.Device.Log($"invalid buffer -- could not remap it ({operations[i].Status})");
                result = -Errno.EFAULT;
                continue;
            }

            var page = toMap[i];
            page.Handle = operations[i].Handle;
            page.Page = operations[i].Page;
            if (persistent && PersistentGrants.HasRoom)
            {
                page.Persistent = PersistentGrants.Add(page.Reference, page.Handle, page.Page!);
            }
        }

        return result;
    }

    // xen_blkbk_unmap.
    private void UnmapPages(List<GrantPage> pages)
    {
        var operations = new List<UnmapGrantRef>();
        foreach (var page in pages)
        {
            if (page.Persistent is not null)
            {
                PersistentGrants.Put(page.Persistent);
                page.Persistent = null;
            }
            else if (page.Page is not null)
            {
                operations.Add(new UnmapGrantRef(page.Handle, page.Page));
            }

            page.Page = null;
        }

        if (operations.Count == 0)
        {
            return;
        }

        Host.GrantTable.Unmap(Domain, operations);
        foreach (var operation in operations)
        {
            if (operation.Status != GrantStatus.Okay)
            {
                blkif.Device.Log($"unmapping grant handle {operation.Handle} failed: {operation.Status}");
            }
        }
    }
}
