using Xen.Hypervisor;

namespace Xen.Toolstack.Libxl;

/// <summary>The parameters of the credit2 scheduler (libxl_sched): of a domain, and of the CPU pool.</summary>
public sealed class LibxlSched(LibxlContext context)
{
    /// <summary>Leaves a parameter as it is.</summary>
    public const int Unchanged = -1;

    /// <summary>sched_credit2_domain_get.</summary>
    public LibxlError Get(int domid, out int weight, out int cap)
    {
        var error = context.Host.Domctl.GetSchedulerParameters(context.Self, domid, out weight, out cap);
        if (error == 0) return LibxlError.Ok;
        context.Log.Error(domid, $"Getting domain sched credit2: {Errno.Name(error)}");
        return LibxlError.Fail;
    }

    /// <summary>sched_credit2_domain_set.</summary>
    public LibxlError Set(int domid, int weight, int cap)
    {
        if (context.DomainInfo(domid) is not { } info)
        {
            context.Log.Error(domid, "Getting domain info list");
            return LibxlError.Fail;
        }
        var rc = Get(domid, out var currentWeight, out var currentCap);
        if (rc != LibxlError.Ok) return rc;
        if (weight != Unchanged)
        {
            if (weight is < 1 or > CpuScheduler.MaxWeight)
            {
                context.Log.Error(domid, $"Cpu weight out of range, valid values are within range from 1 to {CpuScheduler.MaxWeight}");
                return LibxlError.Invalid;
            }
            currentWeight = weight;
        }
        if (cap != Unchanged)
        {
            var most = (info.MaxVcpuId + 1) * 100;
            if (cap < 0 || cap > most)
            {
                context.Log.Error(domid, $"Cpu cap out of range, valid range is from 0 to {most} for specified number of vcpus");
                return LibxlError.Invalid;
            }
            currentCap = cap;
        }
        var error = context.Host.Domctl.SetSchedulerParameters(context.Self, domid, currentWeight, currentCap);
        if (error != 0)
        {
            context.Log.Error(domid, $"Setting domain sched credit2: {Errno.Name(error)}");
            return LibxlError.Fail;
        }
        return domid == 0 ? LibxlError.Ok : Store(domid, currentWeight, currentCap);
    }

    /// <summary>libxl_sched_credit2_params_get.</summary>
    public LibxlError GetPool(out int rateLimitUs)
    {
        var error = context.Host.Sysctl.GetSchedulerParameters(context.Self, out rateLimitUs);
        if (error == 0) return LibxlError.Ok;
        context.Log.Error(null, $"Getting Credit2 scheduler parameters: {Errno.Name(error)}");
        return LibxlError.Fail;
    }

    /// <summary>libxl_sched_credit2_params_set.</summary>
    public LibxlError SetPool(int rateLimitUs)
    {
        if (rateLimitUs != 0 && rateLimitUs is < CpuScheduler.MinRateLimitUs or > CpuScheduler.MaxRateLimitUs)
        {
            context.Log.Error(null, $"Ratelimit out of range, valid range is from {CpuScheduler.MinRateLimitUs} to {CpuScheduler.MaxRateLimitUs}");
            return LibxlError.Invalid;
        }
        var error = context.Host.Sysctl.SetSchedulerParameters(context.Self, rateLimitUs);
        if (error == 0) return LibxlError.Ok;
        context.Log.Error(null, $"Setting Credit2 scheduler parameters: {Errno.Name(error)}");
        return LibxlError.Fail;
    }

    private LibxlError Store(int domid, int weight, int cap)
    {
        var userdata = new LibxlUserdata(context);
        var rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok) return rc;
        rc = userdata.Load(domid, out var config);
        if (rc == LibxlError.Ok)
        {
            config.BuildInfo.CpuWeight = weight;
            config.BuildInfo.CpuCap = cap;
            rc = userdata.Store(domid, config);
        }
        userdata.Unlock(domid);
        return rc;
    }
}
