using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Config;

namespace Xen.Toolstack.Libxl;

/// <summary>
/// libxl__spawn for a device model: starts the process, notes its id, and waits for its state in the store. The end is reported once:
/// it runs, it has ended before it ran, or it was killed because it did not get there in time.
/// </summary>
public sealed class DeviceModelSpawn
{
    /// <summary>LIBXL_DEVICE_MODEL_START_TIMEOUT.</summary>
    public const long StartTimeoutMs = 60_000;

    private readonly LibxlContext context;
    private readonly int domid;
    private readonly DomainConfig config;
    private readonly AsyncOperation operation;
    private readonly string what;
    private Component? process;
    private StoreWait? wait;
    private int pid;

    public DeviceModelSpawn(LibxlContext context, int domid, DomainConfig config, Action<LibxlError> done)
    {
        this.context = context;
        this.domid = domid;
        this.config = config;
        what = string.Create(CultureInfo.InvariantCulture, $"domain {domid} device model");
        operation = new AsyncOperation("device model spawn", done);
    }

    /// <summary>libxl__spawn_local_dm.</summary>
    public void Start()
    {
        if (!context.Host.Executables.IsExecutable(LibxlDm.ProgramPath))
        {
            context.Log.Error(domid, $"device model {LibxlDm.ProgramPath} is not executable");
            operation.Complete(LibxlError.Fail);
            return;
        }

        var rc = WriteNodes();
        if (rc != LibxlError.Ok)
        {
            Outcome(rc);
            return;
        }
        var arguments = LibxlDm.BuildArguments(domid, config);
        context.Log.Debug(domid, $"Spawning device-model {LibxlDm.ProgramPath} with arguments: {string.Join(' ', arguments)}");
        process = context.Host.Executables.Start(LibxlDm.ProgramPath, arguments, LibxlDm.ProcessPrefix + "dom" + domid.ToString(CultureInfo.InvariantCulture), out pid);
        process!.Ended += ProcessEnded;
        rc = context.Xs.Write(StoreAccess.NoTransaction, LibxlDm.PidPath(domid), pid.ToString(CultureInfo.InvariantCulture));
        if (rc != LibxlError.Ok)
        {
            Failed(rc);
            return;
        }
        wait = new StoreWait(context, what + " startup", LibxlDm.XsPath(domid) + "/state", StartTimeoutMs, StateKnown)
        {
            Check = value => value == "running" ? LibxlError.Ok : null,
        };
        wait.Start();
    }

    /// <summary>What the device model and later toolstacks find.</summary>
    private LibxlError WriteNodes()
    {
        var rc = context.Xs.Mkdir(StoreAccess.NoTransaction, LibxlDm.XsPath(domid), "n0");
        return rc != LibxlError.Ok ? rc : context.Xs.Write(StoreAccess.NoTransaction, LibxlPaths.Libxl(domid) + "/dm-version", "qemu_xen");
    }

    /// <summary>spawn_watch_event and spawn_timeout.</summary>
    private void StateKnown(LibxlError rc)
    {
        if (rc == LibxlError.Ok)
        {
            // libxl__spawn_detach: from now on the process is nobody's child.
            process!.Ended -= ProcessEnded;
            operation.Complete(LibxlError.Ok);
            return;
        }
        if (rc == LibxlError.TimedOut) context.Log.Error(domid, $"{what}: startup timed out");
        Failed(rc);
    }

    private void ProcessEnded(Component ended) => context.Events.Continue("device model ended", () =>
    {
        if (operation.Completed) return;
        wait?.Stop();
        context.Log.Error(domid, $"{what} [{pid}] {(ended.Death is { } death ? "died: " + death : "unexpectedly exited with exit status zero")}");
        Outcome(LibxlError.Fail);
    });

    private void Failed(LibxlError rc)
    {
        process!.Ended -= ProcessEnded;
        process.Kill("SIGKILL");
        Outcome(rc);
    }

    /// <summary>device_model_spawn_outcome.</summary>
    private void Outcome(LibxlError rc)
    {
        context.Log.Error(domid, $"{what}: spawn failed (rc={(int)rc})");
        // Destroying the domain asks for the monitor, which a device model that failed may not have made.
        context.Xs.Rm(StoreAccess.NoTransaction, LibxlDm.XsPath(domid));
        operation.Complete(rc);
    }
}
