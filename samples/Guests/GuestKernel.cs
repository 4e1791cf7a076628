using System.Runtime.InteropServices;
using Xen.Drivers;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Guests;

/// <summary>
/// The kernel of a small PV guest: it believes what the builder left in its memory, drives its disks, does what its manifest says,
/// shows a heartbeat, and shuts down when it is told to.
/// </summary>
public sealed partial class GuestKernel
{
    public const long HeartbeatIntervalNs = 100_000_000;

    /// <summary>How long the guest waits for its disks before it reports them as missing.</summary>
    public const long DiskTimeoutNs = 30_000_000_000;

    /// <summary>What stopping the guest's services takes.</summary>
    private const long ServicesStopNs = 20_000_000;

    /// <summary>An image is not larger than this many pages.</summary>
    private const int MaxImagePages = 64;

    private readonly Host host;
    private readonly List<GuestProgram> programs = [];
    private GuestConsole? console;
    private XenbusBus? bus;
    private GuestCpus? cpus;
    private Timer? diskTimer;
    private bool shuttingDown;

    public GuestKernel(Domain domain, StoreWitness? witness = null)
    {
        Domain = domain;
        Witness = witness ?? new StoreWitness();
        host = domain.Host;
        Grants = new GrantReferences(domain);
    }

    public Domain Domain { get; }

    public Component Component => Domain.Kernel;

    public GuestManifest Manifest { get; private set; } = new();

    public StartInfo? StartInfo { get; private set; }

    public GrantReferences Grants { get; }

    public GuestPages? Pages { get; private set; }

    public GuestP2m? P2m { get; private set; }

    public Balloon? Balloon { get; private set; }

    /// <summary>Who remembers, outside of the guest, what its stores have acknowledged.</summary>
    public StoreWitness Witness { get; }

    /// <summary>What runs in the guest, in the order in which it was started.</summary>
    public IReadOnlyList<GuestProgram> Programs => programs;

    public XenbusClient? Xenbus { get; private set; }

    private XsClient? StoreConnection { get; set; }

    public bool Booted { get; private set; }

    public long Heartbeats { get; private set; }

    public long LastHeartbeatAt { get; private set; }

    /// <summary>The disk workloads, in the order in which the disks appeared.</summary>
    public IReadOnlyList<ChecksummedBlocks> Disks => [.. programs.OfType<ChecksummedBlocks>()];

    /// <summary>The service that runs here; null when there is none.</summary>
    public Service? Service => programs.OfType<Service>().FirstOrDefault();

    /// <summary>A service answers here from now on: after its start, and after each resume.</summary>
    public event Action<Service>? ServiceAnnounced;

    /// <summary>Some disks that the manifest asks for never came, or were taken away.</summary>
    public bool DisksMissing { get; private set; }

    /// <summary>What the guest was asked to do through control/shutdown; null until then.</summary>
    public string? ShutdownRequest { get; private set; }

    /// <summary>Everything that the manifest asks for has ended, well or not.</summary>
    public bool Finished =>
        Booted && (DisksMissing || (DisksFound >= Manifest.Disks && programs.TrueForAll(program => program.Ended))) && NetworkFinished;

    private int DisksFound => programs.Count(program => program is ChecksummedBlocks or KeyValueStore);

    /// <summary>The first instructions: runs as the guest when its virtual CPU is entered. A kernel that cannot boot panics.</summary>
    public void Boot()
    {
        ReadStartInfo();
        P2m = new GuestP2m(Domain, StartInfo!);
        ReadImage();
        PublishP2m();
        StartConsole();
        if (Resuming)
        {
            LoadState();
        }

        StartXenbus();
        Booted = true;
        if (Resuming)
        {
            GoOn();
            return;
        }

        console!.WriteLine($"Linux version 6.1 booting, {StartInfo!.NrPages} pages");
        Heartbeat();
        ConsoleBeat();
        if (Manifest.Patterns > 0)
        {
            var patterns = new PagePatterns(this, Manifest.Patterns);
            programs.Add(patterns);
            patterns.Start();
        }

        if (Manifest.Burn > 0)
        {
            var burner = new CpuBurner(this);
            programs.Add(burner);
            burner.Start();
        }

        if (Manifest.Workload == GuestManifest.StatefulService)
        {
            var service = new Service(this);
            programs.Add(service);
            service.Start();
        }

        if (Manifest.Disks > 0)
        {
            diskTimer = host.Simulation.After(DiskTimeoutNs, Component, "waiting for disks", () => DisksMissing = true);
        }

        WaitForNetwork();
        StartBus();
    }

