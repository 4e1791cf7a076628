using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>libxl_ctx: what one process that uses the library holds open.</summary>
public sealed class LibxlContext
{
    public LibxlContext(Host host, Xenstored xenstored, Component process)
    {
        Host = host;
        Xenstored = xenstored;
        Process = process;
        Xs = new StoreAccess(xenstored.Connect(process));
        Events = new LibxlEvents(host.Simulation, process, Xs);
        Log = new LibxlLog();
    }

    public Host Host { get; }

    /// <summary>The daemon's address: child processes open connections of their own to it.</summary>
    public Xenstored Xenstored { get; }

    public Component Process { get; }

    public StoreAccess Xs { get; }

    public LibxlEvents Events { get; }

    public LibxlLog Log { get; }

    public Simulation Simulation => Host.Simulation;

    /// <summary>The domain that the toolstack runs in and makes hypercalls as.</summary>
    public Domain Self => Host.Dom0;

    public Dom0Files Files => Host.Files;

    /// <summary>libxl_domain_info: the information about exactly this domain; null when there is none of this id.</summary>
    public DomainInfo? DomainInfo(int domid)
    {
        if (Host.Domctl.GetDomainInfo(Self, domid, out var info) != 0) return null;
        return info!.Domid == domid ? info : null;
    }

    /// <summary>libxl_list_domain: all domains that the hypervisor knows.</summary>
    public IReadOnlyList<DomainInfo> ListDomains()
    {
        const int most = 1024;
        Host.Sysctl.GetDomainInfoList(Self, 0, most, out var list);
        return list;
    }
}
