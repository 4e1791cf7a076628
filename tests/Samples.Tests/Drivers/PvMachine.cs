using System.Globalization;
using Xen.Drivers;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.XenStore;

namespace Samples.Tests.Drivers;

/// <summary>A machine with a store and a block backend, and a toolstack in miniature: what a guest with disks needs, without libxl.</summary>
internal sealed partial class PvMachine
{
    public const int Xvda = 51712;
    public const long Second = 1_000_000_000;

    private const int GuestPageCount = 256;

    private readonly XsClient tools;

    public PvMachine(ulong seed = 1)
    {
        Simulation = new Simulation(seed);
        Host = new Host(Simulation, new HostOptions { MemoryMib = 32, Dom0MemoryMib = 4 });
        Xenstored = new Xenstored(Host);
        var component = Host.CreateKernelPart(Host.Dom0, "blkback");
        Backends = XenbusBus.Backend(Host.Dom0, new XenbusClient(Xenstored.Connect(component)));
        Backends.Register("vbd", device => new Blkback(device));
        Dom0Pages = new GuestPages(Host.Dom0, new HashSet<ulong>());
        Bridge = Host.Network.AddBridge("xenbr0", Dom0Address);
        Backends.Register("vif", device => new Netback(device, Dom0Pages));
        Assert.IsTrue(Simulation.RunAs(component, () => Assert.AreEqual(0, Backends.Start())));
        tools = Xenstored.Connect(Host.CreateProcess("tools"));
        Host.GuestEntry = domain =>
        {
            var kernel = new GuestKernel(domain);
            Kernels.Add(kernel);
            kernel.Boot();
        };
    }

    public Simulation Simulation { get; }

    public Host Host { get; }

    public Xenstored Xenstored { get; }

    public XenbusBus Backends { get; }

    public List<GuestKernel> Kernels { get; } = [];

    public string? Read(string path)
    {
        var reply = tools.Call(XsMessageType.Read, 0, XsPayload.Strings(path));
        return reply.Ok ? reply.Value : null;
    }

    public void Write(string path, string value) =>
        Assert.IsTrue(tools.Call(XsMessageType.Write, 0, XsPayload.PathAndValue(path, value)).Ok, $"write {path}");

    public void Remove(string path) => Assert.IsTrue(tools.Call(XsMessageType.Rm, 0, XsPayload.Strings(path)).Ok, $"rm {path}");

    public void Permit(string path, params string[] entries) =>
        Assert.IsTrue(tools.Call(XsMessageType.SetPerms, 0, XsPayload.Strings([path, .. entries])).Ok, $"chmod {path}");

    public static string Backend(int domid, int device = Xvda) => $"/local/domain/0/backend/vbd/{domid}/{device}";

    public static string Frontend(int domid, int device = Xvda) => $"/local/domain/{domid}/device/vbd/{device}";

    /// <summary>Builds a paused PV guest: memory, image, start_info, rings, grants and the guest's part of the store.</summary>
    public Domain Build(GuestManifest manifest, byte[]? image = null)
    {
        Assert.AreEqual(0, Host.Domctl.CreateDomain(Host.Dom0, new CreateDomain(), out var domid));
        Assert.AreEqual(0, Host.Domctl.MaxVcpus(Host.Dom0, domid, 1));
        Assert.AreEqual(0, Host.Domctl.MaxMem(Host.Dom0, domid, GuestPageCount * 4));
        Assert.AreEqual(GuestPageCount, Host.MemoryOp.PopulatePhysmap(Host.Dom0, domid, GuestPageCount, out var frames));
        var domain = Host.FindDomain(domid)!;
        var kernel = ElfKernel.Parse(image ?? GuestImage.Build(manifest.ToString()), out _)!;
        Load(domid, frames, kernel);
        Assert.AreEqual(0, Host.EventChannel.AllocUnbound(Host.Dom0, domid, 0, out var storePort));
        Assert.AreEqual(0, Host.EventChannel.AllocUnbound(Host.Dom0, domid, 0, out var consolePort));
        var startInfo = new StartInfo
        {
            NrPages = GuestPageCount,
            SharedInfo = domain.SharedInfoMfn * MachineMemory.PageSize,
            StoreMfn = frames[9],
            StoreEventChannel = storePort,
            ConsoleMfn = frames[10],
            ConsoleEventChannel = consolePort,
            FirstP2mPfn = 7,
            NrP2mFrames = 1,
        };
        Fill(domid, frames[7], page =>
        {
            for (var pfn = 0; pfn < 512; pfn++) page.WriteUInt64(pfn * 8, pfn < frames.Count ? frames[pfn] : ulong.MaxValue);
        });
        Fill(domid, frames[8], startInfo.WriteTo);
        domain.GrantTable.WriteEntry(0, GrantEntryFlags.PermitAccess, 0, frames[10]);
        domain.GrantTable.WriteEntry(1, GrantEntryFlags.PermitAccess, 0, frames[9]);
        Assert.AreEqual(0, Host.Domctl.SetVcpuContext(Host.Dom0, domid, 0, new VcpuContext(kernel.Entry, frames[8])));
        var home = $"/local/domain/{domid}";
        Write(home, "");
        Permit(home, "n0", $"r{domid}");
        Write($"{home}/domid", domid.ToString(CultureInfo.InvariantCulture));
        foreach (var area in new[] { "control/shutdown", "control/feature-poweroff", "control/feature-reboot", "data", "error" })
        {
            Write($"{home}/{area}", "");
            Permit($"{home}/{area}", $"n{domid}");
        }

        Assert.IsTrue(tools.Call(XsMessageType.Introduce, 0, XsClient.IntroducePayload(domid, frames[9], (int)storePort)).Ok, "introduce");
        return domain;
    }