    private void StartBus()
    {
        var error = bus!.Start();
        if (error != 0)
        {
            throw new GuestPanicException($"xenbus does not answer ({Errno.Name(error)})");
        }

        StartBackends();
    }

    /// <summary>Asks the guest from outside whether it lives; the answer comes when it next runs.</summary>
    public void Ping(Action answer) => host.Simulation.Post(Component, "ping", answer);

    private void ReadStartInfo()
    {
        var context = Domain.Vcpus[0].Context;
        var page = context is null ? null : Domain.OwnPage(context.StartInfoMfn);
        if (page is null || Xen.Hypervisor.StartInfo.ReadFrom(page) is not { } startInfo)
        {
            throw new GuestPanicException("no start_info");
        }

        if (!Resuming && (startInfo.NrPages == 0 || startInfo.NrPages > (ulong)Domain.TotalPages))
        {
            throw new GuestPanicException($"start_info promises {startInfo.NrPages} pages, there are {Domain.TotalPages}");
        }

        StartInfo = startInfo;
    }

    private void ReadImage()
    {
        var entry = Domain.Vcpus[0].Context!.EntryPoint;
        var pages = (ulong)Domain.PhysicalPages;
        if (entry < GuestImage.VirtualBase || entry - GuestImage.VirtualBase >= pages * MachineMemory.PageSize)
        {
            throw new GuestPanicException($"nothing is mapped at the entry point {entry:x}");
        }

        var first = (int)((entry - GuestImage.VirtualBase) / MachineMemory.PageSize);
        var size = GuestImage.LoadedSize(OwnPageAt(first).Read);
        var last = first + Math.Min(MaxImagePages, (size + MachineMemory.PageSize - 1) / MachineMemory.PageSize);
        var image = new List<byte>();
        for (var pfn = first; pfn < Domain.PhysicalPages && pfn < last; pfn++)
        {
            image.AddRange(OwnPageAt(pfn).Read);
        }

        var manifest = GuestImage.Manifest(CollectionsMarshal.AsSpan(image));
        if (manifest is null)
        {
            throw new GuestPanicException("the kernel image is damaged");
        }

        Manifest = GuestManifest.Parse(manifest, StartInfo!.CommandLine);
        Pages = new GuestPages(Domain, BuilderPages(first));
    }

    // The builder fills pages from the bottom up; everything up to the last page that the kernel knows of stays out of the free memory.
    private HashSet<ulong> BuilderPages(int image)
    {
        var context = Domain.Vcpus[0].Context!;
        var known = new HashSet<ulong> { context.StartInfoMfn, StartInfo!.StoreMfn, StartInfo.ConsoleMfn };
        var last = image;
        for (var pfn = 0; pfn < Domain.PhysicalPages; pfn++)
        {
            if (known.Contains(Domain.FrameAt(pfn)))
            {
                last = Math.Max(last, pfn);
            }
        }

        return [.. Enumerable.Range(0, last + 1).Select(Domain.FrameAt)];
    }

    private MappedPage OwnPageAt(int pfn) =>
        Domain.OwnPage(Domain.FrameAt(pfn)) ?? throw new GuestPanicException($"page {pfn:x} is not mapped");

    // The pages with the lists are the kernel's own for as long as it runs.
    private void PublishP2m()
    {
        if (Domain.OwnPage(Pages!.TakeFree()) is not { } listList || Domain.OwnPage(Pages.TakeFree()) is not { } list)
        {
            throw new GuestPanicException("Out of memory");
        }

        P2m!.Publish(listList, list);
    }

