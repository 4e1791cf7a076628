using Xen.Hypervisor.Network;

namespace Xen.Hypervisor;

/// <summary>One simulated machine: memory, CPUs, domains and the hypercalls on them. Dom0 exists after construction.</summary>
public sealed class Host
{
    private const int FramesPerMib = 256;

    private readonly List<Domain> domains = [];
    private int lastDomid;

    public Host(Simulation simulation, HostOptions options)
    {
        Simulation = simulation;
        Options = options;
        Memory = new MachineMemory(options.MemoryMib * FramesPerMib, simulation.Tap);
        Scheduler = new CpuScheduler(options.Cpus);
        RunQueue = new CreditRunQueue(this);
        Domctl = new DomctlOps(this);
        Sysctl = new SysctlOps(this);
        EventChannel = new EventChannelOps(this);
        GrantTable = new GrantTableOps(this);
        MemoryOp = new MemoryOps(this);
        Sched = new SchedOps(this);
        VcpuOp = new VcpuOps(this);
        Executables = new Executables(this);
        ConsoleRing = new ConsoleRing(simulation);
        simulation.Crashed += ComponentCrashed;
        ConsoleRing.Boot(options, Memory);
        Dom0 = MakeDom0();
    }

    public Simulation Simulation { get; }

    public HostOptions Options { get; }

    public MachineMemory Memory { get; }

    public CpuScheduler Scheduler { get; }

    /// <summary>The virtual CPUs that compute.</summary>
    public CreditRunQueue RunQueue { get; }

    public DomctlOps Domctl { get; }

    public SysctlOps Sysctl { get; }

    public EventChannelOps EventChannel { get; }

    public GrantTableOps GrantTable { get; }

    public MemoryOps MemoryOp { get; }

    public SchedOps Sched { get; }

    public VcpuOps VcpuOp { get; }

    /// <summary>What the hypervisor itself has printed.</summary>
    public ConsoleRing ConsoleRing { get; }

    /// <summary>The programs of Dom0 that the toolstack starts by their path.</summary>
    public Executables Executables { get; }

    public string Name => Options.Name;

    /// <summary>Dom0's file system.</summary>
    public Dom0Files Files => Dom0.Hardware!.Files;

    /// <summary>Dom0's loop devices, which the hotplug script makes and blkback opens.</summary>
    public LoopDevices LoopDevices => Dom0.Hardware!.LoopDevices;

    /// <summary>Dom0's network interfaces and bridges.</summary>
    public NetworkStack Network => Dom0.Hardware!.Network;

    public Domain Dom0 { get; }

    public Component Dom0Kernel => Dom0.Kernel;

    /// <summary>All domains by id, the dying ones and zombies included.</summary>
    public IReadOnlyList<Domain> Domains => domains;

    public long Hypercalls { get; private set; }

    public bool Crashed => CrashReason is not null;

    public string? CrashReason { get; private set; }

    /// <summary>What runs when a domain's first virtual CPU starts to execute: the kernel that the builder has loaded.</summary>
    public Action<Domain>? GuestEntry { get; set; }

    /// <summary>A domain shut itself down or crashed.</summary>
    public event Action<Domain>? DomainShutDown;

    /// <summary>The machine is off: connections to others break.</summary>
    public event Action? PoweredOff;

    /// <summary>The domain of this id, a dying one or zombie too.</summary>
    public Domain? FindDomain(int domid) => domains.Find(d => d.Id == domid);

    /// <summary>A process of Dom0. When it ends, its event channels, grant mappings and foreign mappings are released by the kernel.</summary>
    public Component CreateProcess(string name) => CreateProcess(name, Dom0);

    /// <summary>A process of any domain that has some: Dom0 or a driver domain.</summary>
    public Component CreateProcess(string name, Domain domain)
    {
        var process = new Component(Simulation, name, Containment.Process, domain);
        process.Ended += ReleaseProcess;
        return process;
    }

    /// <summary>A part of a domain's kernel, such as a driver: its crash is the crash of the kernel.</summary>
    public static Component CreateKernelPart(Domain domain, string name) =>
        new(domain.Host.Simulation, name, domain.Kernel.Containment, domain);

    /// <summary>The whole machine stops.</summary>
    public void Crash(string reason)
    {
        if (Crashed)
        {
            return;
        }

        CrashReason = reason;
        Simulation.Note(null, $"host crash: {reason}");
        foreach (var component in Simulation.Components.ToList())
        {
            if (component.Alive && component.Containment != Containment.Trusted && component.Domain?.Host == this && (component.Domain == Dom0 || !Options.GuestsOutliveDom0))
            {
                component.PowerOff("host crash");
            }
        }

        PoweredOff?.Invoke();
    }

    /// <summary>
    /// Boots Dom0 again under a hypervisor that has gone on, whether it had crashed or not. What it had mapped and bound is released: guests keep their memory, and find their
    /// event channels unbound until somebody binds them again. Needs <see cref="HostOptions.GuestsOutliveDom0"/>.
    /// </summary>
    public void RebootDom0()
    {
        if (!Options.GuestsOutliveDom0)
        {
            throw new InvalidOperationException("this host loses its guests with Dom0");
        }

        Simulation.Note(null, "Dom0 reboots");
        foreach (var component in Simulation.Components.Where(component => component.Domain == Dom0 && component.Containment != Containment.Trusted).ToList())
        {
            if (component.Alive)
            {
                component.PowerOff("Dom0 reboots");
            }

            MemoryOp.ReleaseHeldBy(component);
        }

        EventChannel.CloseAll(Dom0);
        GrantTableOps.ReleaseMappings(Dom0);
        Dom0.Reboot();
        CrashReason = null;
        foreach (var domain in domains)
        {
            domain.ResumeIfRunning();
        }

        RunQueue.Kick();
    }

