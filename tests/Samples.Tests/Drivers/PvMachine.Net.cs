using System.Globalization;
using Xen.Drivers;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Xen.XenStore;

namespace Samples.Tests.Drivers;

// Network devices: their directories, and the steps of the hotplug script.
internal sealed partial class PvMachine
{
    public static Ipv4Address Dom0Address { get; } = new(0x0A0000FE);

    /// <summary>The pages that netback takes its buffers from.</summary>
    public GuestPages Dom0Pages { get; }

    public EthernetBridge Bridge { get; }

    public static string VifBackend(int domid) => $"/local/domain/0/backend/vif/{domid}/0";

    public static string VifFrontend(int domid) => $"/local/domain/{domid}/device/vif/0";

    public static string Mac(int domid) => string.Create(CultureInfo.InvariantCulture, $"00:16:3e:00:00:{domid:x2}");

    public static Ipv4Address AddressOf(int index) => new(0x0A000000u + (uint)index);

    /// <summary>Makes both directories of a network card, as one step.</summary>
    public void AddNic(Domain domain, string? rate = null, string frontendState = "1")
    {
        var transaction = XsClient.TransactionId(tools.Call(XsMessageType.TransactionStart, 0, XsPayload.Strings("")));
        var domid = domain.Id.ToString(CultureInfo.InvariantCulture);
        void Put(string path, string value) =>
            Assert.IsTrue(tools.Call(XsMessageType.Write, transaction, XsPayload.PathAndValue(path, value)).Ok, $"write {path}");
        void Allow(string path, params string[] entries) =>
            Assert.IsTrue(tools.Call(XsMessageType.SetPerms, transaction, XsPayload.Strings([path, .. entries])).Ok, $"chmod {path}");
        var front = VifFrontend(domain.Id);
        var back = VifBackend(domain.Id);
        Put(front, "");
        Allow(front, $"n{domid}", "r0");
        Put($"{front}/backend", back);
        Put($"{front}/backend-id", "0");
        Put($"{front}/state", frontendState);
        Put($"{front}/handle", "0");
        Put($"{front}/mac", Mac(domain.Id));
        Put(back, "");
        Allow(back, "n0", $"r{domid}");
        Put($"{back}/frontend", front);
        Put($"{back}/frontend-id", domid);
        Put($"{back}/online", "1");
        Put($"{back}/handle", "0");
        Put($"{back}/mac", Mac(domain.Id));
        Put($"{back}/hotplug-status", "");
        if (rate is not null)
        {
            Put($"{back}/rate", rate);
        }

        Put($"{back}/state", "1");
        Assert.IsTrue(tools.Call(XsMessageType.TransactionEnd, transaction, XsPayload.Strings("T")).Ok);
    }

    /// <summary>What vif-bridge does.</summary>
    public void NetworkHotplug(Domain domain)
    {
        var device = Host.Network.FindDevice($"vif{domain.Id}.0");
        Assert.IsNotNull(device, "netback has made no interface");
        Assert.AreEqual(0, Bridge.AddPort(device));
        device.Up = true;
        Write($"{VifBackend(domain.Id)}/hotplug-status", "connected");
    }

    /// <summary>A guest with a network card that is up.</summary>
    public GuestKernel RunNetworkGuest(GuestManifest manifest, string? rate = null)
    {
        var domain = Build(manifest with { Nics = 1 });
        AddNic(domain, rate);
        Assert.IsTrue(Simulation.RunUntil(() => Host.Network.FindDevice($"vif{domain.Id}.0") is not null, Second), "netback does not come up");
        NetworkHotplug(domain);
        Assert.AreEqual(0, Host.Domctl.UnpauseDomain(Host.Dom0, domain.Id));
        Assert.IsTrue(Simulation.RunUntil(() => Kernels.Exists(k => k.Domain == domain && k.Networks.Count > 0), Second), "the card does not come up");
        return Kernels.Find(k => k.Domain == domain)!;
    }

    /// <summary>A server and a client that asks it for objects.</summary>
    public (GuestKernel Server, GuestKernel Client) RunPair(int requests = 30, string? rate = null)
    {
        var server = RunNetworkGuest(new GuestManifest { Workload = GuestManifest.ObjectServer, Ip = AddressOf(1).ToString() });
        var client = RunNetworkGuest(ClientManifest(2, requests), rate);
        return (server, client);
    }

    public static GuestManifest ClientManifest(int index, int requests) => new()
    {
        Workload = GuestManifest.ObjectClient, Ip = AddressOf(index).ToString(), Server = AddressOf(1).ToString(), Requests = requests, Seed = (ulong)index,
    };

    public Xenvif VifOf(Domain domain) => ((Netback)Backends.Devices.Single(d => d.OtherEndId == domain.Id && d.Type == "vif").Driver!).Vif!;

    /// <summary>Pings an address from Dom0.</summary>
    public bool Ping(Ipv4Address address)
    {
        var answered = false;
        Simulation.Post(Host.Dom0Kernel, "ping", () => Bridge.Local.Ping(address, () => answered = true));
        return Simulation.RunUntil(() => answered, Second);
    }
}
