using Xen.Hypervisor.Network;

namespace Xen.Toolstack.Config;

public enum NicType
{
    Unknown,

    /// <summary>An emulated card with a paravirtual one beside it, for HVM guests.</summary>
    VifIoemu,
    Vif,
}

/// <summary>libxl_device_nic: a virtual network card as the configuration describes it.</summary>
public sealed class DeviceNic
{
    public int BackendDomid { get; set; }
    public string? BackendDomname { get; set; }

    /// <summary>-1 leaves the choice to the library.</summary>
    public int Devid { get; set; } = -1;

    public int Mtu { get; set; }
    public string? Model { get; set; }

    /// <summary>Null leaves the choice to the library.</summary>
    public MacAddress? Mac { get; set; }

    public string? Ip { get; set; }
    public string? Bridge { get; set; }
    public string? IfName { get; set; }
    public string? Script { get; set; }
    public NicType NicType { get; set; }
    public string? GatewayDev { get; set; }
    public bool Trusted { get; set; } = true;

    /// <summary>What the guest may send in each interval; no limit while the interval is 0.</summary>
    public ulong RateBytesPerInterval { get; set; }

    public uint RateIntervalUsecs { get; set; }

    public DeviceNic Clone() => (DeviceNic)MemberwiseClone();
}