    internal void Hypercall(Domain caller, string what)
    {
        if (Simulation.Current is { Alive: false } halted)
        {
            throw new ComponentHaltedException($"{halted.Name} is gone");
        }

        Hypercalls++;
        var component = Simulation.Current ?? caller.Kernel;
        Simulation.Note(component, what);
        Simulation.Tap?.Hypercall(this, component, what);
    }

    internal Domain? Resolve(Domain caller, int domid) => domid == DomId.Self ? caller : FindDomain(domid);

    internal int NextDomid()
    {
        for (var tried = 1; tried < DomId.Self; tried++)
        {
            var candidate = lastDomid + tried;
            if (candidate >= DomId.Self)
            {
                candidate -= DomId.Self - 1;
            }

            if (FindDomain(candidate) is null)
            {
                lastDomid = candidate;
                return candidate;
            }
        }

        return -1;
    }

    internal void Add(Domain domain)
    {
        var index = domains.FindIndex(d => d.Id > domain.Id);
        domains.Insert(index < 0 ? domains.Count : index, domain);
    }

    internal void ShutDownDomain(Domain domain, ShutdownReason reason)
    {
        if (domain == Dom0)
        {
            Crash($"Dom0 shut down: {reason}");
            return;
        }

        // Only the first reason counts; a crash after a shutdown has begun changes nothing.
        if (domain.ShutDown || domain.Dying != DyingState.Alive)
        {
            return;
        }

        domain.ShutDown = true;
        domain.ShutdownCode = reason;
        Simulation.Note(domain.Kernel, $"shutdown {reason}");
        if (reason == ShutdownReason.Crash)
        {
            ConsoleRing.Print($"domain_crash called for {domain}");
        }

        EventChannel.RaiseGlobalVirq(Virq.DomExc);
        DomainShutDown?.Invoke(domain);
    }

    internal void Destroy(Domain domain)
    {
        domain.Dying = DyingState.Dying;
        Memory.Claim(domain, 0);
        EventChannel.CloseAll(domain);
        GrantTableOps.ReleaseMappings(domain);
        domain.RelinquishMemory();
        foreach (var vcpu in domain.VcpuList)
        {
            vcpu.Enter(RunState.Offline, Simulation.Now);
        }

        domain.Dying = DyingState.Dead;
        StopComponents(domain, "domain destroyed");
        domain.DropParked();
        EventChannel.RaiseGlobalVirq(Virq.DomExc);
        TryFreeDomain(domain);
    }

    internal void TryFreeDomain(Domain domain)
    {
        if (domain.Dying != DyingState.Dead || domain.TotalPages > 0 || domain.Destroyed)
        {
            return;
        }

        domain.Destroyed = true;
        domain.GrantTable.FreeSharedPages();
        Memory.Free(domain.SharedInfoMfn);
        domains.Remove(domain);
        Simulation.Note(null, $"domain {domain.Id} freed");
        EventChannel.RaiseGlobalVirq(Virq.DomExc);
    }

    internal void Resume(Domain domain)
    {
        if (!domain.IsRunning)
        {
            return;
        }

        // What waited in it goes on now, and nothing else tells it so.
        Simulation.Tap?.Send(Simulation.Current, domain.Kernel, SimulationTap.RunKind, "run");
        domain.ResumeIfRunning();
        RunQueue.Kick();
        if (!domain.Entered && domain.VcpuList.Count > 0 && domain.VcpuList[0].Online)
        {
            domain.Entered = true;
            Simulation.Post(domain.Kernel, "kernel entry", () => GuestEntry?.Invoke(domain));
        }
    }

    private Domain MakeDom0()
    {
        var pages = Options.Dom0MemoryMib * FramesPerMib;
        var dom0 = new Domain(this, 0, Guid.Empty, Options.Cpus, 4095, 64, 1024 * 512, Containment.Kernel) { MaxPages = pages };
        domains.Add(dom0);
        for (var i = 0; i < pages; i++)
        {
            dom0.AddPage(Memory.Allocate(dom0), i);
        }

        for (var i = 0; i < Options.Cpus; i++)
        {
            var vcpu = new Vcpu(dom0, i, Simulation.Now) { Context = new VcpuContext(0, 0) };
            vcpu.Up = true;
            vcpu.Enter(RunState.Blocked, Simulation.Now);
            dom0.VcpuList.Add(vcpu);
        }

        dom0.Entered = true;
        return dom0;
    }

    private void ComponentCrashed(Component component)
    {
        if (component.Domain is not { } domain || domain.Host != this || component.Containment is Containment.Process or Containment.Trusted)
        {
            return;
        }

        if (domain == Dom0)
        {
            Crash($"{component.Name}: {component.Death}");
            return;
        }

        StopComponents(domain, $"{component.Name} crashed");
        ShutDownDomain(domain, ShutdownReason.Crash);
    }

    private void StopComponents(Domain domain, string reason)
    {
        foreach (var component in Simulation.Components.ToList())
        {
            if (component.Domain == domain && component.Alive)
            {
                component.StopWithDomain(reason);
            }
        }
    }

    private void ReleaseProcess(Component process)
    {
        EventChannel.CloseHeldBy(process);
        GrantTableOps.ReleaseHeldBy(process);
        MemoryOp.ReleaseHeldBy(process);
    }
}
