using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Xen.Drivers;

/// <summary>One pair of rings of a virtual interface as the backend holds it: mapped pages, ports, and buffers of the backend's own to copy through.</summary>
public sealed partial class XenvifQueue
{
    private readonly Xenvif vif;
    private readonly List<MappedPage> buffers = [];
    private MappedPage? txPage;
    private MappedPage? rxPage;
    private uint txHandle;
    private uint rxHandle;
    private uint txPort;
    private uint rxPort;
    private bool napiScheduled;

    public XenvifQueue(Xenvif vif, int id)
    {
        this.vif = vif;
        Id = id;
        Credit = new TransmitCredit(vif.Device.Host, vif.Device.Component, ScheduleNapi);
    }

    public int Id { get; }

    public TransmitCredit Credit { get; }

    public NetbackStatistics Statistics => vif.Statistics;

    public bool Connected => txPage is not null;

    private Host Host => vif.Device.Host;

    private Domain Domain => vif.Device.Domain;

    private BackRing? Tx { get; set; }

    private BackRing? Rx { get; set; }

    /// <summary>xenvif_connect_data for this queue: maps both rings and binds one port for both, or one for each.</summary>
    public int Connect(uint txReference, uint rxReference, uint transmitPort, uint receivePort)
    {
        var error = MapFrontendRings(txReference, rxReference);
        if (error != 0)
        {
            return error;
        }

        for (var i = 0; i < NetifProtocol.SlotsMin; i++)
        {
            if (vif.Pages.Allocate() is not { } page)
            {
                Disconnect();
                return -Errno.ENOMEM;
            }

            buffers.Add(page);
        }

        error = Host.EventChannel.BindInterdomain(Domain, vif.Domid, transmitPort, out var bound);
        if (error != 0)
        {
            Disconnect();
            return error;
        }

        txPort = bound;
        if (receivePort == transmitPort)
        {
            // feature-split-event-channels == 0
            rxPort = bound;
            Host.EventChannel.SetHandler(Domain, txPort, vif.Device.Component, Interrupt);
            StartReceiving();
            return 0;
        }

        error = Host.EventChannel.BindInterdomain(Domain, vif.Domid, receivePort, out bound);
        if (error != 0)
        {
            Disconnect();
            return error;
        }

        rxPort = bound;
        Host.EventChannel.SetHandler(Domain, txPort, vif.Device.Component, TxInterrupt);
        Host.EventChannel.SetHandler(Domain, rxPort, vif.Device.Component, RxInterrupt);
        StartReceiving();
        return 0;
    }

    /// <summary>xenvif_disconnect_queue: nothing of the frontend is touched after this.</summary>
    public void Disconnect()
    {
        Credit.Stop();
        StopReceiving();
        if (rxPort != 0 && rxPort != txPort)
        {
            Host.EventChannel.Close(Domain, rxPort);
        }

        rxPort = 0;
        if (txPort != 0)
        {
            Host.EventChannel.Close(Domain, txPort);
            txPort = 0;
        }

        UnmapFrontendRings();
        foreach (var page in buffers)
        {
            vif.Pages.Release(page);
        }

        buffers.Clear();
    }

    /// <summary>The interface has come up: what waited in the ring is looked at.</summary>
    public void Up()
    {
        ScheduleNapi();
        KickReceive();
    }

    // xenvif_map_frontend_data_rings.
    private int MapFrontendRings(uint txReference, uint rxReference)
    {
        var error = MapRing(txReference, out txPage, out txHandle);
        if (error != 0)
        {
            return error;
        }

        error = MapRing(rxReference, out rxPage, out rxHandle);
        if (error != 0)
        {
            UnmapFrontendRings();
            return error;
        }

        Tx = new BackRing(new SharedRing(txPage!, NetifProtocol.TxEntrySize));
        Rx = new BackRing(new SharedRing(rxPage!, NetifProtocol.RxEntrySize));
        if (Tx.RequestProducerOverflow(Tx.Shared.RequestProducer) || Rx.RequestProducerOverflow(Rx.Shared.RequestProducer))
        {
            UnmapFrontendRings();
            return -Errno.EIO;
        }

        return 0;
    }

    private int MapRing(uint reference, out MappedPage? page, out uint handle)
    {
        var operation = new MapGrantRef(vif.Domid, reference, GrantMapFlags.HostMap);
        Host.GrantTable.Map(Domain, operation);
        page = operation.Page;
        handle = operation.Handle;
        if (operation.Status == GrantStatus.Okay)
        {
            return 0;
        }

        vif.Device.Error(-Errno.EINVAL, $"mapping in shared page {reference} from domain {vif.Domid}");
        return -Errno.EINVAL;
    }

    private void UnmapFrontendRings()
    {
        var operations = new List<UnmapGrantRef>();
        if (txPage is not null)
        {
            operations.Add(new UnmapGrantRef(txHandle, txPage));
        }

        if (rxPage is not null)
        {
            operations.Add(new UnmapGrantRef(rxHandle, rxPage));
        }

        txPage = null;
        rxPage = null;
        Tx = null;
        Rx = null;
        if (operations.Count > 0)
        {
            Host.GrantTable.Unmap(Domain, operations);
        }
    }

    // xenvif_interrupt: one port for both directions.
    private void Interrupt()
    {
        TxInterrupt();
        RxInterrupt();
    }

    private void TxInterrupt() => ScheduleNapi();

    private void RxInterrupt() => KickReceive();

    private void ScheduleNapi()
    {
        if (napiScheduled)
        {
            return;
        }

        napiScheduled = true;
        Host.Simulation.Post(vif.Device.Component, "napi poll", Poll);
    }
}
