using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>One ring of a block interface as the backend holds it: the mapped page, the event channel, the requests in work.</summary>
public sealed partial class BlkifRing
{
    /// <summary>As many requests as a ring page has slots can be in work.</summary>
    public const int RequestsPerPage = 32;

    private readonly XenBlkif blkif;
    private readonly Queue<PendingRequest> pendingFree = new();
    private uint ringHandle;
    private MappedPage? ringPage;
    private uint port;
    private bool wakeQueued;
    private bool started;
    private bool halted;
    private bool waitingForRequest;
    private Action? drain;

    public BlkifRing(XenBlkif blkif, PersistentGrants persistentGrants)
    {
        this.blkif = blkif;
        PersistentGrants = persistentGrants;
        for (var i = 0; i < RequestsPerPage; i++)
        {
            pendingFree.Enqueue(new PendingRequest());
        }
    }

    public BackRing? Ring { get; private set; }

    public PersistentGrants PersistentGrants { get; }

    /// <summary>The event channel is bound: the ring can be served.</summary>
    public bool Bound => port != 0;

    /// <summary>Requests whose I/O has not completed.</summary>
    public int Inflight { get; private set; }

    public BlkifStatistics Statistics { get; } = new();

    private Host Host => blkif.Device.Host;

    private Domain Domain => blkif.Device.Domain;

    /// <summary>xen_blkif_map: maps the ring page and binds the event channel.</summary>
    public int Map(uint ringReference, uint remotePort)
    {
        if (Bound)
        {
            return 0;
        }

        var operation = new MapGrantRef(blkif.Domid, ringReference, GrantMapFlags.HostMap);
        Host.GrantTable.Map(Domain, operation);
        if (operation.Status != GrantStatus.Okay)
        {
            blkif.Device.Error(-Errno.EINVAL, $"mapping in shared page {ringReference} from domain {blkif.Domid}");
            return -Errno.EINVAL;
        }

        ringHandle = operation.Handle;
        ringPage = operation.Page!;
        Ring = new BackRing(new SharedRing(ringPage, BlkifProtocol.EntrySize));
        if (Ring.RequestProducerOverflow(Ring.Shared.RequestProducer))
        {
            UnmapRing();
            return -Errno.EIO;
        }

        var error = Host.EventChannel.BindInterdomain(Domain, blkif.Domid, remotePort, out var bound);
        if (error != 0)
        {
            UnmapRing();
            return error;
        }

        port = bound;
        Host.EventChannel.SetHandler(Domain, port, blkif.Device.Component, Interrupt);
        return 0;
    }

    /// <summary>The ring's part of xen_blkif_disconnect. EBUSY while I/O is under way: the pages are still needed.</summary>
    public int Disconnect()
    {
        halted = true;
        if (Inflight > 0)
        {
            return -Errno.EBUSY;
        }

        if (port != 0)
        {
            Host.EventChannel.Close(Domain, port);
            port = 0;
        }

        if (ringPage is not null)
        {
            UnmapRing();
        }

        FreePersistentGrants(PersistentGrants.TakeAll());
        return 0;
    }

    /// <summary>kthread_run of the ring's thread: from now on requests are served.</summary>
    public void Start()
    {
        started = true;
        Wake();
    }

    /// <summary>wake_up of the ring's thread.</summary>
    public void Wake()
    {
        if (wakeQueued)
        {
            return;
        }

        wakeQueued = true;
        Host.Simulation.Post(blkif.Device.Component, "xenblkd", Schedule);
    }

    // xen_blkif_be_int.
    private void Interrupt()
    {
        Wake();
    }

    // The body of xen_blkif_schedule, the ring's thread.
    private void Schedule()
    {
        wakeQueued = false;
        if (!started || halted || !Bound || drain is not null)
        {
            return;
        }

        var purged = PersistentGrants.Purge();
        if (purged.Count > 0)
        {
            FreePersistentGrants(purged);
        }

        var result = DoBlockIoOp();
        if (result == -Errno.EACCES)
        {
            halted = true;
        }
        else if (result > 0)
        {
            waitingForRequest = true;
        }
    }

    private PendingRequest? AllocateRequest()
    {
        if (pendingFree.Count == 0)
        {
            return null;
        }

        var request = pendingFree.Dequeue();
        request.Reset();
        return request;
    }

    private void FreeRequest(PendingRequest request)
    {
        pendingFree.Enqueue(request);
        if (waitingForRequest)
        {
            waitingForRequest = false;
            Wake();
        }
    }

    private void UnmapRing()
    {
        var operation = new UnmapGrantRef(ringHandle, ringPage);
        Host.GrantTable.Unmap(Domain, operation);
        if (operation.Status != GrantStatus.Okay)
        {
            blkif.Device.Log($"unmapping the ring failed: {operation.Status}");
        }

        ringPage = null;
        Ring = null;
    }

    private void FreePersistentGrants(IReadOnlyList<PersistentGrant> grants)
    {
        if (grants.Count == 0)
        {
            return;
        }

        var operations = new List<UnmapGrantRef>();
        foreach (var grant in grants)
        {
            operations.Add(new UnmapGrantRef(grant.Handle, grant.Page));
        }

        Host.GrantTable.Unmap(Domain, operations);
    }
}
