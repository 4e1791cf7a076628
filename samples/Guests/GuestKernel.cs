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
    private readonly List<ChecksummedBlocks> disks = [];
    private GuestConsole? console;
    private XenbusBus? bus;
    private Timer? diskTimer;
    private bool shuttingDown;

    public GuestKernel(Domain domain)
    {
        Domain = domain;
        host = domain.Host;
        Grants = new GrantReferences(domain);
    }

    public Domain Domain { get; }

    public Component Component => Domain.Kernel;

    public GuestManifest Manifest { get; private set; } = new();

    public StartInfo? StartInfo { get; private set; }

    public GrantReferences Grants { get; }

    public GuestPages? Pages { get; private set; }

    public XenbusClient? Xenbus { get; private set; }

    private XsClient? StoreConnection { get; set; }

    public bool Booted { get; private set; }

    public long Heartbeats { get; private set; }

    public long LastHeartbeatAt { get; private set; }

    /// <summary>The disk workloads, in the order in which the disks appeared.</summary>
    public IReadOnlyList<ChecksummedBlocks> Disks => disks;

    /// <summary>Some disks that the manifest asks for never came, or were taken away.</summary>
    public bool DisksMissing { get; private set; }

    /// <summary>What the guest was asked to do through control/shutdown; null until then.</summary>
    public string? ShutdownRequest { get; private set; }

    /// <summary>Everything that the manifest asks for has ended, well or not.</summary>
    public bool Finished =>
        Booted && (DisksMissing || (disks.Count >= Manifest.Disks && disks.TrueForAll(d => d.Ended))) && NetworkFinished;

    /// <summary>The first instructions: runs as the guest when its virtual CPU is entered. A kernel that cannot boot panics.</summary>
    public void Boot()
    {
        ReadStartInfo();
        ReadImage();
        StartConsole();
        StartXenbus();
        Booted = true;
        console!.WriteLine($"Linux version 6.1 booting, {StartInfo!.NrPages} pages");
        Heartbeat();
        if (Manifest.Disks > 0)
        {
            diskTimer = host.Simulation.After(DiskTimeoutNs, Component, "waiting for disks", () => DisksMissing = true);
        }

        WaitForNetwork();
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

        if (startInfo.NrPages == 0 || startInfo.NrPages > (ulong)Domain.TotalPages)
        {
            throw new GuestPanicException($"start_info promises {startInfo.NrPages} pages, there are {Domain.TotalPages}");
        }

        StartInfo = startInfo;
    }

    private void ReadImage()
    {
        var entry = Domain.Vcpus[0].Context!.EntryPoint;
        var pages = (ulong)Domain.TotalPages;
        if (entry < GuestImage.VirtualBase || entry - GuestImage.VirtualBase >= pages * MachineMemory.PageSize)
        {
            throw new GuestPanicException($"nothing is mapped at the entry point {entry:x}");
        }

        var first = (int)((entry - GuestImage.VirtualBase) / MachineMemory.PageSize);
        var size = GuestImage.LoadedSize(Domain.OwnPage(Domain.Pages[first])!.Read);
        var last = first + Math.Min(MaxImagePages, (size + MachineMemory.PageSize - 1) / MachineMemory.PageSize);
        var image = new List<byte>();
        for (var pfn = first; pfn < Domain.TotalPages && pfn < last; pfn++)
        {
            image.AddRange(Domain.OwnPage(Domain.Pages[pfn])!.Read);
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
        for (var pfn = 0; pfn < Domain.TotalPages; pfn++)
        {
            if (known.Contains(Domain.Pages[pfn]))
            {
                last = Math.Max(last, pfn);
            }
        }

        return [.. Domain.Pages.Take(last + 1)];
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
        if (Xenbus.Watch("control/shutdown", ShutdownHandler) is null)
        {
            throw new GuestPanicException("Failed to set shutdown watcher");
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
        if (shuttingDown || Manifest.Workload != GuestManifest.ChecksummedBlocks || disks.Exists(d => d.Disk == frontend))
        {
            return;
        }

        console!.WriteLine($"vd{frontend.VirtualDevice}: {frontend.Sectors} sectors");
        var workload = new ChecksummedBlocks(this, frontend);
        disks.Add(workload);
        if (disks.Count >= Manifest.Disks)
        {
            diskTimer?.Cancel();
        }

        workload.Finished += DiskWorkloadEnded;
        workload.Start();
    }

    // What was removed in good order is forgotten, as a kernel forgets an unplugged disk. A disk that the guest needs is missed.
    private void DeviceRemoved(Blkfront frontend)
    {
        console!.WriteLine($"vd{frontend.VirtualDevice}: removed");
        disks.RemoveAll(d => d.Disk == frontend && d.Outcome == DiskOutcome.Ok);
        if (disks.Count < Manifest.Disks)
        {
            DisksMissing = true;
        }
    }

    private void DiskWorkloadEnded(ChecksummedBlocks workload)
    {
        console!.WriteLine($"vd{workload.Disk.VirtualDevice}: {workload.Outcome}");
        Xenbus!.Write(0, $"data/disk-{workload.Disk.VirtualDevice}", $"{workload.Outcome} {workload.Digest:x16}");
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
        if (shuttingDown)
        {
            return;
        }

        string request;
        int error;
        do
        {
            error = Xenbus!.TransactionStart(out var transaction);
            if (error != 0)
            {
                return;
            }

            error = Xenbus.Read(transaction, "control/shutdown", out request);
            if (error != 0 || request is not ("poweroff" or "halt" or "reboot"))
            {
                Xenbus.TransactionEnd(transaction, abort: true);
                return;
            }

            Xenbus.Write(transaction, "control/shutdown", "");
            error = Xenbus.TransactionEnd(transaction, abort: false);
        }
        while (error == -Errno.EAGAIN);

        shuttingDown = true;
        ShutdownRequest = request;
        console!.WriteLine($"shutting down: {request}");
        foreach (var disk in disks)
        {
            disk.Stop();
        }

        StopNetwork();

        var reason = request == "reboot" ? ShutdownReason.Reboot : ShutdownReason.Poweroff;
        host.Simulation.After(ServicesStopNs, Component, "services stopped", () => host.Sched.Shutdown(Domain, reason));
    }
}
