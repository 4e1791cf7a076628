using System.Globalization;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>A virtual CPU as vcpu-list shows it.</summary>
public sealed record VcpuRow(int Vcpu, bool Online, bool Running, bool Blocked, int Cpu, long CpuTimeNs, ulong Hard, ulong Soft);

/// <summary>Virtual CPUs of running domains (libxl_domain, libxl_sched): which there are, which are in use, and where they may run.</summary>
public sealed class LibxlVcpu(LibxlContext context)
{
    /// <summary>libxl_list_vcpu.</summary>
    public IReadOnlyList<VcpuRow> List(DomainInfo info)
    {
        var rows = new List<VcpuRow>();
        for (var i = 0; i <= info.MaxVcpuId; i++)
        {
            var error = context.Host.Domctl.GetVcpuInfo(context.Self, info.Domid, i, out var vcpu);
            if (error != 0 || vcpu is null)
            {
                context.Log.Error(info.Domid, $"Getting vcpu info: {Errno.Name(error)}");
                break;
            }
            error = context.Host.Domctl.GetVcpuAffinity(context.Self, info.Domid, i, out var hard, out var soft);
            if (error != 0)
            {
                context.Log.Error(info.Domid, $"Getting vcpu affinity: {Errno.Name(error)}");
                break;
            }
            rows.Add(new VcpuRow(i, vcpu.Online, vcpu.Running, vcpu.Blocked, vcpu.Cpu, vcpu.CpuTimeNs, hard, soft));
        }
        return rows;
    }

    /// <summary>libxl_set_vcpuonline: asks the guest, by its cpu/N/availability nodes, to use the first so many of its virtual CPUs.</summary>
    public LibxlError SetOnline(int domid, int count)
    {
        if (context.DomainInfo(domid) is not { } info)
        {
            context.Log.Error(domid, "Non-existent domain");
            return LibxlError.DomainNotFound;
        }
        var maximum = info.MaxVcpuId + 1;
        if (count <= 0)
        {
            context.Log.Error(domid, "a domain needs a vcpu");
            return LibxlError.Fail;
        }
        if (count > maximum)
        {
            context.Log.Error(domid, $"Requested {count} VCPUs, however maxcpus is {maximum}!");
            return LibxlError.Fail;
        }

        var userdata = new LibxlUserdata(context);
        var rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok) return rc;
        rc = userdata.Load(domid, out var config);
        if (rc == LibxlError.Ok) rc = WriteAvailability(domid, count, maximum);
        if (rc == LibxlError.Ok)
        {
            config.BuildInfo.OnlineVcpus = count;
            rc = userdata.Store(domid, config);
        }
        userdata.Unlock(domid);
        return rc;
    }

    /// <summary>libxl__set_vcpuonline_xenstore.</summary>
    private LibxlError WriteAvailability(int domid, int count, int maximum)
    {
        return context.Xs.InTransaction(t =>
        {
            for (var i = 0; i < maximum; i++)
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"{StorePath.DomainHome(domid)}/cpu/{i}/availability");
                var rc = context.Xs.Write(t, path, i < count ? "online" : "offline");
                if (rc != LibxlError.Ok) return rc;
            }
            return LibxlError.Ok;
        });
    }

    /// <summary>libxl_set_vcpuaffinity: null leaves a mask alone.</summary>
    public LibxlError SetAffinity(int domid, int vcpu, ulong? hard, ulong? soft)
    {
        var error = context.Host.Domctl.SetVcpuAffinity(context.Self, domid, vcpu, hard, soft);
        if (error != 0)
        {
            context.Log.Error(domid, $"Setting vcpu affinity: {Errno.Name(error)}");
            return LibxlError.Fail;
        }
        error = context.Host.Domctl.GetVcpuAffinity(context.Self, domid, vcpu, out var effective, out var preferred);
        if (error == 0 && (effective & preferred) == 0)
        {
            context.Log.Warning(domid, $"all the pcpus in the soft affinity of vcpu {vcpu} are outside of its hard affinity");
        }
        return LibxlError.Ok;
    }
}
