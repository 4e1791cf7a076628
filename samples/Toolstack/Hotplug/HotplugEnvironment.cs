namespace Xen.Toolstack.Hotplug;

/// <summary>What a hotplug script finds in its environment: script, XENBUS_TYPE, XENBUS_PATH, and for network devices vif and netdev.</summary>
public sealed record HotplugEnvironment(string XenbusType, string XenbusPath)
{
    /// <summary>XENBUS_BASE_PATH.</summary>
    public string XenbusBasePath { get; init; } = "backend";

    public string Script { get; init; } = "";

    /// <summary>The interface that the back-end has made.</summary>
    public string Vif { get; init; } = "";

    /// <summary>The interface to route through; empty for bridges.</summary>
    public string NetDev { get; init; } = "";
}
