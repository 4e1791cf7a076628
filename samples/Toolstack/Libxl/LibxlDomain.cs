using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>Operations on a domain that exists (libxl_domain).</summary>
public sealed class LibxlDomain(LibxlContext context)
{
    /// <summary>How long a guest may take to acknowledge a request.</summary>
    public const long AcknowledgeTimeoutMs = 60_000;

    /// <summary>libxl_domain_pause.</summary>
    public LibxlError Pause(int domid)
    {
        if (context.DomainInfo(domid) is null)
        {
            context.Log.Error(domid, "Non-existent domain");
            return LibxlError.DomainNotFound;
        }
        var error = context.Host.Domctl.PauseDomain(context.Self, domid);
        if (error == 0) return LibxlError.Ok;
        context.Log.Error(domid, $"Pausing domain: {Errno.Name(error)}");
        return LibxlError.Fail;
    }

    /// <summary>libxl_domain_unpause.</summary>
    public LibxlError Unpause(int domid)
    {
        if (context.DomainInfo(domid) is null)
        {
            context.Log.Error(domid, "Non-existent domain");
            return LibxlError.DomainNotFound;
        }
        var error = context.Host.Domctl.UnpauseDomain(context.Self, domid);
        if (error == 0) return LibxlError.Ok;
        context.Log.Error(domid, $"Unpausing domain: {Errno.Name(error)}");
        return LibxlError.Fail;
    }

    /// <summary>libxl_domain_shutdown: asks the guest to power off. Done when it has acknowledged; it goes down later.</summary>
    public void Shutdown(int domid, Action<LibxlError> done) => PvControl(domid, "poweroff", done);

    /// <summary>libxl_domain_reboot.</summary>
    public void Reboot(int domid, Action<LibxlError> done) => PvControl(domid, "reboot", done);

    /// <summary>libxl_send_trigger: a virtual button. Only machines with ACPI have them, and a PV domain is none.</summary>
    public LibxlError SendTrigger(int domid, string trigger)
    {
        if (context.DomainInfo(domid) is null)
        {
            context.Log.Error(domid, "Non-existent domain");
            return LibxlError.DomainNotFound;
        }
        context.Log.Error(domid, $"Send trigger '{trigger}' failed: {Errno.Name(Errno.ENOSYS)}");
        return LibxlError.Fail;
    }

