using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>
/// libxl_domain_destroy: pause, take all devices away by force, remove what the store and the file system keep of the domain, then
/// destroy it. What fails is logged, and the next step runs all the same.
/// </summary>
public sealed class DomainDestruction
{
    private readonly LibxlContext context;
    private readonly int domid;
    private readonly AsyncOperation operation;
    private LibxlError first;

    public DomainDestruction(LibxlContext context, int domid, Action<LibxlError> done)
    {
        this.context = context;
        this.domid = domid;
        operation = new AsyncOperation("domain destroy", done);
    }

    /// <summary>libxl__destroy_domid.</summary>
    public void Start()
    {
        if (context.DomainInfo(domid) is null)
        {
            context.Log.Error(domid, "Non-existent domain");
            operation.Complete(LibxlError.DomainNotFound);
            return;
        }
        var error = context.Host.Domctl.PauseDomain(context.Self, domid);
        if (error != 0) context.Log.Error(domid, $"xc_domain_pause failed: {Errno.Name(error)}");
        var dm = new LibxlDm(context);
        if (dm.HasMonitor(domid) && dm.Destroy(domid) is not LibxlError.Ok and var rc)
        {
            context.Log.Error(domid, "libxl__destroy_device_model failed");
            Failed(rc);
        }
        DevicesDestroy();
    }

    /// <summary>libxl__devices_destroy.</summary>
    private void DevicesDestroy()
    {
        var multidev = new MultiDevice(DevicesDestroyed);
        var devices = new LibxlDevice(context);
        foreach (var device in devices.List(domid))
        {
            if (device.Kind == DeviceAddress.Console)
            {
                // Nobody answers for a console: its nodes are just removed.
                var rc = devices.Destroy(device);
                if (rc != LibxlError.Ok) Failed(rc);
                continue;
            }
            new DeviceRemoval(context, device, force: true, multidev.Prepare()).Start();
        }
        multidev.Prepared();
    }

    /// <summary>devices_destroy_cb.</summary>
    private void DevicesDestroyed(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "libxl__devices_destroy failed");
            Failed(rc);
        }
        RemoveStorePaths();
        RemoveUserdata();
        context.Events.Continue("destroydomain", DestroyDomain);
    }

    private void RemoveStorePaths()
    {
        var domPath = StorePath.DomainHome(domid);
        var vmPath = context.Xs.Read(StoreAccess.NoTransaction, domPath + "/vm");
        if (vmPath is not null)
        {
            if (context.Xs.Rm(StoreAccess.NoTransaction, vmPath) != LibxlError.Ok) context.Log.Error(domid, $"xs_rm failed for {vmPath}");
        }
        if (context.Xs.Rm(StoreAccess.NoTransaction, domPath) != LibxlError.Ok) context.Log.Error(domid, $"xs_rm failed for {domPath}");
        var libxlPath = LibxlPaths.Libxl(domid);
        if (context.Xs.Rm(StoreAccess.NoTransaction, libxlPath) != LibxlError.Ok) context.Log.Error(domid, $"xs_rm failed for {libxlPath}");
    }

    private void RemoveUserdata()
    {
        var userdata = new LibxlUserdata(context);
        var rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "cannot lock the userdata: its files stay");
            Failed(rc);
            return;
        }
        userdata.DestroyAll(domid);
        userdata.Unlock(domid);
    }

    /// <summary>domain_destroy_domid_cb: the hypercall can take long, so the original makes it in a child process.</summary>
    private void DestroyDomain()
    {
        new RecentDomids(context).Mark(domid);
        var error = context.Host.Domctl.DestroyDomain(context.Self, domid);
        if (error != 0)
        {
            context.Log.Error(domid, $"xc_domain_destroy failed: {Errno.Name(error)}");
            Failed(LibxlError.Fail);
        }
        operation.Complete(first);
    }

    private void Failed(LibxlError rc)
    {
        if (first == LibxlError.Ok) first = rc;
    }
}
