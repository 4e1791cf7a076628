using System.Globalization;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>The memory of running domains (libxl_mem): a target that the guest's balloon driver follows, and a limit that Xen enforces.</summary>
public sealed class LibxlMemory(LibxlContext context)
{
    /// <summary>LIBXL_MIN_DOM0_MEM, for the small Dom0 of this host.</summary>
    public const long MinDom0Kb = 16 * 1024;

    /// <summary>LIBXL_MAXMEM_CONSTANT: what a domain may have above its target, in KiB.</summary>
    public const long MaxMemSlackKb = 0;

    /// <summary>libxl_set_memory_target.</summary>
    public LibxlError SetTarget(int domid, long targetKb, bool relative, bool enforce)
    {
        if (context.DomainInfo(domid) is null)
        {
            context.Log.Error(domid, "Non-existent domain");
            return LibxlError.DomainNotFound;
        }
        var userdata = new LibxlUserdata(context);
        if (domid != 0)
        {
            var locked = userdata.Lock(domid);
            if (locked != LibxlError.Ok) return locked;
        }
        var newTarget = 0L;
        var rc = context.Xs.InTransaction(t => SetTarget(t, domid, targetKb, relative, enforce, out newTarget));
        if (domid != 0)
        {
            if (rc == LibxlError.Ok) rc = StoreTarget(userdata, domid, newTarget);
            userdata.Unlock(domid);
        }
        return rc;
    }

    private LibxlError SetTarget(uint transaction, int domid, long targetKb, bool relative, bool enforce, out long newTarget)
    {
        var xs = context.Xs;
        var home = StorePath.DomainHome(domid);
        newTarget = 0;
        var rc = ReadKb(transaction, domid, home + "/memory/target", out var current);
        if (rc != LibxlError.Ok) return rc;
        rc = ReadKb(transaction, domid, home + "/memory/static-max", out var maximum);
        if (rc != LibxlError.Ok) return rc;
        var videoram = domid == 0 ? 0 : Number(xs.Read(transaction, home + "/memory/videoram"));

        // A relative target is what the domain has now plus or minus something; an absolute one counts the video memory in.
        newTarget = relative ? Math.Max(0, current + targetKb) : targetKb - videoram;
        if (newTarget > maximum)
        {
            context.Log.Error(domid, "memory_dynamic_max must be less than or equal to memory_static_max");
            return LibxlError.Invalid;
        }
        if (domid == 0 && newTarget < MinDom0Kb)
        {
            context.Log.Error(domid, $"New target {newTarget} for dom0 is below the minimum threshold");
            return LibxlError.Invalid;
        }
        if (newTarget <= 0)
        {
            context.Log.Error(domid, $"memory target {newTarget} is out of range");
            return LibxlError.Invalid;
        }

        if (enforce)
        {
            var limit = newTarget + videoram + MaxMemSlackKb;
            var error = context.Host.Domctl.MaxMem(context.Self, domid, limit);
            if (error != 0)
            {
                context.Log.Error(domid, $"xc_domain_setmaxmem domid={domid} memkb={limit} failed: {Errno.Name(error)}");
                return LibxlError.Fail;
            }
        }
        rc = xs.Write(transaction, home + "/memory/target", newTarget.ToString(CultureInfo.InvariantCulture));
        if (rc != LibxlError.Ok) return rc;
        var vmPath = xs.Read(transaction, home + "/vm");
        return vmPath is null ? LibxlError.Ok : xs.Write(transaction, vmPath + "/memory", (newTarget / 1024).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>libxl_domain_setmaxmem: changes the static maximum.</summary>
    public LibxlError SetMaximum(int domid, long maximumKb)
    {
        if (context.DomainInfo(domid) is not { } info)
        {
            context.Log.Error(domid, "Non-existent domain");
            return LibxlError.DomainNotFound;
        }
        var rc = ReadKb(StoreAccess.NoTransaction, domid, StorePath.DomainHome(domid) + "/memory/target", out var target);
        if (rc != LibxlError.Ok) return rc;
        if (maximumKb < target)
        {
            context.Log.Error(domid, "memory_static_max must be greater than or or equal to memory_dynamic_max");
            return LibxlError.Invalid;
        }
        var userdata = new LibxlUserdata(context);
        rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok) return rc;
        rc = SetMaximumLocked(domid, maximumKb, userdata);
        userdata.Unlock(domid);
        if (rc == LibxlError.Ok) context.Log.Debug(domid, $"maximum changed from {info.MaxPages * 4} to {maximumKb}");
        return rc;
    }

    private LibxlError SetMaximumLocked(int domid, long maximumKb, LibxlUserdata userdata)
    {
        var rc = userdata.Load(domid, out var config);
        if (rc != LibxlError.Ok) return rc;
        var error = context.Host.Domctl.MaxMem(context.Self, domid, maximumKb + MaxMemSlackKb);
        if (error != 0)
        {
            context.Log.Error(domid, $"xc_domain_setmaxmem domid={domid} memkb={maximumKb} failed: {Errno.Name(error)}");
            return LibxlError.Fail;
        }
        rc = context.Xs.Write(
            StoreAccess.NoTransaction, StorePath.DomainHome(domid) + "/memory/static-max", maximumKb.ToString(CultureInfo.InvariantCulture));
        if (rc != LibxlError.Ok) return rc;
        config.BuildInfo.MaxMemKb = maximumKb;
        return userdata.Store(domid, config);
    }

    private static LibxlError StoreTarget(LibxlUserdata userdata, int domid, long targetKb)
    {
        var rc = userdata.Load(domid, out var config);
        if (rc != LibxlError.Ok) return rc;
        config.BuildInfo.TargetMemKb = targetKb;
        return userdata.Store(domid, config);
    }

    private LibxlError ReadKb(uint transaction, int domid, string path, out long kb)
    {
        kb = 0;
        var rc = context.Xs.ReadChecked(transaction, path, out var text);
        if (rc != LibxlError.Ok) return rc;
        if (text is null)
        {
            context.Log.Error(domid, $"cannot get the memory info from {path}");
            return LibxlError.Fail;
        }
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out kb)) return LibxlError.Ok;
        context.Log.Error(domid, $"invalid memory {text} from {path}");
        return LibxlError.Fail;
    }

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
