using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxc;

namespace Xen.Toolstack.Libxl;

/// <summary>
/// libxl_domain_create_new: a chain of steps, each of which starts the next when it is done (libxl__domain_create_state). The
/// chain ends in one completion; when it fails anywhere, the half-made domain is destroyed first.
/// </summary>
public sealed class DomainCreation
{
    /// <summary>Filling the memory of a guest takes time, here per page.</summary>
    private const long BuildNsPerPage = 400;

    private readonly LibxlContext context;
    private readonly DomainConfig config;
    private readonly Action<LibxlError, int> done;
    private readonly Descriptor? restoreFrom;
    private readonly AsyncOperation operation;
    private int domid = DomId.Invalid;
    private DomainBuild? build;

    /// <param name="context">Who creates.</param>
    /// <param name="config">What the domain shall be.</param>
    /// <param name="done">Gets the result and the new domain's id.</param>
    /// <param name="restoreFrom">For libxl_domain_create_restore: the stream that memory and virtual CPUs come from instead of a kernel.</param>
    public DomainCreation(LibxlContext context, DomainConfig config, Action<LibxlError, int> done, Descriptor? restoreFrom = null)
    {
        this.context = context;
        this.restoreFrom = restoreFrom;
        this.config = config;
        this.done = done;
        operation = new AsyncOperation("domain create", rc => this.done(rc, domid));
    }

    /// <summary>initiate_domain_create.</summary>
    public void Start()
    {
        var rc = new ConfigDefaults(context).SetDefault(config);
        if (rc != LibxlError.Ok)
        {
            CreateComplete(rc);
            return;
        }

        rc = new DomainMaker(context).Make(config, out domid);
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(null, $"cannot make domain: {(int)rc}");
            CreateComplete(rc);
            return;
        }

        var disks = new LibxlDisk(context);
        foreach (var disk in config.Disks)
        {
            rc = disks.SetDefault(domid, disk);
            if (rc != LibxlError.Ok)
            {
                context.Log.Error(domid, "Unable to set disk defaults");
                CreateComplete(rc);
                return;
            }
        }

        rc = SetNicDefaults();
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "Unable to set nic defaults");
            CreateComplete(rc);
            return;
        }

        // A kernel is given, so there is no bootloader to run.
        var pages = restoreFrom is null ? config.BuildInfo.TargetMemKb / 4 : 0;
        context.Simulation.After(pages * BuildNsPerPage, context.Process, "domain build", BootloaderDone);
    }

    /// <summary>domcreate_bootloader_done.</summary>
    private void BootloaderDone()
    {
        build = new DomainBuild(context, domid, config);
        if (restoreFrom is { } stream)
        {
            Restore(stream);
            return;
        }
        var rc = build.Build();
        RebuildDone(rc);
    }

    private void Restore(Descriptor stream)
    {
        var rc = build!.BuildPre();
        if (rc != LibxlError.Ok)
        {
            RebuildDone(rc);
            return;
        }
        var target = new RestoreTarget { Domid = domid, StorePort = build.State.StorePort, ConsolePort = build.State.ConsolePort };
        new StreamReader(context, stream, target, result => StreamDone(result, target)).Start();
    }

    /// <summary>domcreate_stream_done.</summary>
    private void StreamDone(LibxlError rc, RestoreTarget target)
    {
        if (rc != LibxlError.Ok)
        {
            RebuildDone(rc);
            return;
        }
        build!.State.StoreFrame = target.StoreFrame;
        build.State.ConsoleFrame = target.ConsoleFrame;
        RebuildDone(build.BuildPost());
    }

    /// <summary>domcreate_rebuild_done: the disks, side by side.</summary>
    private void RebuildDone(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, $"cannot (re-)build domain: {(int)rc}");
            CreateComplete(rc);
            return;
        }

        rc = StoreConfiguration();
        if (rc != LibxlError.Ok)
        {
            CreateComplete(rc);
            return;
        }

        var multidev = new MultiDevice(LaunchDm);
        var disks = new LibxlDisk(context);
        foreach (var disk in config.Disks)
        {
            disks.Add(domid, disk, multidev.Prepare());
        }
        multidev.Prepared();
    }

    /// <summary>The configuration is kept beside the domain; from now on the stored copy is the one that counts.</summary>
    private LibxlError StoreConfiguration()
    {
        var userdata = new LibxlUserdata(context);
        var rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok) return rc;
        rc = userdata.Store(domid, config);
        userdata.Unlock(domid);
        return rc;
    }

    /// <summary>domcreate_launch_dm: the console, and a device model for disks that blkback does not serve.</summary>
    private void LaunchDm(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "unable to add disk devices");
            CreateComplete(rc);
            return;
        }
        rc = new LibxlConsole(context).Add(domid, build!.State);
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "unable to add the console");
            CreateComplete(rc);
            return;
        }
        if (LibxlDm.NeedXenpvQemu(config)) new LibxlDm(context).SpawnLocalDm(domid, config, DevmodelStarted);
        else AttachDevices();
    }

    /// <summary>domcreate_devmodel_started.</summary>
    private void DevmodelStarted(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, $"device model did not start: {(int)rc}");
            CreateComplete(rc);
            return;
        }
        AttachDevices();
    }

    /// <summary>Defaults for the network cards, and a number for each that has none.</summary>
    private LibxlError SetNicDefaults()
    {
        var nics = new LibxlNic(context);
        var next = 0;
        foreach (var nic in config.Nics) next = Math.Max(next, nic.Devid + 1);
        foreach (var nic in config.Nics)
        {
            var rc = nics.SetDefault(domid, nic);
            if (rc != LibxlError.Ok) return rc;
            if (nic.Devid < 0) nic.Devid = next++;
        }
        return LibxlError.Ok;
    }

    /// <summary>domcreate_attach_devices: the network cards, side by side; then the wait for the console daemon.</summary>
    private void AttachDevices()
    {
        var multidev = new MultiDevice(DevicesAttached);
        var nics = new LibxlNic(context);
        foreach (var nic in config.Nics.ToList()) nics.Add(domid, nic, multidev.Prepare());
        multidev.Prepared();
    }

    private void DevicesAttached(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "unable to add nic devices");
            CreateComplete(rc);
            return;
        }
        new LibxlConsole(context).WaitTty(domid, ConsoleAvailable);
    }

    private void ConsoleAvailable(LibxlError rc)
    {
        if (rc != LibxlError.Ok) context.Log.Error(domid, "the console daemon has not allocated a terminal");
        CreateComplete(rc);
    }

    /// <summary>domcreate_complete.</summary>
    private void CreateComplete(LibxlError rc)
    {
        if (rc == LibxlError.Ok || domid == DomId.Invalid)
        {
            operation.Complete(rc);
            return;
        }
        new DomainDestruction(context, domid, destroyed =>
        {
            if (destroyed != LibxlError.Ok) context.Log.Error(domid, $"unable to destroy domain {domid} following failed creation");
            domid = DomId.Invalid;
            operation.Complete(rc);
        }).Start();
    }
}
