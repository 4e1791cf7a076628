using System.Globalization;
using System.Text;
using Xen.Drivers;
using Xen.Drivers.Qemu;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.Toolstack.Xl;
using Xen.XenStore;

namespace Xen.XenWorkloads;

/// <summary>A booted host: Dom0 with its daemons, the block back-end in its kernel, and guests that run what their configuration says.</summary>
public sealed partial class Machine
{
    public const string KernelPath = "/boot/vmlinuz-guest";
    public const string BlockScriptPath = LibxlDisk.ScriptDirectory + "/block";
    public const string ImageDirectory = "/srv/images";

    private const int MemoryMib = 256;
    private const int Dom0MemoryMib = 32;
    private const int DefaultCpus = 2;

    private static readonly string Dom0Kib = (Dom0MemoryMib * 1024).ToString(CultureInfo.InvariantCulture);

    private readonly SortedDictionary<int, GuestKernel> kernels = [];
    private readonly bool driversInDom0;

    public Machine(ulong seed)
        : this(new Simulation(seed), "dom0", new StoreWitness())
    {
    }

    /// <summary>One more machine in a simulation.</summary>
    /// <param name="simulation">Whose clock and queue it shares.</param>
    /// <param name="name">The host's name.</param>
    /// <param name="witness">Remembers what the guests' stores have acknowledged.</param>
    /// <param name="cpus">Physical CPUs.</param>
    /// <param name="driversInDom0">
    /// Whether Dom0's kernel has drivers: without them it serves no device and has no balloon, as with <c>dom0_mem=</c>, and domains of their own serve all devices.
    /// </param>
    public Machine(Simulation simulation, string name, StoreWitness witness, int cpus = DefaultCpus, bool driversInDom0 = true)
    {
        Simulation = simulation;
        Witness = witness;
        this.driversInDom0 = driversInDom0;
        Host = new Host(Simulation, new HostOptions { Name = name, MemoryMib = MemoryMib, Dom0MemoryMib = Dom0MemoryMib, Cpus = cpus, GuestsOutliveDom0 = true });
        Host.Files.Write(KernelPath, GuestImage.Build("workload=none\n"));
        Host.Files.Write(BlockScriptPath, Encoding.ASCII.GetBytes("#!/bin/bash\n"));
        Host.GuestEntry = EnterGuest;
        Xenstored = new Xenstored(Host);
        Services = new Dom0Services(Host, Xenstored);
        Host.Executables.Install(LibxlDm.ProgramPath, (process, arguments) => QemuXen.Run(process, arguments, Xenstored.Connect(process)));
        InitDom0();
        Consoles = new ConsoleDaemon(Host, Xenstored);
        Services.ReadTerminal = Consoles.ReadTerminal;
        Host.Files.Write(VifScriptPath, Encoding.ASCII.GetBytes("#!/bin/bash\n"));
        StartDrivers();
    }

    public Simulation Simulation { get; }

    public Host Host { get; }

    /// <summary>Remembers what the guests' stores have acknowledged, across restarts and hosts.</summary>
    public StoreWitness Witness { get; }

    public Xenstored Xenstored { get; }

    public Dom0Services Services { get; private set; }

    public ConsoleDaemon Consoles { get; private set; }

    /// <summary>The back-ends of all disks that Dom0 serves; null where driver domains serve all of them.</summary>
    public XenbusBus? Blkback { get; private set; }

    /// <summary>A guest's kernel is entered: it boots, or goes on after a restore.</summary>
    public event Action<GuestKernel>? KernelEntered;

    /// <summary>Gives a command to the toolstack from outside; it runs as the simulation does.</summary>
    public XlProcess Start(params IReadOnlyList<string> arguments)
    {
        var process = XlProcess.Start(Services, arguments);
        Simulation.Tap?.Starts(process.Component, arguments);
        return process;
    }

    /// <summary>The kernel that runs, or ran, in a domain.</summary>
    public GuestKernel? Kernel(int domid) => kernels.GetValueOrDefault(domid);

    /// <summary>The id of the domain that has a name now, seen from outside of the toolstack; -1 when there is none.</summary>
    public int DomidOf(string name)
    {
        foreach (var domain in Host.Domains)
        {
            if (domain.Dying == DyingState.Alive && NameOf(domain.Id) == name) return domain.Id;
        }
        return -1;
    }

    /// <summary>What the store holds as a domain's name, looked up without asking the daemon.</summary>
    public string? NameOf(int domid)
    {
        var node = Xenstored.Tree.Find(StorePath.DomainHome(domid) + "/name");
        return node is null ? null : XsPayload.Text(node.Value);
    }

    /// <summary>Lets two machines find each other by name, and see the same images, as on shared storage.</summary>
    public void Connect(Machine other)
    {
        Services.Peers[other.Host.Name] = other.Services;
        other.Services.Peers[Host.Name] = Services;
    }

    /// <summary>Shares the images of a domain with another machine.</summary>
    public void ShareImages(DomainPlan plan, Machine other)
    {
        foreach (var path in plan.ImagePaths)
        {
            if (Host.Files.Open(path) is { } content) other.Host.Files.Write(path, content);
        }
    }

    /// <summary>Where the configuration of a domain lies.</summary>
    public static string ConfigPath(string name) => $"/etc/xen/{name}.cfg";

    /// <summary>Makes an image of empty blocks and the configuration of a domain on it.</summary>
    public string WriteConfig(DomainPlan plan)
    {
        if (DiskServer(plan) is { } server)
        {
            foreach (var path in plan.ImagePaths)
            {
                if (!server.Exists(path)) server.Write(path, new byte[plan.Blocks * BlockPattern.Size]);
            }
        }
        var config = ConfigPath(plan.Name);
        Host.Files.WriteText(config, plan.ConfigText());
        return config;
    }

