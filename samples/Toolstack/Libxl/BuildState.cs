namespace Xen.Toolstack.Libxl;

/// <summary>libxl__domain_build_state: what the steps of building a domain hand on to each other.</summary>
public sealed class BuildState
{
    public uint StorePort { get; set; }
    public uint ConsolePort { get; set; }
    public ulong StoreFrame { get; set; }
    public ulong ConsoleFrame { get; set; }
    public ulong StartInfoFrame { get; set; }
    public ulong EntryPoint { get; set; }
}
