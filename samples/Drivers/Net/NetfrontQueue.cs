using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Drivers;

/// <summary>One pair of rings of a network card as the frontend holds it: pages granted to the backend for what is sent and for what will come.</summary>
public sealed partial class NetfrontQueue
{
    /// <summary>Pages that are offered for packets to come.</summary>
    private const uint RxTarget = 64;

    private const long RefillDelayNs = 100_000_000;

    /// <summary>A packet's data begins here in its first page, behind the room that a kernel leaves for more headers.</summary>
    private const int Headroom = 66;

    private readonly Netfront front;
    private readonly GrantedPage?[] txPages = new GrantedPage?[NetifProtocol.RingSize];
    private readonly GrantedPage?[] rxPages = new GrantedPage?[NetifProtocol.RingSize];
    private readonly Stack<ushort> freeIds = new();
    private FrontRing? tx;
    private FrontRing? rx;
    private MappedPage? txRingPage;
    private MappedPage? rxRingPage;
    private Timer? refill;
    private bool napiScheduled;

    public NetfrontQueue(Netfront front, int id)
    {
        this.front = front;
        Id = id;
        for (var i = NetifProtocol.RingSize - 1; i >= 0; i--)
        {
            freeIds.Push((ushort)i);
        }
    }

    public int Id { get; }

    public uint TxReference { get; private set; }

    public uint RxReference { get; private set; }

    public uint TxPort { get; private set; }

    public uint RxPort { get; private set; }

    /// <summary>Requests that the backend has not answered.</summary>
    public int TxInFlight => NetifProtocol.RingSize - freeIds.Count;

    /// <summary>Pages that the backend may fill.</summary>
    public int RxOffered => rxPages.Count(p => p is not null);

    private XenbusDevice Device => front.Device;

    private Host Host => Device.Host;

    /// <summary>setup_netfront: two rings and a port, or two.</summary>
    public int Setup(bool splitEventChannels)
    {
        var error = SetupRing(NetifProtocol.TxEntrySize, out tx, out txRingPage, out var reference);
        TxReference = reference;
        if (error != 0)
        {
            return error;
        }

        error = SetupRing(NetifProtocol.RxEntrySize, out rx, out rxRingPage, out reference);
        RxReference = reference;
        if (error != 0)
        {
            return error;
        }

        error = Device.AllocateEventChannel(out var port);
        if (error != 0)
        {
            return error;
        }

        TxPort = port;
        RxPort = port;
        if (splitEventChannels)
        {
            error = Device.AllocateEventChannel(out port);
            if (error != 0)
            {
                return error;
            }

            RxPort = port;
            Host.EventChannel.SetHandler(Device.Domain, RxPort, Device.Component, Interrupt);
        }

        Host.EventChannel.SetHandler(Device.Domain, TxPort, Device.Component, Interrupt);
        return 0;
    }

    /// <summary>xennet_end_access for everything: what the backend still uses is given up for good.</summary>
    public void Free()
    {
        refill?.Cancel();
        if (RxPort != 0 && RxPort != TxPort)
        {
            Host.EventChannel.Close(Device.Domain, RxPort);
        }

        if (TxPort != 0)
        {
            Host.EventChannel.Close(Device.Domain, TxPort);
        }

        TxPort = 0;
        RxPort = 0;
        EndAll(txPages);
        EndAll(rxPages);
        EndRing(TxReference, txRingPage);
        EndRing(RxReference, rxRingPage);
        tx = null;
        rx = null;
        txRingPage = null;
        rxRingPage = null;
    }

    private int SetupRing(int entrySize, out FrontRing? ring, out MappedPage? page, out uint reference)
    {
        ring = null;
        reference = 0;
        page = front.Pages.Allocate();
        if (page is null)
        {
            Device.Fatal(-Errno.ENOMEM, "allocating ring page");
            return -Errno.ENOMEM;
        }

        var shared = new SharedRing(page, entrySize);
        shared.Initialise();
        var error = front.Grants.GrantForeignAccess(Device.OtherEndId, page.Mfn, readOnly: false, out reference);
        if (error != 0)
        {
            Device.Fatal(error, "granting access to ring page");
            front.Pages.Release(page);
            page = null;
            return error;
        }

        ring = new FrontRing(shared);
        return 0;
    }

    private void EndAll(GrantedPage?[] granted)
    {
        for (var i = 0; i < granted.Length; i++)
        {
            if (granted[i] is { } page)
            {
                EndAccess(page);
                granted[i] = null;
            }
        }
    }

    private void EndRing(uint reference, MappedPage? page)
    {
        if (page is not null)
        {
            EndAccess(new GrantedPage(reference, page));
        }
    }

    private void EndAccess(GrantedPage granted)
    {
        if (front.Grants.TryEndForeignAccess(granted.Reference))
        {
            front.Pages.Release(granted.Page);
        }
        else
        {
            front.Grants.EndForeignAccess(granted.Reference);
        }
    }

    private void Interrupt()
    {
        if (napiScheduled)
        {
            return;
        }

        napiScheduled = true;
        Host.Simulation.Post(Device.Component, "napi poll", Poll);
    }

    // xennet_interrupt and xennet_poll.
    private void Poll()
    {
        napiScheduled = false;
        if (tx is null || front.Broken)
        {
            return;
        }

        TxBufGc();
        if (!front.Broken)
        {
            ReceiveAll();
        }

        if (!front.Broken)
        {
            front.SendWaiting();
        }
    }
}
