using System.Globalization;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>The console of a domain (libxl_console): nodes that the console daemon reads, and the terminal that it answers with.</summary>
public sealed class LibxlConsole(LibxlContext context)
{
    /// <summary>How long a create waits for the console daemon to allocate a terminal.</summary>
    public const long TtyTimeoutMs = 10_000;

    private const string ConsoleLimit = "1048576";

    /// <summary>libxl__device_console_add for the primary console.</summary>
    public LibxlError Add(int domid, BuildState state)
    {
        var device = new DeviceAddress(domid, DeviceAddress.Console, 0, 0);
        var frontend = StorePath.DomainHome(domid) + "/console";
        var backend = LibxlPaths.Backend(device);
        var owner = domid.ToString(CultureInfo.InvariantCulture);

        return context.Xs.InTransaction(t =>
        {
            var xs = context.Xs;
            var rc = xs.Mknod(t, LibxlPaths.LibxlDevice(device), "n0");
            if (rc != LibxlError.Ok) return rc;
            xs.Write(t, LibxlPaths.LibxlDevice(device) + "/frontend", frontend);
            xs.Write(t, LibxlPaths.LibxlDevice(device) + "/backend", backend);

            rc = xs.Mknod(t, backend, "n0", "r" + owner);
            if (rc != LibxlError.Ok) return rc;
            rc = xs.WriteNodes(t, backend, new KeyValuePair<string, string>[]
            {
                new("frontend", frontend), new("frontend-id", owner), new("online", "1"), new("state", "1"), new("protocol", "vt100"),
            });
            if (rc != LibxlError.Ok) return rc;

            rc = xs.WriteNodes(t, frontend, new KeyValuePair<string, string>[] { new("backend", backend), new("backend-id", "0") }, "n" + owner, "r0");
            if (rc != LibxlError.Ok) return rc;
            return xs.WriteNodes(t, frontend, new KeyValuePair<string, string>[]
            {
                new("limit", ConsoleLimit),
                new("type", "xenconsoled"),
                new("output", "pty"),
                new("tty", ""),
                new("port", state.ConsolePort.ToString(CultureInfo.InvariantCulture)),
                new("ring-ref", state.ConsoleFrame.ToString(CultureInfo.InvariantCulture)),
            });
        });
    }

    /// <summary>domcreate_console_available: waits until the terminal has a name.</summary>
    public StoreWait WaitTty(int domid, Action<LibxlError> done)
    {
        var wait = new StoreWait(context, "console tty", StorePath.DomainHome(domid) + "/console/tty", TtyTimeoutMs, done)
        {
            Check = value => string.IsNullOrEmpty(value) ? null : LibxlError.Ok,
        };
        wait.Start();
        return wait;
    }
}
