using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>The device model of a PV domain (libxl_dm): whether it needs one, how it is started and how it ends.</summary>
public sealed class LibxlDm(LibxlContext context)
{
    /// <summary>libxl__domain_device_model: the program.</summary>
    public const string ProgramPath = "/usr/lib/xen/bin/qemu-system-i386";

    /// <summary>What the name of the process begins with.</summary>
    public const string ProcessPrefix = "qemu-system-i386 ";

    /// <summary>What the path of a monitor's socket begins with; the domain's id follows.</summary>
    public const string MonitorPrefix = "/run/xen/qmp-libxl-";

    /// <summary>libxl__need_xenpv_qemu: one of the disks has its back-end in a process of Dom0.</summary>
    public static bool NeedXenpvQemu(DomainConfig config) => config.Disks.Exists(NeedsQemu);

    /// <summary>libxl__dm_check_start: a device model is started with its domain, so one that a disk needs later must be there.</summary>
    public LibxlError CheckStart(int domid, DeviceDisk disk)
    {
        if (!NeedsQemu(disk) || ReadPid(domid) is not null) return LibxlError.Ok;
        context.Log.Error(domid, "device model required but not running");
        return LibxlError.Fail;
    }

    /// <summary>libxl__spawn_local_dm: starts the device model in Dom0 and waits until it says that it runs.</summary>
    public void SpawnLocalDm(int domid, DomainConfig config, Action<LibxlError> done) => new DeviceModelSpawn(context, domid, config, done).Start();

    /// <summary>
    /// The socket of its monitor is there, which the device model makes when it starts and nobody but the toolstack removes. Asked first
    /// when a domain is destroyed, so that a domain without a device model costs no request to the store.
    /// </summary>
    public bool HasMonitor(int domid) => context.Files.Exists(MonitorPath(domid));

    /// <summary>libxl__destroy_device_model, with libxl__kill_xs_path and libxl__qmp_cleanup.</summary>
    public LibxlError Destroy(int domid)
    {
        context.Files.Delete(MonitorPath(domid));
        if (ReadPid(domid) is not { } pid)
        {
            context.Log.Error(domid, $"could not find device-model's pid for dom {domid}");
            return LibxlError.Fail;
        }
        var error = context.Host.Executables.Kill(pid, "SIGHUP");
        context.Log.Debug(domid, error == 0 ? "Device Model signaled" : "Device Model already exited");
        return context.Xs.Rm(StoreAccess.NoTransaction, XsPath(domid));
    }

    /// <summary>libxl__build_device_model_args for a PV domain.</summary>
    public static IReadOnlyList<string> BuildArguments(int domid, DomainConfig config) =>
    [
        "-xen-domid", domid.ToString(CultureInfo.InvariantCulture),
        "-no-shutdown",
        "-chardev", $"socket,id=libxl-cmd,path={MonitorPath(domid)},server=on,wait=off",
        "-mon", "chardev=libxl-cmd,mode=control",
        "-nodefaults", "-no-user-config",
        "-xen-attach",
        "-name", config.CreateInfo.Name,
        "-vnc", "none", "-display", "none",
        "-machine", "xenpv",
        "-m", (config.BuildInfo.MaxMemKb / 1024).ToString(CultureInfo.InvariantCulture),
    ];

    /// <summary>libxl__device_model_xs_path.</summary>
    public static string XsPath(int domid) => string.Create(CultureInfo.InvariantCulture, $"/local/domain/0/device-model/{domid}");

    /// <summary>Where the process id stands.</summary>
    public static string PidPath(int domid) => StorePath.DomainHome(domid) + "/image/device-model-pid";

    private static string MonitorPath(int domid) => string.Create(CultureInfo.InvariantCulture, $"{MonitorPrefix}{domid}");

    private static bool NeedsQemu(DeviceDisk disk) => disk is { Backend: DiskBackend.Qdisk, BackendDomid: 0 };

    private int? ReadPid(int domid) =>
        int.TryParse(context.Xs.Read(StoreAccess.NoTransaction, PidPath(domid)), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
}
