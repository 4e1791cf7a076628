using Xen.Hypervisor.Network;

namespace Xen.Hypervisor;

/// <summary>
/// What the kernel of Dom0 or of a driver domain has under it and other domains have not: a file system, block devices over its
/// files, and network interfaces.
/// </summary>
public sealed class DomainHardware
{
    internal DomainHardware(Simulation simulation, string name)
    {
        LoopDevices = new LoopDevices(simulation, Files, name);
        Network = new NetworkStack(simulation);
    }

    public Dom0Files Files { get; } = new();

    public LoopDevices LoopDevices { get; }

    public NetworkStack Network { get; }
}
