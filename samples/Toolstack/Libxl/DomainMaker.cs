using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Config;

namespace Xen.Toolstack.Libxl;

/// <summary>libxl__domain_make: a domain without memory, and the skeleton of its directories in the store.</summary>
public sealed class DomainMaker(LibxlContext context)
{
    /// <summary>Nodes that the guest itself writes.</summary>
    private static readonly string[] GuestWritable =
    [
        "control/shutdown", "control/feature-poweroff", "control/feature-reboot", "control/feature-suspend", "control/sysrq",
        "device/suspend/event-channel", "data", "drivers", "feature", "attr", "error",
    ];

    /// <summary>Nodes that the guest only reads.</summary>
    private static readonly string[] GuestReadable = ["cpu", "memory", "device", "control"];

    private const int MaxDomidAttempts = 16;

    public LibxlError Make(DomainConfig config, out int domid)
    {
        var info = config.CreateInfo;
        var build = config.BuildInfo;
        domid = DomId.Invalid;

        for (var attempt = 0; attempt < MaxDomidAttempts; attempt++)
        {
            var create = new CreateDomain
            {
                Handle = info.Uuid,
                MaxVcpus = build.MaxVcpus,
                MaxEventChannelPort = build.EventChannels,
                MaxGrantFrames = build.MaxGrantFrames,
                MaxMaptrackFrames = build.MaxMaptrackFrames,
                DriverDomain = info.DriverDomain,
            };
            var error = context.Host.Domctl.CreateDomain(context.Self, create, out var created);
            if (error != 0)
            {
                context.Log.Error(null, $"domain creation fail: {Errno.Name(error)}");
                return LibxlError.Fail;
            }
            if (!new RecentDomids(context).IsRecent(created))
            {
                domid = created;
                break;
            }
            // Somebody may still hold on to what the old domain of this number was: take another.
            context.Log.Debug(created, "domid was used recently");
            context.Host.Domctl.DestroyDomain(context.Self, created);
        }
        if (domid == DomId.Invalid)
        {
            context.Log.Error(null, "no domid is free");
            return LibxlError.Fail;
        }

        var rc = WriteSkeleton(domid, config);
        if (rc != LibxlError.Ok) context.Log.Error(domid, "cannot write the domain's directories into xenstore");
        return rc;
    }

    private LibxlError WriteSkeleton(int domid, DomainConfig config)
    {
        var info = config.CreateInfo;
        var domPath = context.Xs.DomainPath(domid);
        if (domPath is null) return LibxlError.Fail;
        var vmPath = LibxlPaths.Vm(info.Uuid);
        var libxlPath = LibxlPaths.Libxl(domid);
        var owner = domid.ToString(CultureInfo.InvariantCulture);

        return context.Xs.InTransaction(t =>
        {
            var xs = context.Xs;
            xs.Rm(t, domPath);
            var rc = xs.Mkdir(t, domPath, "n0", "r" + owner);
            if (rc != LibxlError.Ok) return rc;
            xs.Rm(t, vmPath);
            rc = xs.Mkdir(t, vmPath, "n0", "r" + owner);
            if (rc != LibxlError.Ok) return rc;
            xs.Rm(t, libxlPath);
            rc = xs.Mkdir(t, libxlPath, "n0");
            if (rc != LibxlError.Ok) return rc;

            rc = xs.Write(t, domPath + "/vm", vmPath);
            if (rc != LibxlError.Ok) return rc;
            rc = new DomainNames(context).Set(t, domid, info.Name);
            if (rc != LibxlError.Ok) return rc;

            foreach (var name in GuestReadable)
            {
                rc = xs.Mkdir(t, domPath + "/" + name, "n0", "r" + owner);
                if (rc != LibxlError.Ok) return rc;
            }
            foreach (var name in GuestWritable)
            {
                rc = xs.Mknod(t, domPath + "/" + name, "n" + owner);
                if (rc != LibxlError.Ok) return rc;
            }

            if (info.DriverDomain)
            {
                // Its back-ends' directories come and go by its own hand.
                rc = xs.Mkdir(t, domPath + "/backend", "n" + owner);
                if (rc != LibxlError.Ok) return rc;
                rc = xs.Mkdir(t, domPath + "/libxl", "n" + owner);
                if (rc != LibxlError.Ok) return rc;
            }

            rc = xs.Write(t, vmPath + "/uuid", info.Uuid.ToString());
            if (rc != LibxlError.Ok) return rc;
            rc = xs.Write(t, vmPath + "/name", info.Name);
            if (rc != LibxlError.Ok) return rc;
            xs.Write(t, domPath + "/control/platform-feature-multiprocessor-suspend", "1");
            xs.Write(t, domPath + "/control/platform-feature-xs_reset_watches", "1");
            return xs.Write(t, libxlPath + "/type", "pv");
        });
    }
}
