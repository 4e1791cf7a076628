using System.Globalization;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Xen.Toolstack.Config;

namespace Xen.Toolstack.Libxl;

/// <summary>A network card of a running domain, as network-list shows it.</summary>
public sealed record NicInfo(int Devid, int BackendId, MacAddress Mac, int State, int EventChannel, int TxRingRef, int RxRingRef, string BackendPath);

/// <summary>Virtual network cards (libxl_nic).</summary>
public sealed class LibxlNic(LibxlContext context)
{
    public const string DefaultBridge = "xenbr0";
    public const string DefaultScript = "vif-bridge";
    private const int DefaultMtu = 1500;

    private readonly LibxlDevice devices = new(context);

    /// <summary>libxl__device_nic_setdefault.</summary>
    public LibxlError SetDefault(int domid, DeviceNic nic)
    {
        if (nic.BackendDomname is { } name)
        {
            var rc = new DomainNames(context).Resolve(name, out var backend);
            if (rc != LibxlError.Ok)
            {
                context.Log.Error(domid, $"Failed to resolve domain name \"{name}\"");
                return rc;
            }
            nic.BackendDomid = backend;
            nic.BackendDomname = null;
        }
        if (nic.Mtu == 0) nic.Mtu = DefaultMtu;
        if (nic.Mac is null) nic.Mac = DrawMac();
        nic.Bridge ??= DefaultBridge;
        nic.Script ??= DefaultScript;
        if (nic.NicType == NicType.Unknown) nic.NicType = NicType.Vif;
        if (nic.NicType == NicType.VifIoemu)
        {
            context.Log.Error(domid, "trying to create PV guest with an emulated interface");
            return LibxlError.Invalid;
        }
        return LibxlError.Ok;
    }

    /// <summary>libxl__device_nic_add: adds a card to a domain and to its stored configuration, then waits until it is connected.</summary>
    public void Add(int domid, DeviceNic nic, Action<LibxlError> done)
    {
        var operation = new AsyncOperation("nic add", done);
        var rc = SetDefault(domid, nic);
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }
        if (nic.Devid < 0) nic.Devid = NextDevid(domid);
        var device = new DeviceAddress(domid, DeviceAddress.Vif, nic.Devid, nic.BackendDomid);