    /// <summary>libxl__domain_pvcontrol.</summary>
    private void PvControl(int domid, string command, Action<LibxlError> done)
    {
        var operation = new AsyncOperation("pvcontrol", done);
        if (context.DomainInfo(domid) is not { } info)
        {
            context.Log.Error(domid, "Non-existent domain");
            operation.Complete(LibxlError.DomainNotFound);
            return;
        }
        if (info.Shutdown || info.Dying)
        {
            context.Log.Error(domid, "the domain does not run");
            operation.Complete(LibxlError.Invalid);
            return;
        }

        var control = StorePath.DomainHome(domid) + "/control";
        var rc = context.Xs.ReadChecked(StoreAccess.NoTransaction, $"{control}/feature-{command}", out var feature);
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }
        if (feature != "1")
        {
            context.Log.Error(domid, $"PV control not supported: {command}");
            operation.Complete(LibxlError.NoParavirt);
            return;
        }
        var path = control + "/shutdown";
        rc = context.Xs.Write(StoreAccess.NoTransaction, path, command);
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }

        var wait = new StoreWait(context, "guest acknowledgement", path, AcknowledgeTimeoutMs, result => Acknowledged(domid, path, command, result, operation))
        {
            // The guest empties the node; a domain that is gone by then has taken it along.
            Check = value => string.IsNullOrEmpty(value) ? LibxlError.Ok : null,
        };
        wait.Start();
    }

    private void Acknowledged(int domid, string path, string command, LibxlError rc, AsyncOperation operation)
    {
        if (rc == LibxlError.TimedOut)
        {
            rc = Withdraw(path, command);
            if (rc == LibxlError.TimedOut)
            {
                context.Log.Error(domid, "guest didn't acknowledge control request");
                rc = LibxlError.GuestTimedOut;
            }
        }
        operation.Complete(rc);
    }

    /// <summary>Takes the request back, unless the guest has acknowledged it at the last moment.</summary>
    private LibxlError Withdraw(string path, string command)
    {
        var acknowledged = false;
        var rc = context.Xs.InTransaction(t =>
        {
            var error = context.Xs.ReadChecked(t, path, out var value);
            if (error != LibxlError.Ok) return error;
            acknowledged = value != command;
            if (acknowledged) return LibxlError.Ok;
            return context.Xs.Write(t, path, "");
        });
        if (rc != LibxlError.Ok) return rc;
        return acknowledged ? LibxlError.Ok : LibxlError.TimedOut;
    }

    /// <summary>libxl_domain_rename.</summary>
    public LibxlError Rename(int domid, string name)
    {
        if (context.DomainInfo(domid) is null)
        {
            context.Log.Error(domid, "Non-existent domain");
            return LibxlError.DomainNotFound;
        }
        var rc = context.Xs.InTransaction(t =>
        {
            var error = new DomainNames(context).Set(t, domid, name);
            if (error != LibxlError.Ok) return error;
            var vmPath = context.Xs.Read(t, StorePath.DomainHome(domid) + "/vm");
            return vmPath is null ? LibxlError.Ok : context.Xs.Write(t, vmPath + "/name", name);
        });
        if (rc != LibxlError.Ok) return rc;
        return RenameStored(domid, name);
    }

    private LibxlError RenameStored(int domid, string name)
    {
        var userdata = new LibxlUserdata(context);
        var rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok) return rc;
        rc = userdata.Load(domid, out var config);
        if (rc == LibxlError.Ok)
        {
            config.CreateInfo.Name = name;
            rc = userdata.Store(domid, config);
        }
        userdata.Unlock(domid);
        return rc;
    }

    /// <summary>
    /// libxl_domain_preserve: a domain that has gone down is kept for inspection, under another name and another UUID, so that its
    /// successor can have the old ones.
    /// </summary>
    public LibxlError Preserve(int domid, string suffix)
    {
        if (context.DomainInfo(domid) is not { } info) return LibxlError.DomainNotFound;
        var userdata = new LibxlUserdata(context);
        var rc = userdata.Load(domid, out var config);
        if (rc != LibxlError.Ok) return rc;
        var name = config.CreateInfo.Name + suffix;
        var uuid = context.Simulation.Stream("uuid").NextUuid();
        var owner = "r" + domid.ToString(System.Globalization.CultureInfo.InvariantCulture);
        rc = context.Xs.InTransaction(t =>
        {
            var error = new DomainNames(context).Set(t, domid, name);
            if (error != LibxlError.Ok) return error;
            var vmPath = LibxlPaths.Vm(uuid);
            error = context.Xs.Mkdir(t, vmPath, "n0", owner);
            if (error != LibxlError.Ok) return error;
            error = context.Xs.Write(t, StorePath.DomainHome(domid) + "/vm", vmPath);
            if (error != LibxlError.Ok) return error;
            context.Xs.Write(t, vmPath + "/name", name);
            context.Xs.Write(t, vmPath + "/uuid", uuid.ToString());
            return context.Xs.Rm(t, LibxlPaths.Vm(info.Handle));
        });
        if (rc != LibxlError.Ok) return rc;

        rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok) return rc;
        userdata.DestroyAll(domid);
        userdata.Unlock(domid);
        var result = context.Host.Domctl.SetDomainHandle(context.Self, domid, uuid);
        if (result != 0)
        {
            context.Log.Error(domid, $"unable to set the UUID: {Errno.Name(result)}");
            return LibxlError.Fail;
        }
        config.CreateInfo.Name = name;
        config.CreateInfo.Uuid = uuid;
        return userdata.Store(domid, config);
    }
}
