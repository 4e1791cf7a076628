using System.Globalization;
using Xen.Hypervisor.Network;

namespace Xen.Toolstack.Config;

/// <summary>The network specifications of xl-network-configuration: comma-separated key=value, all of them optional.</summary>
public sealed class XluVif
{
    private readonly DeviceNic nic = new();
    private readonly Action<string> warn;

    private XluVif(Action<string> warn) => this.warn = warn;

    /// <summary>Why the specification was refused; empty when it was accepted.</summary>
    public string Error { get; private set; } = "";

    /// <summary>The card that a specification describes; null when it is wrong, with the reason in <paramref name="error"/>.</summary>
    public static DeviceNic? Parse(string specification, out string error, Action<string>? warn = null)
    {
        var parser = new XluVif(warn ?? (_ => { }));
        foreach (var word in specification.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!parser.Word(word.TrimStart(' ', '\t')))
            {
                error = parser.Error;
                return null;
            }
        }
        error = "";
        return parser.nic;
    }

    /// <summary>parse_nic_config: one word.</summary>
    private bool Word(string word)
    {
        if (word.Length == 0) return true;
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) return Flag(word);
        var value = word[(equals + 1)..];
        switch (word[..equals].TrimEnd())
        {
            case "type": return Type(value);
            case "mac":
                if (!MacAddress.TryParse(value, out var mac)) return Refuse("Invalid parameter `mac'.");
                nic.Mac = mac;
                return true;
            case "bridge":
                nic.Bridge = value;
                return true;
            case "netdev":
                warn("the netdev parameter is deprecated, please use gatewaydev instead");
                nic.GatewayDev = value;
                return true;
            case "gatewaydev":
                nic.GatewayDev = value;
                return true;
            case "ip":
                nic.Ip = value;
                return true;
            case "script":
                nic.Script = value;
                return true;
            case "vifname":
                nic.IfName = value;
                return true;
            case "model":
                nic.Model = value;
                return true;
            case "backend":
                nic.BackendDomname = value;
                return true;
            case "rate": return Rate(value);
            case "devid":
                if (!Number(value, out var devid)) return false;
                nic.Devid = devid;
                return true;
            case "mtu":
                if (!Number(value, out var mtu)) return false;
                nic.Mtu = mtu;
                return true;
            case "accel":
                warn("the accel parameter for vifs is currently not supported");
                return true;
            default:
                return Refuse($"unrecognized argument `{word}'");
        }
    }

    private bool Flag(string word)
    {
        switch (word)
        {
            case "trusted":
                nic.Trusted = true;
                return true;
            case "untrusted":
                nic.Trusted = false;
                return true;
            default:
                return Refuse($"unrecognized argument `{word}'");
        }
    }

    private bool Type(string value)
    {
        switch (value)
        {
            case "vif":
                nic.NicType = NicType.Vif;
                return true;
            case "ioemu":
                nic.NicType = NicType.VifIoemu;
                return true;
            default:
                return Refuse("Invalid parameter `type'.");
        }
    }

    private bool Rate(string value)
    {
        if (!VifRate.TryParse(value, out var bytes, out var microseconds, out var problem))
        {
            return Refuse($"config parsing error in vif: {problem} in `{value}'");
        }
        nic.RateBytesPerInterval = bytes;
        nic.RateIntervalUsecs = microseconds;
        return true;
    }

    /// <summary>parse_ulong, as far as these numbers may go.</summary>
    private bool Number(string value, out int number)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number)) return true;
        return Refuse($"xl: failed to convert \"{value}\" to number");
    }

    private bool Refuse(string why)
    {
        Error = why;
        return false;
    }
}

/// <summary>xlu_vif_parse_rate: a bandwidth and the interval in which it is measured, as in <c>10Mb/s@20ms</c>.</summary>
public static class VifRate
{
    private const uint DefaultIntervalUsecs = 50_000;
    private const ulong UsecsPerSecond = 1_000_000;

    public static bool TryParse(string rate, out ulong bytesPerInterval, out uint intervalUsecs, out string problem)
    {
        bytesPerInterval = 0;
        intervalUsecs = DefaultIntervalUsecs;
        problem = "";
        var at = rate.IndexOf('@', StringComparison.Ordinal);
        if (!TryBandwidth(at < 0 ? rate : rate[..at], out var bytesPerSecond, out problem)) return false;
        if (at >= 0 && !TryInterval(rate[(at + 1)..], out intervalUsecs, out problem)) return false;
        var product = (UInt128)bytesPerSecond * intervalUsecs / UsecsPerSecond;
        if (product == 0)
        {
            problem = "bytes per interval is zero";
            return false;
        }
        if (product > uint.MaxValue)
        {
            problem = "rate overflow";
            return false;
        }
        bytesPerInterval = (ulong)product;
        return true;
    }

    private static bool TryBandwidth(string text, out ulong bytesPerSecond, out string problem)
    {
        bytesPerSecond = 0;
        problem = "invalid bandwidth specified";
        if (!text.EndsWith("/s", StringComparison.Ordinal)) return false;
        text = text[..^2];
        if (text.Length < 2) return false;
        ulong divisor;
        switch (text[^1])
        {
            case 'b': divisor = 8; break;
            case 'B': divisor = 1; break;
            default: return false;
        }
        text = text[..^1];
        ulong multiple = text[^1] switch { 'K' => 1_000, 'M' => 1_000_000, 'G' => 1_000_000_000, _ => 1 };
        if (multiple != 1) text = text[..^1];
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (number is 0 or > uint.MaxValue)
        {
            problem = "rate overflow or zero";
            return false;
        }
        bytesPerSecond = number * multiple / divisor;
        problem = "";
        return true;
    }

    private static bool TryInterval(string text, out uint microseconds, out string problem)
    {
        microseconds = 0;
        problem = "invalid replenishment interval specified";
        ulong unit = UsecsPerSecond;
        if (text.EndsWith("us", StringComparison.Ordinal))
        {
            unit = 1;
            text = text[..^2];
        }
        else if (text.EndsWith("ms", StringComparison.Ordinal))
        {
            unit = 1000;
            text = text[..^2];
        }
        else if (text.EndsWith('s'))
        {
            text = text[..^1];
        }
        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        var product = number * unit;
        if (product is 0 or > uint.MaxValue)
        {
            problem = "replenishment interval overflow or zero";
            return false;
        }
        microseconds = (uint)product;
        problem = "";
        return true;
    }
}
