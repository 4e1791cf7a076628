namespace Xen.Hypervisor;

/// <summary>Why a domain shut itself down.</summary>
public enum ShutdownReason
{
    Poweroff = 0,
    Reboot = 1,
    Suspend = 2,
    Crash = 3,
    Watchdog = 4,
    SoftReset = 5,
}

public enum DyingState
{
    Alive,
    Dying,

    /// <summary>Everything is released except what foreign mappings still hold: a zombie.</summary>
    Dead,
}

/// <summary>Domain ids with a meaning of their own.</summary>
public static class DomId
{
    /// <summary>Whoever makes the hypercall. Also the first id that no domain can have.</summary>
    public const int Self = 0x7FF0;
    public const int Io = 0x7FF1;
    public const int Xen = 0x7FF2;
    public const int Invalid = 0x7FF4;
    public const int Idle = 0x7FFF;
}

/// <summary>A domain as the hypervisor sees it. Everything here is changed by hypercalls only.</summary>
public sealed class Domain
{
    private readonly List<ulong> pages = [];
    private readonly List<ulong> physical = [];
    private readonly Queue<Timer> parked = new();

    internal Domain(Host host, int id, Guid handle, int maxVcpus, int maxEventChannelPort, int maxGrantFrames, int maxMaptrackEntries,
        Containment kernelContainment)
    {
        Host = host;
        Id = id;
        Handle = handle;
        MaxVcpus = maxVcpus;
        MaxEventChannelPort = maxEventChannelPort;
        Privileged = id == 0;
        Kernel = new Component(host.Simulation, id == 0 ? "dom0-kernel" : $"dom{id}", kernelContainment, this);
        SharedInfoMfn = host.Memory.Allocate(null);
        SharedInfo = new MappedPage(host.Memory, SharedInfoMfn, writable: true);
        Hardware = kernelContainment == Containment.Kernel ? new DomainHardware(host.Simulation, id == 0 ? "loop" : $"dom{id}-loop", id == 0 ? host.Name : $"dom{id}") : null;
        GrantTable = new GrantTable(this, maxGrantFrames, maxMaptrackEntries);
        CreditNs = CpuScheduler.InitialCreditNs;
    }

    public Host Host { get; }

    public int Id { get; }

    /// <summary>The UUID that the toolstack gave it.</summary>
    public Guid Handle { get; internal set; }

    /// <summary>May make control hypercalls: Dom0.</summary>
    public bool Privileged { get; }

    /// <summary>The domain's kernel as a component. A guest's drivers and workload run as this one or as others of the same domain.</summary>
    public Component Kernel { get; private set; }

    /// <summary>What its kernel drives for others; null unless it is Dom0 or a driver domain.</summary>
    public DomainHardware? Hardware { get; private set; }

    public int MaxVcpus { get; }

    public int MaxEventChannelPort { get; }

    public IReadOnlyList<Vcpu> Vcpus => VcpuList;

    public int ControllerPauseCount { get; internal set; }

    public bool ShutDown { get; internal set; }

    public ShutdownReason? ShutdownCode { get; internal set; }

    public DyingState Dying { get; internal set; }

    /// <summary>The last reference is gone and the id can be used again.</summary>
    public bool Destroyed { get; internal set; }

    /// <summary>Its virtual CPUs can run.</summary>
    public bool IsRunning => ControllerPauseCount == 0 && !ShutDown && Dying == DyingState.Alive && (Id == 0 || !Host.Crashed);

    /// <summary>The most pages it may own.</summary>
    public long MaxPages { get; internal set; }

    public int TotalPages => pages.Count;

    /// <summary>Pages that it was promised and has not got yet.</summary>
    public long OutstandingPages { get; internal set; }

    /// <summary>Pseudo-physical page numbers that were ever in use.</summary>
    public int PhysicalPages => physical.Count;

    /// <summary>The machine frames it owns, in the order in which it got them.</summary>
    public IReadOnlyList<ulong> Pages => pages;

    public ulong SharedInfoMfn { get; }

