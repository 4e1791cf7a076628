using Xen.Guests;
using Xen.Hypervisor;
using Xen.XenWorkloads;

namespace Xen.Mechanisms.Clusters;

/// <summary>
/// The network between clients and services, as a learning switch: a service that starts, or goes on after a migration, announces itself, and
/// requests go where it was heard last. What is sent to a guest that is gone is lost. Everything passes here, under the eyes of the VMM.
/// </summary>
public sealed class ServiceNetwork
{
    public const long LatencyNs = 50_000;

    /// <summary>10 Gbit/s, as between the hosts.</summary>
    private const long NsPerKib = 820;

    private readonly Simulation simulation;
    private readonly Component fabric;
    private readonly SortedDictionary<int, (Machine Machine, GuestKernel Kernel, Service Service)> ports = [];
    private readonly HashSet<ulong> blocked = [];

    public ServiceNetwork(Simulation simulation)
    {
        this.simulation = simulation;
        fabric = new Component(simulation, "switch", Containment.Trusted);
    }

    /// <summary>An answer has arrived on the clients' side.</summary>
    public event Action<ServiceReply>? Replied;

    /// <summary>A request passes on its way to a guest, whoever is looking.</summary>
    public event Action<ServiceRequest>? RequestPassed;

    /// <summary>A guest has sent what it never should, which is a symptom for whoever is looking. The number is the instance's.</summary>
    public event Action<int>? UnsafeOutputPassed;

    /// <summary>Requests of a blocked source that were thrown away.</summary>
    public long Blocked { get; private set; }

    /// <summary>How long so many bytes are under way.</summary>
    public static long TransferNs(long bytes) => LatencyNs + (bytes * NsPerKib / 1024);

    /// <summary>Plugs a machine in.</summary>
    public void Connect(Machine machine) => machine.KernelEntered += kernel => kernel.ServiceAnnounced += service => Learn(machine, kernel, service);

    /// <summary>The service that was heard last under a number; null when there was none, or it was forgotten.</summary>
    public Service? ServiceOf(int instance) => ports.TryGetValue(instance, out var port) ? port.Service : null;

    /// <summary>The same, as long as its guest lives.</summary>
    public Service? LivingServiceOf(int instance) => ports.TryGetValue(instance, out var port) && port.Kernel.Component.Alive ? port.Service : null;

    public void Forget(int instance) => ports.Remove(instance);

    /// <summary>Nothing with this payload passes any more: interaction with the source of an attack ends.</summary>
    public void Block(ulong payload) => blocked.Add(payload);

    /// <summary>Sends a request to an instance. Nobody tells when it gets lost.</summary>
    public void Send(int instance, ServiceRequest request)
    {
        if (blocked.Contains(request.Payload))
        {
            Blocked++;
            return;
        }

        if (ports.TryGetValue(instance, out var port))
        {
            RequestPassed?.Invoke(request);
            simulation.AfterHousekeeping(LatencyNs, port.Kernel.Component, "request", () => port.Service.Receive(request));
        }
    }

    private void Learn(Machine machine, GuestKernel kernel, Service service)
    {
        var instance = service.Options.Id;
        ports[instance] = (machine, kernel, service);
        service.Reply = reply => simulation.AfterHousekeeping(LatencyNs, fabric, "reply", () => Replied?.Invoke(reply));
        service.UnsafeOutput = () => UnsafeOutputPassed?.Invoke(instance);
    }
}
