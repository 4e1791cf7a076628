using System.Globalization;
using System.Text;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads;

/// <summary>
/// xenconsoled: gives each introduced domain a terminal and copies what the guest prints into a log. Trusted ground for the toolstack,
/// whose creates wait for the terminal's name.
/// </summary>
public sealed class ConsoleDaemon
{
    /// <summary>The bytes of output that are kept for a guest, unless its console/limit names less.</summary>
    public const int DefaultLimit = 1_048_576;

    private const uint ConsoleGrant = 0;

    /// <summary>A console that is served: its ring page, its port, what was printed, of which only the latest bytes are kept.</summary>
    private sealed class Console(XsWatch watch)
    {
        public XsWatch Watch { get; } = watch;
        public uint Port { get; set; }
        public uint Handle { get; set; }
        public MappedPage? Ring { get; set; }
        public StringBuilder Text { get; } = new();
        public int Limit { get; set; } = DefaultLimit;
        public long Printed { get; set; }
    }

    private readonly Host host;
    private readonly XsClient store;
    private readonly Component process;
    private readonly SortedDictionary<int, Console> consoles = [];

    public ConsoleDaemon(Host host, Xenstored xenstored)
    {
        this.host = host;
        process = host.CreateProcess("xenconsoled");
        store = xenstored.Connect(process);
        host.Simulation.RunAs(process, () =>
        {
            store.WatchNow(StorePath.IntroduceDomain, "introduce", (_, _) => EnumerateDomains());
            store.WatchNow(StorePath.ReleaseDomain, "release", (_, _) => EnumerateDomains());
        });
    }

    /// <summary>What a domain has printed so far, as far as it is kept.</summary>
    public string Text(int domid) => consoles.TryGetValue(domid, out var console) ? console.Text.ToString() : "";

    /// <summary>How many bytes a domain has printed.</summary>
    public long Printed(int domid) => consoles.TryGetValue(domid, out var console) ? console.Printed : 0;

    /// <summary>What stands on a terminal; null when there is no such device.</summary>
    public string? ReadTerminal(string tty)
    {
        foreach (var domid in consoles.Keys)
        {
            if (Tty(domid) != tty) continue;
            var text = consoles[domid].Text.ToString();
            if (host.Simulation is { Tap: { } tap, Current: { } reader }) tap.Send(process, reader, "terminal", SimulationTap.Digest(Encoding.UTF8.GetBytes(text)));
            return text;
        }
        return null;
    }

    private static string Tty(int domid) => string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{domid}");

    private void EnumerateDomains()
    {
        host.Sysctl.GetDomainInfoList(host.Dom0, 1, 1024, out var list);
        foreach (var domid in consoles.Keys.ToList())
        {
            if (!list.Any(info => info.Domid == domid && !info.Dying)) Drop(domid);
        }
        foreach (var info in list)
        {
            if (info.Dying || consoles.ContainsKey(info.Domid)) continue;
            var domid = info.Domid;
            var path = StorePath.DomainHome(domid) + "/console";
            var watch = store.WatchNow(path, string.Create(CultureInfo.InvariantCulture, $"console{domid}"), (_, _) => CreateRing(domid));
            if (watch is not null) consoles.Add(domid, new Console(watch));
        }
    }

    private void CreateRing(int domid)
    {
        if (!consoles.TryGetValue(domid, out var console) || console.Ring is not null) return;
        var path = StorePath.DomainHome(domid) + "/console";
        if (Read(path + "/ring-ref") is null || !uint.TryParse(Read(path + "/port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return;
        if (host.EventChannel.BindInterdomain(host.Dom0, domid, port, out var local) != 0) return;
        var map = new MapGrantRef(domid, ConsoleGrant, GrantMapFlags.HostMap);
        host.GrantTable.Map(host.Dom0, map);
        if (map.Status != GrantStatus.Okay)
        {
            host.EventChannel.Close(host.Dom0, local);
            return;
        }
        // The guest may write that node: it can have less kept, and not more.
        if (int.TryParse(Read(path + "/limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and < DefaultLimit) console.Limit = limit;
        console.Port = local;
        console.Handle = map.Handle;
        console.Ring = map.Page;
        host.EventChannel.SetHandler(host.Dom0, local, process, () => HandleRing(console));
        store.Call(XsMessageType.Write, 0, XsPayload.PathAndValue(path + "/tty", Tty(domid)));
    }

    private static void HandleRing(Console console)
    {
        if (console.Ring is not { Mapped: true } ring) return;
        var consumer = ring.ReadUInt32(GuestConsole.OutConsumerOffset);
        var producer = ring.ReadUInt32(GuestConsole.OutProducerOffset);
        if (producer - consumer > GuestConsole.OutSize) return;
        console.Printed += producer - consumer;
        for (; consumer != producer; consumer++)
        {
            console.Text.Append((char)ring.ReadByte(GuestConsole.OutOffset + (int)(consumer & (GuestConsole.OutSize - 1))));
        }
        ring.WriteUInt32(GuestConsole.OutConsumerOffset, consumer);
        if (console.Text.Length > console.Limit) console.Text.Remove(0, console.Text.Length - console.Limit);
    }

    private void Drop(int domid)
    {
        var console = consoles[domid];
        consoles.Remove(domid);
        store.UnwatchNow(console.Watch);
        if (console.Port != 0) host.EventChannel.Close(host.Dom0, console.Port);
        if (console.Ring is { } ring) host.GrantTable.Unmap(host.Dom0, new UnmapGrantRef(console.Handle, ring));
    }

    private string? Read(string path)
    {
        var reply = store.Call(XsMessageType.Read, 0, XsPayload.Strings(path));
        return reply.Ok ? reply.Value : null;
    }
}
