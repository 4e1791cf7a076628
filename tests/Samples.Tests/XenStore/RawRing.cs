using Xen.Hypervisor;
using Xen.XenStore;

namespace Samples.Tests.XenStore;

/// <summary>The ring page of a guest in the hands of somebody who writes there what he likes.</summary>
internal sealed class RawRing
{
    private readonly StoreBench bench;
    private readonly uint port;

    public RawRing(StoreBench bench, int domid)
    {
        this.bench = bench;
        Domain = bench.Host.FindDomain(domid)!;
        Page = bench.RingPage(domid);
        Ring = new XenstoreRing(Page);
        port = bench.Daemon.IntroducedDomains.Single(introduced => introduced.Domid == domid).RemotePort;
        // Whoever drove the ring before lets go of it.
        bench.Host.EventChannel.SetHandler(Domain, port, Domain.Kernel, () => { });
    }

    public Domain Domain { get; }

    public MappedPage Page { get; }

    public XenstoreRing Ring { get; }

    public void Send(XsMessageType type, uint request, string payload) =>
        Put(XsWire.Encode(new XsMessage(type, request, 0, XsPayload.Raw(payload))));

    /// <summary>Writes bytes as far as there is room, and lets the daemon look.</summary>
    public void Put(ReadOnlySpan<byte> bytes)
    {
        Ring.Put(XenstoreRing.Requests, bytes);
        Kick();
    }

    public void Kick()
    {
        bench.Host.EventChannel.Send(Domain, port);
        bench.Run();
    }

    /// <summary>Reads what is there, and tells the daemon.</summary>
    public byte[] Bytes()
    {
        var bytes = new byte[XenstoreRing.Size];
        var count = Ring.Take(XenstoreRing.Responses, bytes);
        Kick();
        return count <= 0 ? [] : bytes[..count];
    }
}
