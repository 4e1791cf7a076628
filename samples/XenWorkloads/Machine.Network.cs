using System.Globalization;
using System.Text;
using Xen.Drivers;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Xen.Toolstack.Libxl;
using Xen.Toolstack.Xl;

namespace Xen.XenWorkloads;

// The network of Dom0 and of driver domains.
public sealed partial class Machine
{
    public const string VifScriptPath = LibxlDisk.ScriptDirectory + "/" + LibxlNic.DefaultScript;

    /// <summary>What workloads call the domain that serves devices.</summary>
    public const string DriverDomainName = "driver";

    private GuestPages? dom0Pages;

    /// <summary>The back-ends of all network cards that Dom0 serves; null where driver domains serve all of them.</summary>
    public XenbusBus? Netback { get; private set; }

    /// <summary>Where Dom0's back-ends take their buffers from.</summary>
    public GuestPages Dom0Pages => dom0Pages ??= new GuestPages(Host.Dom0, new HashSet<ulong>());

    /// <summary>How many of them are in use.</summary>
    public int Dom0PagesInUse => dom0Pages?.InUse ?? 0;

    /// <summary>The address of the interface behind a domain's bridge: each bridge has a network of its own.</summary>
    public static Ipv4Address BridgeAddress(int domid) => new(0x0A00_00FEu + ((uint)(domid & 0xFF) << 16));

    /// <summary>The driver domains that run, by id.</summary>
    public IEnumerable<GuestKernel> DriverDomains => kernels.Values.Where(kernel => kernel.Backends is not null && kernel.Domain.IsRunning);

    /// <summary>The driver domain that came last, by its name, with its disks, whether it still runs or not; null when there never was one.</summary>
    public (string Name, DomainHardware? Hardware)? LastDriverDomain { get; private set; }

    /// <summary>Writes every frame that Dom0's bridge sees.</summary>
    public PcapCapture Capture(Stream output) => new(Simulation, Host.Network.FindBridge(LibxlNic.DefaultBridge)!, output);

    private XenbusBus StartNetback()
    {
        var component = Host.CreateKernelPart(Host.Dom0, "netback");
        var bus = XenbusBus.Backend(Host.Dom0, new XenbusClient(Xenstored.Connect(component)), "vif");
        bus.Register("vif", device => new Netback(device, Dom0Pages));
        Simulation.RunAs(component, () => bus.Start());
        return bus;
    }

    /// <summary>What the init of a driver domain does: scripts, a bridge, and the daemon that runs the scripts.</summary>
    private void StartDriverDomain(GuestKernel kernel)
    {
        if (kernel.Backends is null) return;
        var hardware = kernel.Domain.Hardware!;
        LastDriverDomain = (NameOf(kernel.Domain.Id) ?? "", hardware);
        hardware.Files.Write(VifScriptPath, Encoding.ASCII.GetBytes("#!/bin/bash\n"));
        hardware.Files.Write(BlockScriptPath, Encoding.ASCII.GetBytes("#!/bin/bash\n"));
        hardware.Network.AddBridge(LibxlNic.DefaultBridge, BridgeAddress(kernel.Domain.Id));
        XlDevd.Start(kernel.Domain, kernel.ConnectProcess);
    }
}

// The network part of a domain's configuration.
public sealed partial record DomainPlan
{
    /// <summary>What the guest does; empty for what its disks ask for.</summary>
    public string Role { get; init; } = "";

    /// <summary>The guest's address; null without a network card.</summary>
    public Ipv4Address? Ip { get; init; }

    /// <summary>Whom a client asks.</summary>
    public Ipv4Address? Server { get; init; }

    public int Requests { get; init; } = 10;

    /// <summary>Further words of the network specification.</summary>
    public string VifWords { get; init; } = "";

    /// <summary>The name of the driver domain that serves this one; null for Dom0.</summary>
    public string? Backend { get; init; }

    /// <summary>An address that belongs to this plan alone.</summary>
    public MacAddress Mac => new(MacAddress.XenPrefix | (Ip!.Value.Value & 0x7FFFFF));

    private string Workload => Role.Length > 0 ? Role : Disks > 0 ? GuestManifest.ChecksummedBlocks : GuestManifest.NoWorkload;

    private string BackendWord => Backend is null ? "" : $"backend={Backend}, ";

    private string NetworkWords
    {
        get
        {
            if (Ip is null) return "";
            var server = Server is { } address ? $" server={address}" : "";
            return string.Create(CultureInfo.InvariantCulture, $" nics=1 ip={Ip} requests={Requests}{server}");
        }
    }

    /// <summary>The specification of the network card.</summary>
    public string VifSpecification()
    {
        var words = new List<string> { $"mac={Mac}", "bridge=xenbr0" };
        if (VifWords.Length > 0) words.Add(VifWords);
        if (Backend is not null) words.Add($"backend={Backend}");
        return string.Join(',', words);
    }

    private string NetworkText()
    {
        var text = new StringBuilder();
        if (Ip is not null) text.Append(CultureInfo.InvariantCulture, $"vif = [ '{VifSpecification()}' ]\n");
        if (Role == GuestManifest.DriverDomain) text.Append("driver_domain = 1\n");
        return text.ToString();
    }
}
