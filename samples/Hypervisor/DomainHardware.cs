using Xen.Hypervisor.Network;

namespace Xen.Hypervisor;

/// <summary>
/// What the kernel of Dom0 or of a driver domain has under it and other domains have not: a file system, block devices over its
/// files, and network interfaces.
/// </summary>
public sealed class DomainHardware
{
    internal DomainHardware(Simulation simulation, string name, string place)
    {
        Files = new Dom0Files { Accessed = simulation.Tap is { } tap ? (path, changes, content) => tap.File(place, simulation.Current, path, changes, content) : null };
        LoopDevices = new LoopDevices(simulation, Files, name);
        Network = new NetworkStack(simulation);
    }

    public Dom0Files Files { get; }

    public LoopDevices LoopDevices { get; }

    public NetworkStack Network { get; }
}
