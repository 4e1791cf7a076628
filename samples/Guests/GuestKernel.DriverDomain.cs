using Xen.Drivers;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Guests;

// A kernel that serves others: the back-ends run in it, on hardware that it has to itself.
public sealed partial class GuestKernel
{
    /// <summary>The back-ends that run here; null unless this is a driver domain.</summary>
    public XenbusBus? Backends { get; private set; }

    /// <summary>A connection to the store for a process of this domain.</summary>
    public XsClient ConnectProcess(Component process) =>
        new(new XenbusDeviceFile(process, StoreConnection ?? throw new InvalidOperationException("the kernel has no xenbus")));

    private void StartBackends()
    {
        if (Manifest.Workload != GuestManifest.DriverDomain)
        {
            return;
        }

        if (Domain.Hardware is null)
        {
            throw new GuestPanicException("a driver domain without hardware");
        }

        Backends = XenbusBus.Backend(Domain, Xenbus!);
        Backends.Register("vbd", device => new Blkback(device));
        Backends.Register("vif", device => new Netback(device, Pages!));
        var error = Backends.Start();
        if (error != 0)
        {
            throw new GuestPanicException($"xenbus does not answer ({Errno.Name(error)})");
        }
    }
}
