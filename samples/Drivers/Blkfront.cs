using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>BLKIF_STATE_*: whether a frontend can do I/O.</summary>
public enum BlkfrontState
{
    Disconnected,
    Connected,
    Suspended,

    /// <summary>The backend broke the protocol; the device is not used any more.</summary>
    Error,
}

/// <summary>The block frontend of one device, in a guest's kernel: it offers the guest a disk and sends its requests through the ring.</summary>
public sealed partial class Blkfront : XenbusDriver
{
    private readonly GrantReferences grants;
    private readonly GuestPages pages;
    private readonly BlkShadow[] shadow = new BlkShadow[SharedRing.RingSize(BlkifProtocol.EntrySize)];
    private readonly Queue<BlkRequest> waiting = new();
    private readonly Stack<GrantedPage> idleGrants = new();
    private readonly Stack<int> freeIds = new();
    private FrontRing? ring;
    private MappedPage? ringPage;
    private uint ringReference;
    private uint port;
    private bool featurePersistent;
    private bool featureFlush;
    private bool featureBarrier;
    private bool featureDiscard;
    private int maxIndirectSegments;

    public Blkfront(XenbusDevice device, GrantReferences grants, GuestPages pages)
        : base(device)
    {
        this.grants = grants;
        this.pages = pages;
    }

    public BlkfrontState State { get; private set; } = BlkfrontState.Disconnected;

    /// <summary>The number that the toolstack gave the disk, such as 51712 for xvda.</summary>
    public int VirtualDevice { get; private set; }

    /// <summary>The size in sectors of 512 bytes.</summary>
    public long Sectors { get; private set; }

    public bool ReadOnly { get; private set; }

    /// <summary>Requests that were given to the backend and not answered.</summary>
    public int InRing => shadow.Count(s => s is { Waiting: true });

    /// <summary>Requests that wait for a free slot.</summary>
    public int Waiting => waiting.Count;

    /// <summary>The disk is there, or it has another size.</summary>
    public event Action<Blkfront>? DiskReady;

    /// <summary>The disk can no longer be used, although the device still exists.</summary>
    public event Action<Blkfront>? DiskGone;

    /// <summary>The toolstack has taken the device away.</summary>
    public event Action<Blkfront>? DeviceRemoved;

    private XenbusClient Xenbus => Device.Xenbus;

    private Host Host => Device.Host;

    /// <summary>blkfront_probe.</summary>
    public override int Probe()
    {
        var error = Xenbus.ReadUnsigned(0, $"{Device.NodeName}/virtual-device", out var vdevice);
        if (error != 0)
        {
            Device.Fatal(error, "reading virtual-device");
            return error;
        }

        VirtualDevice = (int)vdevice;
        return 0;
    }

    /// <summary>blkback_changed.</summary>
    public override void OtherEndChanged(XenbusState state)
    {
        switch (state)
        {
            case XenbusState.InitWait:
                if (Device.State != XenbusState.Initialising)
                {
                    break;
                }

                TalkToBlkback();
                break;

            case XenbusState.Connected:
                Connect();
                break;

            case XenbusState.Closed:
                if (Device.State == XenbusState.Closed)
                {
                    break;
                }

                Closing();
                break;

            case XenbusState.Closing:
                Closing();
                break;

            default:
                break;
        }
    }

    /// <summary>blkfront_remove.</summary>
    public override void Remove()
    {
        State = BlkfrontState.Disconnected;
        FreeRing();
        FailWaiting();
        DeviceRemoved?.Invoke(this);
    }

    // talk_to_blkback.
    private int TalkToBlkback()
    {
        var error = SetupBlkring();
        if (error != 0)
        {
            return error;
        }

        while (true)
        {
            error = Xenbus.TransactionStart(out var transaction);
            if (error != 0)
            {
                Device.Fatal(error, "starting transaction");
                FreeRing();
                return error;
            }

            var message = "writing ring-ref";
            error = Xenbus.Write(transaction, $"{Device.NodeName}/ring-ref", ringReference);
            if (error == 0)
            {
                message = "writing event-channel";
                error = Xenbus.Write(transaction, $"{Device.NodeName}/event-channel", port);
            }

            if (error == 0)
            {
                message = "writing protocol";
                error = Xenbus.Write(transaction, $"{Device.NodeName}/protocol", BlkifProtocol.Name);
            }

            if (error != 0)
            {
                Xenbus.TransactionEnd(transaction, abort: true);
                Device.Fatal(error, message);
                FreeRing();
                return error;
            }

            error = Xenbus.Write(transaction, $"{Device.NodeName}/feature-persistent", 1);
            if (error != 0)
            {
                Device.Log("writing persistent grants feature to xenbus");
            }

            error = Xenbus.TransactionEnd(transaction, abort: false);
            if (error == -Errno.EAGAIN)
            {
                continue;
            }

            if (error != 0)
            {
                Device.Fatal(error, "completing transaction");
                FreeRing();
                return error;
            }

            break;
        }

        for (var i = 0; i < shadow.Length; i++)
        {
            shadow[i] = new BlkShadow();
        }

        freeIds.Clear();
        for (var id = shadow.Length - 1; id >= 0; id--)
        {
            freeIds.Push(id);
        }

        Device.SwitchState(XenbusState.Initialised);
        return 0;
    }