    // A sign of life that people can see.
    private void ConsoleBeat()
    {
        if (Manifest.ConsoleBeatMs == 0)
        {
            return;
        }

        console!.WriteLine($"heartbeat {Heartbeats}");
        host.Simulation.AfterHousekeeping(Manifest.ConsoleBeatMs * 1_000_000L, Component, "console beat", ConsoleBeat);
    }

    private void StartConsole()
    {
        if (Domain.OwnPage(StartInfo!.ConsoleMfn) is not { } page)
        {
            throw new GuestPanicException("no console page");
        }

        console = new GuestConsole(Domain, page, StartInfo.ConsoleEventChannel);
    }

    private void StartXenbus()
    {
        if (Domain.OwnPage(StartInfo!.StoreMfn) is not { } page || StartInfo.StoreEventChannel == 0)
        {
            throw new GuestPanicException("no xenstore page");
        }

        StoreConnection = new XsClient(new XenbusRing(Domain, page, StartInfo.StoreEventChannel));
        Xenbus = new XenbusClient(StoreConnection);
        var error = Xenbus.ReadUnsigned(0, "domid", out var domid);
        if (error != 0)
        {
            throw new GuestPanicException($"xenstore does not tell the domain id ({Errno.Name(error)})");
        }

        if ((int)domid != Domain.Id)
        {
            throw new GuestPanicException($"xenstore says that this is domain {domid}");
        }

        Xenbus.Write(0, "control/feature-poweroff", 1);
        Xenbus.Write(0, "control/feature-reboot", 1);
        Xenbus.Write(0, "control/feature-suspend", 1);
        if (Xenbus.Watch("control/shutdown", ShutdownHandler) is null)
        {
            throw new GuestPanicException("Failed to set shutdown watcher");
        }

        Balloon = new Balloon(Domain, Xenbus, Pages!) { MaxPfn = P2m!.Size };
        Balloon.PageChanged += (pfn, mfn) => P2m[pfn] = mfn == 0 ? GuestP2m.Invalid : mfn;
        cpus = new GuestCpus(Domain, Xenbus);
        if (Balloon.Start(HolesAtBoot()) != 0 || cpus.Start() != 0)
        {
            throw new GuestPanicException("Failed to set watchers");
        }

        bus = XenbusBus.Frontend(Domain, Xenbus);
        bus.Register("vbd", MakeBlkfront);
        bus.Register("vif", MakeNetfront);
    }

    private Blkfront MakeBlkfront(XenbusDevice device)
    {
        var frontend = new Blkfront(device, Grants, Pages!);
        frontend.DiskReady += DiskReady;
        frontend.DiskGone += f => console!.WriteLine($"vd{f.VirtualDevice}: closed");
        frontend.DeviceRemoved += DeviceRemoved;
        return frontend;
    }

    private void DiskReady(Blkfront frontend)
    {
        if (shuttingDown || IsInUse(frontend))
        {
            return;
        }

        console!.WriteLine($"vd{frontend.VirtualDevice}: {frontend.Sectors} sectors");
        if (!Reattach(frontend))
        {
            StartOnDisk(frontend);
        }

        if (DisksFound >= Manifest.Disks)
        {
            diskTimer?.Cancel();
        }
    }

    private bool IsInUse(Blkfront frontend)
    {
        foreach (var program in programs)
        {
            switch (program)
            {
                case ChecksummedBlocks { Attached: true } blocks when blocks.VirtualDevice == frontend.VirtualDevice:
                case KeyValueStore { Attached: true } store when store.VirtualDevice == frontend.VirtualDevice:
                    return true;
            }
        }

        return false;
    }

    // A program of a kernel that was suspended gets its disk back.
    private bool Reattach(Blkfront frontend)
    {
        foreach (var program in programs)
        {
            switch (program)
            {
                case ChecksummedBlocks { Attached: false } blocks when blocks.VirtualDevice == frontend.VirtualDevice:
                    blocks.Attach(frontend);
                    return true;
                case KeyValueStore { Attached: false } store when store.VirtualDevice == frontend.VirtualDevice:
                    store.Attach(frontend);
                    return true;
            }
        }

        return false;
    }

