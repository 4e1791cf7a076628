using Xen.Hypervisor;
using Xen.XenStore;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Toolstack.Libxl;

/// <summary>
/// libxl__domain_suspend for PV guests: asks the guest by control/shutdown, waits until it has acknowledged, and then until it stands
/// still with the reason "suspend".
/// </summary>
public sealed class DomainSuspend
{
    /// <summary>How long the guest may take to acknowledge, and then again to suspend.</summary>
    public const long GuestTimeoutMs = 60_000;

    private readonly LibxlContext context;
    private readonly int domid;
    private readonly AsyncOperation operation;
    private EventWatch? watch;
    private Timer? timeout;

    public DomainSuspend(LibxlContext context, int domid, Action<LibxlError> done)
    {
        this.context = context;
        this.domid = domid;
        operation = new AsyncOperation("domain suspend", done);
    }

    private string ControlPath => StorePath.DomainHome(domid) + "/control/shutdown";

    public void Start()
    {
        if (context.DomainInfo(domid) is not { } info)
        {
            context.Log.Error(domid, "Non-existent domain");
            operation.Complete(LibxlError.DomainNotFound);
            return;
        }
        if (info.Shutdown || info.Dying)
        {
            context.Log.Error(domid, $"the domain does not run: it has shut down with reason code {(int)info.ShutdownCode}");
            operation.Complete(LibxlError.Fail);
            return;
        }
        context.Log.Debug(domid, "issuing PV suspend request via XenBus control node");
        var rc = context.Xs.Write(StoreAccess.NoTransaction, ControlPath, "suspend");
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }
        var wait = new StoreWait(context, "guest acknowledgement", ControlPath, GuestTimeoutMs, Acknowledged)
        {
            Check = value => value == "suspend" ? null : LibxlError.Ok,
        };
        wait.Start();
    }

    /// <summary>domain_suspend_common_pvcontrol_suspending.</summary>
    private void Acknowledged(LibxlError rc)
    {
        if (rc == LibxlError.TimedOut)
        {
            context.Log.Error(domid, "guest didn't acknowledge suspend, cancelling request");
            rc = Cancel();
        }
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }
        context.Log.Debug(domid, "guest acknowledged suspend request");
        WaitForGuest();
    }

    /// <summary>Takes the request back in a transaction; the guest may have acknowledged it at the last moment.</summary>
    private LibxlError Cancel()
    {
        var acknowledged = false;
        var rc = context.Xs.InTransaction(t =>
        {
            var error = context.Xs.ReadChecked(t, ControlPath, out var value);
            if (error != LibxlError.Ok) return error;
            acknowledged = value != "suspend";
            return acknowledged ? LibxlError.Ok : context.Xs.Write(t, ControlPath, "");
        });
        if (rc != LibxlError.Ok) return rc;
        if (acknowledged) return LibxlError.Ok;
        context.Log.Error(domid, "guest didn't acknowledge suspend, request cancelled");
        return LibxlError.GuestTimedOut;
    }

    /// <summary>domain_suspend_common_wait_guest.</summary>
    private void WaitForGuest()
    {
        timeout = context.Events.RegisterTime(GuestTimeoutMs, "guest suspend", TimeoutOccurred);
        var rc = context.Events.RegisterWatch(StorePath.ReleaseDomain, (_, _) => Check(), out watch);
        if (rc != LibxlError.Ok) Finish(rc);
    }

    private void Check()
    {
        if (context.DomainInfo(domid) is not { } info)
        {
            context.Log.Error(domid, "guest we were suspending has been destroyed");
            Finish(LibxlError.Fail);
            return;
        }
        if (!info.Shutdown && !info.Dying) return;
        if (info.Dying || info.ShutdownCode != ShutdownReason.Suspend)
        {
            context.Log.Error(domid, $"guest we were suspending has shut down with unexpected reason code {(int)info.ShutdownCode}");
            Finish(LibxlError.Fail);
            return;
        }
        context.Log.Debug(domid, "guest has suspended");
        Finish(LibxlError.Ok);
    }

    private void TimeoutOccurred()
    {
        context.Log.Error(domid, "guest did not suspend, timed out");
        Finish(LibxlError.GuestTimedOut);
    }

    private void Finish(LibxlError rc)
    {
        timeout?.Cancel();
        context.Events.DeregisterWatch(watch);
        watch = null;
        operation.Complete(rc);
    }
}