    // setup_blkring.
    private int SetupBlkring()
    {
        var page = pages.Allocate();
        if (page is null)
        {
            Device.Fatal(-Errno.ENOMEM, "allocating shared ring");
            return -Errno.ENOMEM;
        }

        ringPage = page;
        var sharedRing = new SharedRing(page, BlkifProtocol.EntrySize);
        sharedRing.Initialise();
        ring = new FrontRing(sharedRing);
        var error = grants.GrantForeignAccess(Device.OtherEndId, page.Mfn, readOnly: false, out ringReference);
        if (error != 0)
        {
            Device.Fatal(error, "granting access to ring page");
            pages.Release(page);
            ringPage = null;
            ring = null;
            return error;
        }

        error = Device.AllocateEventChannel(out port);
        if (error != 0)
        {
            FreeRing();
            return error;
        }

        Host.EventChannel.SetHandler(Device.Domain, port, Device.Component, Interrupt);
        return 0;
    }

    // blkfront_connect.
    private void Connect()
    {
        var error = Xenbus.ReadUnsigned(0, $"{Device.OtherEnd}/sectors", out var sectors);
        if (State == BlkfrontState.Connected)
        {
            // Connected already: the backend announces another size.
            if (error == 0 && (long)sectors != Sectors)
            {
                Device.Log($"changing capacity to {sectors}");
                Sectors = (long)sectors;
                DiskReady?.Invoke(this);
            }

            return;
        }

        if (Device.State != XenbusState.Initialised)
        {
            return;
        }

        ulong info = 0;
        ulong sectorSize = 0;
        if (error == 0)
        {
            error = Xenbus.ReadUnsigned(0, $"{Device.OtherEnd}/info", out info);
        }

        if (error == 0)
        {
            error = Xenbus.ReadUnsigned(0, $"{Device.OtherEnd}/sector-size", out sectorSize);
        }

        if (error != 0)
        {
            Device.Fatal(error, $"reading backend fields at {Device.OtherEnd}");
            return;
        }

        if (sectorSize != BlkifProtocol.SectorSize)
        {
            Device.Fatal(-Errno.EINVAL, $"invalid sector-size {sectorSize} at {Device.OtherEnd}");
            return;
        }

        GatherFeatures();
        Sectors = (long)sectors;
        ReadOnly = (info & 4) != 0;
        Device.SwitchState(XenbusState.Connected);
        State = BlkfrontState.Connected;
        KickPendingRequests();
        DiskReady?.Invoke(this);
    }

    // blkfront_gather_backend_features.
    private void GatherFeatures()
    {
        featureFlush = Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-flush-cache", 0) == 1;
        featureBarrier = Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-barrier", 0) == 1;
        featureDiscard = Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-discard", 0) == 1;
        featurePersistent = Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-persistent", 0) == 1;
        var indirect = (int)Xenbus.ReadUnsigned($"{Device.OtherEnd}/feature-max-indirect-segments", 0);
        maxIndirectSegments = Math.Min(indirect, BlkifProtocol.SegmentsPerIndirectPage);
        if (maxIndirectSegments <= BlkifProtocol.MaxSegmentsPerRequest)
        {
            maxIndirectSegments = 0;
        }
    }

    // blkfront_closing. The disk is taken from its users: what is under way fails.
    private void Closing()
    {
        if (Device.State == XenbusState.Closed)
        {
            return;
        }

        Device.SwitchState(XenbusState.Closing);
        State = BlkfrontState.Disconnected;
        FreeRing();
        FailWaiting();
        DiskGone?.Invoke(this);
        Device.SwitchState(XenbusState.Closed);
    }

    // blkif_free: the ring, its port, and every grant that requests or the pool still hold.
    private void FreeRing()
    {
        foreach (var entry in shadow)
        {
            if (entry is null)
            {
                continue;
            }

            var request = entry.Waiting ? entry.Request : null;
            entry.Waiting = false;
            entry.Request = null;
            PutGrants(entry.Grants);
            PutIndirectGrants(entry.IndirectGrants);
            request?.Done(-Errno.EIO);
        }

        while (idleGrants.TryPop(out var granted))
        {
            EndAccess(granted);
        }

        if (ringPage is not null)
        {
            EndAccess(new GrantedPage(ringReference, ringPage));
            ringPage = null;
            ring = null;
        }

        if (port != 0)
        {
            Host.EventChannel.Close(Device.Domain, port);
            port = 0;
        }
    }

    // A page that the backend still maps must never be used for anything else: it is given up together with its reference.
    private void EndAccess(GrantedPage granted)
    {
        if (grants.TryEndForeignAccess(granted.Reference))
        {
            pages.Release(granted.Page);
        }
        else
        {
            grants.EndForeignAccess(granted.Reference);
        }
    }

    private void FailWaiting()
    {
        while (waiting.TryDequeue(out var request))
        {
            request.Done(-Errno.EIO);
        }
    }
}
