using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>libxl__domain_build: turns an empty domain into one that could run, and introduces it to xenstored.</summary>
public sealed class DomainBuild(LibxlContext context, int domid, DomainConfig config)
{
    private const long NsPerSecond = 1_000_000_000;

    private readonly DomainBuildInfo info = config.BuildInfo;
    private readonly BuildState state = new();

    public BuildState State => state;

    public LibxlError Build()
    {
        var rc = BuildPre();
        if (rc != LibxlError.Ok) return rc;
        rc = Claim(info.TargetMemKb / 4);
        if (rc != LibxlError.Ok) return rc;
        rc = new PvBuilder(context, domid, info, state).Build();
        Claim(0);
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "cannot build the domain");
            return rc;
        }
        return BuildPost();
    }

    /// <summary>libxl__build_pre: virtual CPUs, memory limit, scheduling, the ports of store and console.</summary>
    public LibxlError BuildPre()
    {
        var domctl = context.Host.Domctl;
        var error = domctl.MaxVcpus(context.Self, domid, info.MaxVcpus);
        if (error != 0)
        {
            context.Log.Error(domid, $"Couldn't set max vcpu count: {Errno.Name(error)}");
            return LibxlError.Fail;
        }
        error = domctl.MaxMem(context.Self, domid, info.MaxMemKb + info.SlackMemKb);
        if (error != 0)
        {
            context.Log.Error(domid, $"Couldn't set max memory: {Errno.Name(error)}");
            return LibxlError.Fail;
        }
        error = SetAffinities();
        if (error != 0)
        {
            context.Log.Error(domid, $"setting affinity failed: {Errno.Name(error)}");
            return LibxlError.Invalid;
        }
        if (info.CpuWeight >= 0 || info.CpuCap >= 0)
        {
            var weight = info.CpuWeight >= 0 ? info.CpuWeight : CpuScheduler.DefaultWeight;
            var cap = info.CpuCap >= 0 ? info.CpuCap : 0;
            error = domctl.SetSchedulerParameters(context.Self, domid, weight, cap);
            if (error != 0)
            {
                context.Log.Error(domid, $"Couldn't set scheduling parameters: {Errno.Name(error)}");
                return LibxlError.Invalid;
            }
        }

        error = context.Host.EventChannel.AllocUnbound(context.Self, domid, context.Self.Id, out var storePort);
        if (error != 0)
        {
            context.Log.Error(domid, $"cannot allocate the port of the store: {Errno.Name(error)}");
            return LibxlError.Fail;
        }
        state.StorePort = storePort;
        error = context.Host.EventChannel.AllocUnbound(context.Self, domid, context.Self.Id, out var consolePort);
        if (error != 0)
        {
            context.Log.Error(domid, $"cannot allocate the port of the console: {Errno.Name(error)}");
            return LibxlError.Fail;
        }
        state.ConsolePort = consolePort;
        return LibxlError.Ok;
    }

    /// <summary>claim_mode: the memory of the new domain is reserved before it is populated, so that two creates cannot both count on it.</summary>
    private LibxlError Claim(long pages)
    {
        var error = context.Host.MemoryOp.ClaimPages(context.Self, domid, pages);
        if (error == 0) return LibxlError.Ok;
        context.Log.Error(domid, $"panic: xc_dom_boot.c: Could not allocate memory for the domain: {Errno.Name(error)}");
        return LibxlError.NoMemory;
    }

    private int SetAffinities()
    {
        for (var i = 0; i < info.MaxVcpus; i++)
        {
            ulong? hard = i < info.VcpuHardAffinity.Count ? info.VcpuHardAffinity[i] : null;
            ulong? soft = i < info.VcpuSoftAffinity.Count ? info.VcpuSoftAffinity[i] : null;
            if (hard is null && soft is null) continue;
            var error = context.Host.Domctl.SetVcpuAffinity(context.Self, domid, i, hard, soft);
            if (error != 0) return error;
        }
        return 0;
    }

    /// <summary>libxl__build_post: what the guest and the tools will read in the store, then INTRODUCE.</summary>
    public LibxlError BuildPost()
    {
        var domPath = StorePath.DomainHome(domid);
        var vmPath = context.Xs.Read(StoreAccess.NoTransaction, domPath + "/vm");
        if (vmPath is null) return LibxlError.Fail;

        var rc = context.Xs.InTransaction(t =>
        {
            var error = context.Xs.WriteNodes(t, domPath, DomainNodes());
            if (error != LibxlError.Ok) return error;
            error = context.Xs.WriteNodes(t, vmPath + "/image", ImageNodes());
            if (error != LibxlError.Ok) return error;
            var now = context.Simulation.Now;
            var startTime = string.Create(CultureInfo.InvariantCulture, $"{now / NsPerSecond}.{now % NsPerSecond / 10_000_000:00}");
            return context.Xs.Write(t, vmPath + "/start_time", startTime);
        });
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "cannot write the domain's nodes into xenstore");
            return rc;
        }

        rc = context.Xs.Introduce(domid, state.StoreFrame, state.StorePort);
        if (rc != LibxlError.Ok) context.Log.Error(domid, $"xenstored does not take the domain: {context.Xs.LastError}");
        return rc;
    }

    private List<KeyValuePair<string, string>> DomainNodes()
    {
        var nodes = new List<KeyValuePair<string, string>>
        {
            new("memory/static-max", Number(info.MaxMemKb)),
            new("memory/target", Number(info.TargetMemKb - info.VideoMemKb)),
            new("memory/videoram", Number(info.VideoMemKb)),
            new("domid", Number(domid)),
            new("store/port", Number(state.StorePort)),
            new("store/ring-ref", state.StoreFrame.ToString(CultureInfo.InvariantCulture)),
        };
        for (var i = 0; i < info.MaxVcpus; i++)
        {
            nodes.Add(new($"cpu/{Number(i)}/availability", i < info.OnlineVcpus ? "online" : "offline"));
        }
        return nodes;
    }

    private List<KeyValuePair<string, string>> ImageNodes()
    {
        var nodes = new List<KeyValuePair<string, string>>
        {
            new("ostype", "linux"),
            new("kernel", info.Kernel!),
        };
        if (info.Ramdisk is { } ramdisk) nodes.Add(new("ramdisk", ramdisk));
        if (info.Cmdline.Length > 0) nodes.Add(new("cmdline", info.Cmdline));
        return nodes;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
