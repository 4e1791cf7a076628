namespace Xen.Drivers;

/// <summary>
/// A block interface: one frontend's connection to one disk. Counted references keep it until the device is removed and the last
/// request has completed.
/// </summary>
public sealed class XenBlkif
{
    private int references = 1;

    /// <summary>xen_blkif_alloc.</summary>
    public XenBlkif(XenbusDevice device, int domid)
    {
        Device = device;
        Domid = domid;
    }

    public XenbusDevice Device { get; }

    /// <summary>The frontend's domain.</summary>
    public int Domid { get; }

    public Vbd? Vbd { get; set; }

    public BlkifRing? Ring { get; private set; }

    /// <summary>The frontend lets its pages stay mapped.</summary>
    public bool FeatureGrantPersistent { get; set; }

    public bool Freed { get; private set; }

    public void Get() => references++;

    /// <summary>xen_blkif_put.</summary>
    public void Put()
    {
        references--;
        if (references == 0)
        {
            Free();
        }
    }

    /// <summary>Maps the ring and starts to listen. A ring that is there already is left as it is.</summary>
    public int Map(uint ringReference, uint port)
    {
        Ring ??= new BlkifRing(this, new PersistentGrants(PersistentGrants.DefaultLimit));
        return Ring.Map(ringReference, port);
    }

    /// <summary>xen_blkif_disconnect: gives up the ring. EBUSY while I/O is under way.</summary>
    public int Disconnect()
    {
        if (Ring is null)
        {
            return 0;
        }

        var error = Ring.Disconnect();
        if (error != 0)
        {
            return error;
        }

        Ring = null;
        return 0;
    }

    /// <summary>The disk turned out not to flush; the frontend is told by the feature's node.</summary>
    public void FlushNotSupported(BlkifOperation operation)
    {
        var feature = operation == BlkifOperation.WriteBarrier ? "feature-barrier" : "feature-flush-cache";
        Device.Xenbus.Write(0, $"{Device.NodeName}/{feature}", 0);
    }

    // xen_blkif_free.
    private void Free()
    {
        Disconnect();
        if (Vbd is not null)
        {
            Vbd.Free();
            Vbd = null;
        }

        Freed = true;
    }
}
