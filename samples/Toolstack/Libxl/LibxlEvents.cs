using System.Globalization;
using Xen.Hypervisor;
using Xen.XenStore;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Toolstack.Libxl;

/// <summary>libxl__ev_xswatch: a watch that a part of the library has registered.</summary>
public sealed class EventWatch
{
    public required string Path { get; init; }

    internal XsWatch? Registered { get; set; }

    public bool IsRegistered => Registered is not null;
}

/// <summary>The library's event loop (libxl_event): timers and store watches that call back.</summary>
public sealed class LibxlEvents(Simulation simulation, Component process, StoreAccess xs)
{
    private int lastSlot;

    /// <summary>Watches that are registered at the moment: none may be left when an operation has completed.</summary>
    public int RegisteredWatches { get; private set; }

    /// <summary>libxl__ev_time_register_rel.</summary>
    public Timer RegisterTime(long milliseconds, string what, Action callback) =>
        simulation.After(milliseconds * 1_000_000, process, what, callback);

    /// <summary>libxl__ev_xswatch_register: the callback gets the path that changed; it is called once at the start.</summary>
    public LibxlError RegisterWatch(string path, Action<EventWatch, string> callback, out EventWatch watch)
    {
        var registering = new EventWatch { Path = path };
        lastSlot++;
        var token = string.Create(CultureInfo.InvariantCulture, $"{lastSlot}/{process.Name}");
        registering.Registered = xs.Client.WatchNow(path, token, (changed, _) =>
        {
            if (registering.IsRegistered) callback(registering, changed);
        });
        watch = registering;
        if (registering.Registered is null) return LibxlError.Fail;
        RegisteredWatches++;
        return LibxlError.Ok;
    }

    /// <summary>libxl__ev_xswatch_deregister: harmless when it is not registered.</summary>
    public void DeregisterWatch(EventWatch? watch)
    {
        if (watch?.Registered is not { } registered) return;
        watch.Registered = null;
        RegisteredWatches--;
        xs.Client.UnwatchNow(registered);
    }

    /// <summary>Continues in the next turn of the event loop.</summary>
    public void Continue(string what, Action callback) => simulation.Post(process, what, callback);
}

/// <summary>
/// libxl__xswait_state: waits for something to become true of a store node, but not for ever. The check gets the node's value, null
/// when it is missing, and says what to do next; the end is reported once, with TimedOut when the time is over.
/// </summary>
public sealed class StoreWait(LibxlContext context, string what, string path, long timeoutMilliseconds, Action<LibxlError> done)
{
    private EventWatch? watch;
    private Timer? timeout;
    private bool finished;

    /// <summary>Returns null while the wait goes on, and the result when it is over.</summary>
    public required Func<string?, LibxlError?> Check { get; init; }

    public void Start()
    {
        timeout = context.Events.RegisterTime(timeoutMilliseconds, what, TimeoutOccurred);
        var rc = context.Events.RegisterWatch(path, WatchFired, out watch);
        if (rc != LibxlError.Ok) Finish(rc);
    }

    public void Stop()
    {
        timeout?.Cancel();
        context.Events.DeregisterWatch(watch);
        timeout = null;
        watch = null;
    }

    private void WatchFired(EventWatch of, string changed)
    {
        var rc = context.Xs.ReadChecked(StoreAccess.NoTransaction, path, out var value);
        if (rc != LibxlError.Ok)
        {
            Finish(rc);
            return;
        }
        if (Check(value) is { } result) Finish(result);
    }

    private void TimeoutOccurred()
    {
        context.Log.Debug(null, $"{what}: timed out on {path}");
        Finish(LibxlError.TimedOut);
    }

    private void Finish(LibxlError rc)
    {
        if (finished) return;
        finished = true;
        Stop();
        done(rc);
    }
}

/// <summary>libxl__ao: an operation that completes exactly once, whoever drives it.</summary>
public sealed class AsyncOperation(string name, Action<LibxlError> done)
{
    public bool Completed { get; private set; }

    /// <summary>Completing twice is a mistake of the library, not of its user.</summary>
    public void Complete(LibxlError rc)
    {
        if (Completed) throw new InvalidOperationException($"{name} completed twice");
        Completed = true;
        done(rc);
    }
}

/// <summary>libxl__multidev: several device operations side by side; done when all are, with the first error.</summary>
public sealed class MultiDevice(Action<LibxlError> done)
{
    private int pending = 1;
    private LibxlError first;

    /// <summary>A callback for one more operation.</summary>
    public Action<LibxlError> Prepare()
    {
        pending++;
        return One;
    }

    /// <summary>All operations have been started.</summary>
    public void Prepared() => One(LibxlError.Ok);

    private void One(LibxlError rc)
    {
        if (rc != LibxlError.Ok && first == LibxlError.Ok) first = rc;
        pending--;
        if (pending == 0) done(first);
    }
}
