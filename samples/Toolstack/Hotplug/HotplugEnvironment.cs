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

    /// <summary>The variables by the names that a script knows them by; those of a network card only for one.</summary>
    public IEnumerable<(string Name, string Value)> Variables
    {
        get
        {
            yield return ("script", Script);
            yield return ("XENBUS_TYPE", XenbusType);
            yield return ("XENBUS_PATH", XenbusPath);
            yield return ("XENBUS_BASE_PATH", XenbusBasePath);
            if (Vif.Length == 0) yield break;
            yield return ("netdev", NetDev);
            yield return ("vif", Vif);
        }
    }
}