    /// <summary>The files of the domain that serves a plan's disks; null when there is no such domain.</summary>
    private Dom0Files? DiskServer(DomainPlan plan) => plan.Backend is null ? Host.Files : Host.FindDomain(DomidOf(plan.Backend))?.Hardware?.Files;

    /// <summary>xen-init-dom0: what the store holds before the first domain is made.</summary>
    private void InitDom0()
    {
        var process = Host.CreateProcess("xen-init-dom0");
        var store = new StoreAccess(Xenstored.Connect(process));
        Simulation.RunAs(process, () =>
        {
            store.Write(StoreAccess.NoTransaction, "/local/domain/0/domid", "0");
            store.Write(StoreAccess.NoTransaction, "/local/domain/0/name", "Domain-0");
            store.Write(StoreAccess.NoTransaction, "/local/domain/0/memory/target", Dom0Kib);
            store.Write(StoreAccess.NoTransaction, "/local/domain/0/memory/static-max", Dom0Kib);
            store.Write(StoreAccess.NoTransaction, "/local/pool/0/name", "Pool-0");
            process.Exit();
        });
    }

    /// <summary>Dom0's own balloon. Its kernel keeps the lower half of the memory in any case.</summary>
    private void StartBalloon()
    {
        var component = Host.CreateKernelPart(Host.Dom0, "balloon");
        var kept = new HashSet<ulong>(Host.Dom0.Pages.Take(Host.Dom0.TotalPages / 2));
        var balloon = new Balloon(Host.Dom0, new XenbusClient(Xenstored.Connect(component)), new GuestPages(Host.Dom0, kept)) { MaxPfn = Host.Dom0.TotalPages };
        Simulation.RunAs(component, () => balloon.Start([]));
    }

    /// <summary>The bridge, and what drives devices in Dom0's kernel.</summary>
    private void StartDrivers()
    {
        Host.Network.AddBridge(LibxlNic.DefaultBridge, BridgeAddress(0));
        if (!driversInDom0) return;
        StartBalloon();
        Blkback = StartBlkback();
        Netback = StartNetback();
    }

    private XenbusBus StartBlkback()
    {
        var component = Host.CreateKernelPart(Host.Dom0, "blkback");
        var bus = XenbusBus.Backend(Host.Dom0, new XenbusClient(Xenstored.Connect(component)));
        bus.Register("vbd", device => new Blkback(device));
        Simulation.RunAs(component, () => bus.Start());
        return bus;
    }

    private void EnterGuest(Domain domain)
    {
        var kernel = new GuestKernel(domain, Witness);
        kernels[domain.Id] = kernel;
        KernelEntered?.Invoke(kernel);
        kernel.Boot();
        StartDriverDomain(kernel);
    }
}

/// <summary>A domain that a workload will create: its configuration, its disk and what its guest does.</summary>
public sealed partial record DomainPlan(string Name, int MemoryMib, int Vcpus, int Blocks, int Rounds, int Disks, ulong GuestSeed)
{
    /// <summary>Reads and writes of a key-value store.</summary>
    public int Operations { get; init; }

    /// <summary>Pages of memory with patterns.</summary>
    public int Patterns { get; init; }

    /// <summary>Milliseconds between signs of life on the console.</summary>
    public int ConsoleBeatMs { get; init; }

    /// <summary>More lines for the configuration file.</summary>
    public string Extra { get; init; } = "";

    public IEnumerable<string> ImagePaths
    {
        get
        {
            for (var i = 0; i < Disks; i++) yield return ImagePath(i);
        }
    }

    public string ImagePath(int disk) => $"{Machine.ImageDirectory}/{Name}-{Vdev(disk)}.img";

    public static string Vdev(int disk) => "xvd" + (char)('a' + disk);

    /// <summary>The disk specification of one of the images.</summary>
    public string DiskSpecification(int disk) => $"format=raw, vdev={Vdev(disk)}, access=rw, script=block, {BackendWord}target={ImagePath(disk)}";

    /// <summary>The text of the configuration file, as an administrator would write it.</summary>
    public string ConfigText()
    {
        var disks = string.Join(", ", Enumerable.Range(0, Disks).Select(i => $"'{DiskSpecification(i)}'"));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Name}\n");
        text.Append(CultureInfo.InvariantCulture, $"name = \"{Name}\"\n");
        text.Append("type = \"pv\"\n");
        text.Append(CultureInfo.InvariantCulture, $"kernel = \"{Machine.KernelPath}\"\n");
        text.Append(CultureInfo.InvariantCulture, $"extra = \"workload={Workload}\"\n");
        text.Append(CultureInfo.InvariantCulture, $"extra += \" seed={GuestSeed} blocks={Blocks} rounds={Rounds} disks={Disks}{NetworkWords}\"\n");
        if (Operations > 0) text.Append(CultureInfo.InvariantCulture, $"extra += \" ops={Operations}\"\n");
        if (Patterns > 0) text.Append(CultureInfo.InvariantCulture, $"extra += \" patterns={Patterns}\"\n");
        if (ConsoleBeatMs > 0) text.Append(CultureInfo.InvariantCulture, $"extra += \" beat={ConsoleBeatMs}\"\n");
        text.Append(CultureInfo.InvariantCulture, $"memory = {MemoryMib}\n");
        text.Append(CultureInfo.InvariantCulture, $"vcpus = {Vcpus}\n");
        text.Append("on_reboot = \"restart\"; on_crash = \"destroy\"\n");
        text.Append(CultureInfo.InvariantCulture, $"disk = [ {disks} ]\n");
        text.Append(NetworkText());
        text.Append(Extra);
        return text.ToString();
    }
}
