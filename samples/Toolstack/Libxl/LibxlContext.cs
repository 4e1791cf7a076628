using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>libxl_ctx: what one process that uses the library holds open.</summary>
public sealed class LibxlContext
{
    private readonly Func<Component, XsClient> connect;

    public LibxlContext(Host host, Xenstored xenstored, Component process)
        : this(host.Dom0, xenstored.Connect, process)
    {
    }

    /// <summary>The library in any domain, which reaches the daemon in its own way.</summary>
    public LibxlContext(Domain self, Func<Component, XsClient> connect, Component process)
    {
        Self = self;
        Process = process;
        this.connect = connect;
        Xs = new StoreAccess(connect(process));
        Events = new LibxlEvents(Simulation, process, Xs);
        Log = new LibxlLog();
    }

    public Host Host => Self.Host;

    public Component Process { get; }

    public StoreAccess Xs { get; }

    public LibxlEvents Events { get; }

    public LibxlLog Log { get; }

    public Simulation Simulation => Host.Simulation;

    /// <summary>The domain that the library runs in and makes hypercalls as.</summary>
    public Domain Self { get; }

    public Dom0Files Files => Self.Hardware!.Files;

    /// <summary>A connection to the daemon for a child process.</summary>
    public XsClient Connect(Component child) => connect(child);

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