        var userdata = new LibxlUserdata(context);
        rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }
        rc = AddLocked(domid, nic, device, userdata);
        userdata.Unlock(domid);
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "unable to add device");
            operation.Complete(rc);
            return;
        }
        new DeviceConnection(context, device, operation.Complete).Start();
    }

    /// <summary>libxl_device_nic_list: what the store says of a domain's cards.</summary>
    public IReadOnlyList<NicInfo> List(int domid)
    {
        var list = new List<NicInfo>();
        foreach (var device in devices.List(domid))
        {
            if (device.Kind != DeviceAddress.Vif) continue;
            var frontend = LibxlPaths.Frontend(device);
            var text = context.Xs.Read(StoreAccess.NoTransaction, LibxlPaths.LibxlDevice(device) + "/mac");
            MacAddress mac = default;
            if (text is not null && !MacAddress.TryParse(text, out mac)) context.Log.Error(domid, $"nic {device.Devid} has a mac address that is none: {text}");
            var channel = ReadNumber(frontend + "/event-channel");
            if (channel < 0) channel = ReadNumber(frontend + "/event-channel-tx");
            list.Add(new NicInfo(
                device.Devid,
                device.BackendDomid,
                mac,
                ReadNumber(frontend + "/state"),
                channel,
                ReadNumber(frontend + "/tx-ring-ref"),
                ReadNumber(frontend + "/rx-ring-ref"),
                LibxlPaths.Backend(device)));
        }
        return list;
    }

    /// <summary>libxl_devid_to_device_nic and libxl_mac_to_device_nic: the number of the card that is meant; -1 when there is none.</summary>
    public int Find(int domid, string given)
    {
        if (!given.Contains(':', StringComparison.Ordinal))
        {
            if (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var devid)) return -1;
            return List(domid).Any(nic => nic.Devid == devid) ? devid : -1;
        }
        if (!MacAddress.TryParse(given, out var mac)) return -1;
        foreach (var nic in List(domid))
        {
            if (nic.Mac == mac) return nic.Devid;
        }
        return -1;
    }

    /// <summary>libxl_device_nic_remove, or _destroy when forced; then the stored configuration forgets the card.</summary>
    public void Remove(int domid, int devid, bool force, Action<LibxlError> done)
    {
        foreach (var device in devices.List(domid))
        {
            if (device.Kind != DeviceAddress.Vif || device.Devid != devid) continue;
            new DeviceRemoval(context, device, force, rc =>
            {
                if (rc == LibxlError.Ok) rc = ForgetNic(domid, devid);
                done(rc);
            }).Start();
            return;
        }
        context.Log.Error(domid, $"there is no network card {devid}");
        done(LibxlError.NotFound);
    }

    /// <summary>libxl__device_nextid: the number after the highest that the domain has, at run time or in its configuration.</summary>
    private int NextDevid(int domid)
    {
        var highest = -1;
        foreach (var device in devices.List(domid))
        {
            if (device.Kind == DeviceAddress.Vif) highest = Math.Max(highest, device.Devid);
        }
        return highest + 1;
    }

    /// <summary>Xen's prefix and three random bytes, the first of them below 0x80.</summary>
    private MacAddress DrawMac() => new(MacAddress.XenPrefix | (context.Simulation.Stream("mac").Next() & 0x7FFFFF));

    private LibxlError ForgetNic(int domid, int devid)
    {
        var userdata = new LibxlUserdata(context);
        var rc = userdata.Lock(domid);
        if (rc != LibxlError.Ok) return rc;
        rc = userdata.Load(domid, out var config);
        if (rc == LibxlError.Ok)
        {
            config.Nics.RemoveAll(nic => nic.Devid == devid);
            rc = userdata.Store(domid, config);
        }
        userdata.Unlock(domid);
        return rc;
    }

    private LibxlError AddLocked(int domid, DeviceNic nic, DeviceAddress device, LibxlUserdata userdata)
    {
        var rc = userdata.Load(domid, out var config);
        if (rc != LibxlError.Ok) return rc;
        var known = config.Nics.FindIndex(other => other.Devid == nic.Devid);
        if (known >= 0) config.Nics[known] = nic.Clone();
        else config.Nics.Add(nic.Clone());

        return context.Xs.InTransaction(t =>
        {
            var error = devices.CheckAbsent(t, device);
            if (error != LibxlError.Ok) return error;
            error = userdata.Store(domid, config);
            if (error != LibxlError.Ok) return error;
            error = devices.GenericAdd(t, device, BackendNodes(domid, nic), FrontendNodes(nic));
            if (error != LibxlError.Ok) return error;

            // The guest may read its mtu and must not change it.
            var owner = domid.ToString(CultureInfo.InvariantCulture);
            var mtu = new KeyValuePair<string, string>("mtu", Text(nic.Mtu));
            return context.Xs.WriteNodes(t, LibxlPaths.Frontend(device), [mtu], "n0", "r" + owner);
        });
    }

    private static SortedDictionary<string, string> FrontendNodes(DeviceNic nic) => new(StringComparer.Ordinal)
    {
        ["state"] = "1",
        ["handle"] = Text(nic.Devid),
        ["mac"] = nic.Mac!.Value.ToString(),
        ["trusted"] = nic.Trusted ? "1" : "0",
    };

    // libxl__set_xenstore_nic.
    private static List<KeyValuePair<string, string>> BackendNodes(int domid, DeviceNic nic)
    {
        var nodes = new List<KeyValuePair<string, string>>();
        void Add(string name, string? value)
        {
            if (value is not null) nodes.Add(new(name, value));
        }

        Add("frontend-id", Text(domid));
        Add("online", "1");
        if (nic.Script is { } script) Add("script", script[0] == '/' ? script : LibxlDisk.ScriptDirectory + "/" + script);
        Add("vifname", nic.IfName);
        Add("mac", nic.Mac!.Value.ToString());
        Add("ip", nic.Ip);
        Add("gatewaydev", nic.GatewayDev);
        Add("rate", DeviceNicJson.RateText(nic));
        Add("bridge", nic.Bridge);
        Add("handle", Text(nic.Devid));
        Add("mtu", Text(nic.Mtu));
        Add("type", "vif");
        Add("hotplug-status", "");
        Add("state", "1");
        return nodes;
    }

    private int ReadNumber(string path)
    {
        var text = context.Xs.Read(StoreAccess.NoTransaction, path);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