    /// <summary>The page shared between hypervisor and domain: event channel bits at 2048 (pending) and 2560 (mask).</summary>
    public MappedPage SharedInfo { get; }

    public GrantTable GrantTable { get; }

    /// <summary>Event channels by port; port 0 is never used.</summary>
    public IReadOnlyList<EventChannel> EventChannels => Ports;

    public int Weight { get; internal set; } = CpuScheduler.DefaultWeight;

    /// <summary>Writes to its memory are recorded (XEN_DOMCTL_SHADOW_ENABLE_LOGDIRTY).</summary>
    public bool LogDirty { get; internal set; }

    /// <summary>Limit in percent of one CPU; 0 is none.</summary>
    public int Cap { get; internal set; }

    public long CreditNs { get; internal set; }

    /// <summary>CPU time in the current period of the cap.</summary>
    internal long CapUsedNs { get; set; }

    internal long CapPeriod { get; set; }

    internal bool CapWakeQueued { get; set; }

    internal List<Vcpu> VcpuList { get; } = [];

    internal List<EventChannel> Ports { get; } = [];

    internal bool Entered { get; set; }

    internal bool UpcallQueued { get; set; }

    /// <summary>Maps a page of the domain's own. Null when the frame is not its own.</summary>
    public MappedPage? OwnPage(ulong mfn) =>
        Host.Memory.OwnerOf(mfn) == this ? new MappedPage(Host.Memory, mfn, writable: true) : null;

    /// <summary>The machine frame at a pseudo-physical page number, as the domain's page tables map it; 0 where there is none.</summary>
    public ulong FrameAt(int pfn) => pfn >= 0 && pfn < physical.Count ? physical[pfn] : 0;

    /// <summary>The inverse (the machine-to-physical table): -1 for a frame that is not the domain's.</summary>
    public int PfnOf(ulong mfn) => Host.Memory.OwnerOf(mfn) == this ? physical.IndexOf(mfn) : -1;

    internal void AddPage(ulong mfn, int pfn)
    {
        pages.Add(mfn);
        while (physical.Count <= pfn)
        {
            physical.Add(0);
        }

        physical[pfn] = mfn;
    }

    /// <summary>Gives a page back. Stays with the domain while a foreign mapping holds it; the last unmapping frees it then.</summary>
    internal bool ReleasePage(ulong mfn)
    {
        if (Host.Memory.ReferencesOf(mfn) > 0)
        {
            return false;
        }

        pages.Remove(mfn);
        var pfn = physical.IndexOf(mfn);
        if (pfn >= 0)
        {
            physical[pfn] = 0;
        }

        Host.Memory.Free(mfn);
        return true;
    }

    internal void RelinquishMemory()
    {
        var held = new List<ulong>();
        foreach (var mfn in pages)
        {
            if (Host.Memory.ReferencesOf(mfn) > 0)
            {
                held.Add(mfn);
            }
            else
            {
                Host.Memory.Free(mfn);
            }
        }

        pages.Clear();
        pages.AddRange(held);
    }

    internal void ReferenceDropped(ulong mfn)
    {
        if (Dying == DyingState.Dead)
        {
            pages.Remove(mfn);
            Host.Memory.Free(mfn);
            Host.TryFreeDomain(this);
        }
    }

    /// <summary>Keeps an event of one of the domain's components until the domain runs again.</summary>
    internal void Park(Timer timer) => parked.Enqueue(timer);

    internal void ResumeIfRunning()
    {
        if (!IsRunning)
        {
            return;
        }

        while (parked.TryDequeue(out var timer))
        {
            Host.Simulation.Requeue(timer);
        }
    }

    /// <summary>The kernel starts anew: nothing of it is left but what lies on its disks.</summary>
    internal void Reboot()
    {
        parked.Clear();

        // An upcall that was under way to the old kernel will never arrive.
        UpcallQueued = false;
        Kernel = new Component(Host.Simulation, Kernel.Name, Kernel.Containment, this);
        Hardware = Hardware?.Rebooted();
    }

    internal void DropParked() => parked.Clear();

    public override string ToString() => $"d{Id}";
}