    /// <summary>Makes both directories of a disk, as one step.</summary>
    public byte[] AddDisk(Domain domain, int kib = 256, string mode = "w", int device = Xvda, string frontendState = "1")
    {
        var content = new byte[kib * 1024];
        Host.Files.Write($"/images/{domain.Id}-{device}.img", content);
        var front = Frontend(domain.Id, device);
        var back = Backend(domain.Id, device);
        var reply = tools.Call(XsMessageType.TransactionStart, 0, XsPayload.Strings(""));
        var transaction = XsClient.TransactionId(reply);
        void Put(string path, string value) =>
            Assert.IsTrue(tools.Call(XsMessageType.Write, transaction, XsPayload.PathAndValue(path, value)).Ok, $"write {path}");
        Put(front, "");
        Assert.IsTrue(tools.Call(XsMessageType.SetPerms, transaction, XsPayload.Strings(front, $"n{domain.Id}", "r0")).Ok);
        Put($"{front}/backend", back);
        Put($"{front}/backend-id", "0");
        Put($"{front}/state", frontendState);
        Put($"{front}/virtual-device", device.ToString(CultureInfo.InvariantCulture));
        Put(back, "");
        Assert.IsTrue(tools.Call(XsMessageType.SetPerms, transaction, XsPayload.Strings(back, "n0", $"r{domain.Id}")).Ok);
        Put($"{back}/frontend", front);
        Put($"{back}/frontend-id", domain.Id.ToString(CultureInfo.InvariantCulture));
        Put($"{back}/online", "1");
        Put($"{back}/mode", mode);
        Put($"{back}/device-type", "disk");
        Put($"{back}/state", "1");
        Assert.IsTrue(tools.Call(XsMessageType.TransactionEnd, transaction, XsPayload.Strings("T")).Ok);
        return content;
    }

    /// <summary>What the hotplug script does.</summary>
    public LoopDevice Hotplug(Domain domain, bool readOnly = false, int device = Xvda)
    {
        var loop = Host.LoopDevices.Attach($"/images/{domain.Id}-{device}.img", readOnly)!;
        Write($"{Backend(domain.Id, device)}/physical-device", loop.PhysicalDevice);
        return loop;
    }

    /// <summary>A running guest with one disk and a workload on it.</summary>
    public (GuestKernel Kernel, byte[] Image) RunGuest(GuestManifest? manifest = null, int kib = 256)
    {
        var domain = Build(manifest ?? new GuestManifest { Workload = GuestManifest.ChecksummedBlocks, Seed = 7, Disks = 1, Blocks = 40 });
        var content = AddDisk(domain, kib);
        Hotplug(domain);
        Assert.AreEqual(0, Host.Domctl.UnpauseDomain(Host.Dom0, domain.Id));
        Assert.IsTrue(Simulation.RunUntil(() => Kernels.Exists(k => k.Domain == domain), Second), "the guest does not boot");
        return (Kernels.Find(k => k.Domain == domain)!, content);
    }

    public Blkback BackendOf(Domain domain) =>
        (Blkback)Backends.Devices.Single(d => d.OtherEndId == domain.Id).Driver!;

    public void Settle() => Assert.IsTrue(Simulation.RunToQuiescence(300 * Second), "the simulation does not become quiet");

    private void Load(int domid, IReadOnlyList<ulong> frames, ElfKernel kernel)
    {
        var segment = kernel.Segments.Single();
        var first = (int)((segment.Address - kernel.VirtualBase) / MachineMemory.PageSize);
        foreach (var (index, piece) in kernel.Bytes(segment).ToArray().Chunk(MachineMemory.PageSize).Index())
        {
            Fill(domid, frames[first + index], page => piece.CopyTo(page.Write));
        }
    }

    private void Fill(int domid, ulong mfn, Action<MappedPage> fill)
    {
        Assert.AreEqual(0, Host.MemoryOp.MapForeign(Host.Dom0, domid, mfn, out var page));
        fill(page!);
        Assert.AreEqual(0, Host.MemoryOp.UnmapForeign(Host.Dom0, page!));
    }
}
