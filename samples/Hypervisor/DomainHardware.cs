using Xen.Hypervisor.Network;

namespace Xen.Hypervisor;

/// <summary>
/// What the kernel of Dom0 or of a driver domain has under it and other domains have not: a file system, block devices over its
/// files, and network interfaces.
/// </summary>
public sealed class DomainHardware
{
    private readonly Simulation simulation;
    private readonly string name;

    internal DomainHardware(Simulation simulation, string name, string place)
        : this(simulation, name, new Dom0Files { Accessed = simulation.Tap is { } tap ? (path, changes, content) => tap.File(place, simulation.Current, path, changes, content) : null })
    {
    }

    private DomainHardware(Simulation simulation, string name, Dom0Files files)
    {
        this.simulation = simulation;
        this.name = name;
        Files = files;
        LoopDevices = new LoopDevices(simulation, Files, name);
        Network = new NetworkStack(simulation);
    }

    public Dom0Files Files { get; }

    public LoopDevices LoopDevices { get; }

    public NetworkStack Network { get; }

    /// <summary>What a kernel finds that starts anew: the same files, no loop device and no interface.</summary>
    internal DomainHardware Rebooted() => new(simulation, name, Files);
}