    private void StartOnDisk(Blkfront frontend)
    {
        switch (Manifest.Workload)
        {
            case GuestManifest.ChecksummedBlocks:
                var blocks = new ChecksummedBlocks(this, frontend);
                programs.Add(blocks);
                blocks.Finished += ProgramEnded;
                blocks.Start();
                break;
            case GuestManifest.KeyValue:
                var store = new KeyValueStore(this, frontend);
                programs.Add(store);
                store.Start();
                break;
        }
    }

    // What was removed in good order is forgotten, as a kernel forgets an unplugged disk. A disk that the guest needs is missed.
    private void DeviceRemoved(Blkfront frontend)
    {
        console!.WriteLine($"vd{frontend.VirtualDevice}: removed");
        programs.RemoveAll(program => program is ChecksummedBlocks { Attached: true, Outcome: DiskOutcome.Ok } blocks && blocks.Disk == frontend);
        foreach (var store in programs.OfType<KeyValueStore>().Where(store => store.VirtualDevice == frontend.VirtualDevice).ToList())
        {
            store.Detached();
            if (store.Problem is null)
            {
                programs.Remove(store);
            }
        }

        if (DisksFound < Manifest.Disks)
        {
            DisksMissing = true;
        }
    }

    internal void AnnounceService(Service service) => ServiceAnnounced?.Invoke(service);

    /// <summary>A program has come to its end, or can go no further.</summary>
    internal void ProgramEnded(GuestProgram program)
    {
        switch (program)
        {
            case ChecksummedBlocks blocks:
                console!.WriteLine($"vd{blocks.VirtualDevice}: {blocks.Outcome}");
                Xenbus!.Write(0, $"data/disk-{blocks.VirtualDevice}", $"{blocks.Outcome} {blocks.Digest:x16}");
                break;
            case KeyValueStore store:
                console!.WriteLine($"vd{store.VirtualDevice}: {store.Problem ?? "store is at rest"}");
                Xenbus!.Write(0, $"data/disk-{store.VirtualDevice}", $"{store.Problem ?? "Ok"} {store.Digest:x16}");
                break;
        }
    }

    private void Heartbeat()
    {
        Heartbeats++;
        LastHeartbeatAt = host.Simulation.Now;
        host.Simulation.AfterHousekeeping(HeartbeatIntervalNs, Component, "heartbeat", Heartbeat);
    }

    // shutdown_handler: acknowledges a word that it knows by emptying the node, then acts.
    private void ShutdownHandler(string path)
    {
        if (shuttingDown || suspending)
        {
            return;
        }

        if (!TakeShutdownRequest(out var request))
        {
            return;
        }

        if (request == "suspend")
        {
            Suspend();
            return;
        }

        shuttingDown = true;
        ShutdownRequest = request;
        console!.WriteLine($"shutting down: {request}");
        foreach (var program in programs)
        {
            program.Stop();
        }

        StopNetwork();

        var reason = request == "reboot" ? ShutdownReason.Reboot : ShutdownReason.Poweroff;
        host.Simulation.After(ServicesStopNs, Component, "services stopped", () => host.Sched.Shutdown(Domain, reason));
    }

    // Reads what is asked for and acknowledges it by emptying the node. A word that is none is left alone.
    private bool TakeShutdownRequest(out string request)
    {
        int error;
        do
        {
            request = "";
            error = Xenbus!.TransactionStart(out var transaction);
            if (error != 0)
            {
                return false;
            }

            error = Xenbus.Read(transaction, "control/shutdown", out request);
            if (error != 0 || request is not ("poweroff" or "halt" or "reboot" or "suspend"))
            {
                Xenbus.TransactionEnd(transaction, abort: true);
                return false;
            }

            Xenbus.Write(transaction, "control/shutdown", "");
            error = Xenbus.TransactionEnd(transaction, abort: false);
        }
        while (error == -Errno.EAGAIN);
        return true;
    }
}
