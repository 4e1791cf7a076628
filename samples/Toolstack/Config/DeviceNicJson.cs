using System.Globalization;
using System.Text.Json;
using Xen.Hypervisor.Network;

namespace Xen.Toolstack.Config;

/// <summary>The JSON form of a network card (libxl_device_nic_gen_json and _from_json).</summary>
public static class DeviceNicJson
{
    public static void Write(Utf8JsonWriter json, DeviceNic nic)
    {
        json.WriteStartObject();
        if (nic.BackendDomid != 0) json.WriteNumber("backend_domid", nic.BackendDomid);
        if (nic.BackendDomname is not null) json.WriteString("backend_domname", nic.BackendDomname);
        json.WriteNumber("devid", nic.Devid);
        if (nic.Mtu != 0) json.WriteNumber("mtu", nic.Mtu);
        if (nic.Model is not null) json.WriteString("model", nic.Model);
        if (nic.Mac is { } mac) json.WriteString("mac", mac.ToString());
        if (nic.Ip is not null) json.WriteString("ip", nic.Ip);
        if (nic.Bridge is not null) json.WriteString("bridge", nic.Bridge);
        if (nic.IfName is not null) json.WriteString("ifname", nic.IfName);
        if (nic.Script is not null) json.WriteString("script", nic.Script);
        json.WriteString("nictype", nic.NicType == NicType.VifIoemu ? "vif_ioemu" : nic.NicType.ToString().ToLowerInvariant());
        if (nic.RateIntervalUsecs > 0)
        {
            json.WriteNumber("rate_bytes_per_interval", nic.RateBytesPerInterval);
            json.WriteNumber("rate_interval_usecs", nic.RateIntervalUsecs);
        }
        if (nic.GatewayDev is not null) json.WriteString("gatewaydev", nic.GatewayDev);
        if (!nic.Trusted) json.WriteString("trusted", "False");
        json.WriteEndObject();
    }

    public static DeviceNic Read(JsonElement json)
    {
        var nic = new DeviceNic
        {
            BackendDomid = (int)Number(json, "backend_domid", 0),
            BackendDomname = Text(json, "backend_domname"),
            Devid = (int)Number(json, "devid", -1),
            Mtu = (int)Number(json, "mtu", 0),
            Model = Text(json, "model"),
            Ip = Text(json, "ip"),
            Bridge = Text(json, "bridge"),
            IfName = Text(json, "ifname"),
            Script = Text(json, "script"),
            GatewayDev = Text(json, "gatewaydev"),
            RateBytesPerInterval = (ulong)Number(json, "rate_bytes_per_interval", 0),
            RateIntervalUsecs = (uint)Number(json, "rate_interval_usecs", 0),
            Trusted = Text(json, "trusted") != "False",
            NicType = Text(json, "nictype") switch { "vif" => NicType.Vif, "vif_ioemu" => NicType.VifIoemu, _ => NicType.Unknown },
        };
        if (Text(json, "mac") is { } text && MacAddress.TryParse(text, out var mac)) nic.Mac = mac;
        return nic;
    }

    /// <summary>The card's rate as the store holds it; null without a limit.</summary>
    public static string? RateText(DeviceNic nic) => nic.RateIntervalUsecs == 0
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{nic.RateBytesPerInterval},{nic.RateIntervalUsecs}");

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement json, string name, long fallback) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : fallback;
}
