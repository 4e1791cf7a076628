using System.Globalization;
using Xen.Guests;
using Xen.Mechanisms.Clusters;
using Xen.XenWorkloads;

namespace Xen.Mechanisms.Rejuvenation;

/// <summary>
/// Proactive software rejuvenation (section 3, fourth mechanism): from time to time a reincarnation of the VM boots from the clean image while
/// the original serves, takes the state over, and replaces it. Nothing is detected; what has aged goes with the original.
/// </summary>
public sealed class Reincarnation
{
    private readonly Cluster cluster;
    private readonly RequestRouter router;
    private readonly Machine machine;
    private readonly VmPlan image;
    private int incarnations;

    /// <param name="cluster">In which it all is.</param>
    /// <param name="router">Who is told which VM serves.</param>
    /// <param name="machine">The host of all incarnations.</param>
    /// <param name="image">The clean image, from which the first incarnation was made.</param>
    public Reincarnation(Cluster cluster, RequestRouter router, Machine machine, VmPlan image)
    {
        (this.cluster, this.router, this.machine, this.image) = (cluster, router, machine, image);
        Current = image;
    }

    /// <summary>The VM that serves now.</summary>
    public VmPlan Current { get; private set; }

    /// <summary>How often it was replaced in good order.</summary>
    public int Rejuvenations { get; private set; }

    /// <summary>How often it had crashed and was started again.</summary>
    public int Recoveries { get; private set; }

    /// <summary>Time from the command that created the last reincarnation to its first answer.</summary>
    public long BootNs { get; private set; }

    /// <summary>The most memory that any incarnation has lost, in pages.</summary>
    public int MostLeaked { get; private set; }

    /// <summary>What the VM that serves has lost so far.</summary>
    public void Look() => MostLeaked = Math.Max(MostLeaked, cluster.Network.ServiceOf(Current.Service.Id)?.Leaked ?? 0);

    /// <summary>Boots a reincarnation with so much of a CPU, in percent (0 for no limit), and switches over to it.</summary>
    public void Rejuvenate(int cap)
    {
        var original = Current;
        var service = cluster.Network.ServiceOf(original.Service.Id)!;
        var copy = Next() with { Cap = cap };
        var begin = cluster.Now;
        cluster.BeginCreate(machine, copy);
        if (!cluster.RunUntil(() => cluster.IsReady(copy.Service.Id), 60 * Cluster.SecondNs)) throw new ExperimentException("the reincarnation does not start");
        BootNs = cluster.Now - begin;
        Look();
        if (cluster.Network.LivingServiceOf(original.Service.Id) is null)
        {
            // The original crashed in the meantime; what follows is a recovery.
            cluster.MustXl(machine, "destroy", copy.Name);
            return;
        }

        if (router.HandOver(service, cluster.Network.ServiceOf(copy.Service.Id)!) is { } problem) throw new ExperimentException(problem);

        // Where booting was held back, serving is not.
        if (cap > 0) cluster.MustXl(machine, "sched-credit2", "-d", copy.Name, "-c", "0");
        Switch(original, copy);
        cluster.MustXl(machine, "destroy", original.Name);
        Rejuvenations++;
    }

    /// <summary>The control: the VM is rebooted in place.</summary>
    public void RebootInPlace()
    {
        var original = Current;
        var service = cluster.Network.ServiceOf(original.Service.Id)!;
        Look();
        router.Hold();
        cluster.RunUntil(() => service.Idle, Cluster.SecondNs);
        var state = service.Ledger.Export();
        cluster.MustXl(machine, "destroy", original.Name);
        var copy = Next();
        cluster.Create(machine, copy).Ledger.Import(state);
        Switch(original, copy);
        Rejuvenations++;
    }

    /// <summary>Starts the VM again if it has crashed. Its state is what was acknowledged to the clients.</summary>
    public void RecoverIfCrashed(ClientPool clients)
    {
        Look();
        if (cluster.Network.LivingServiceOf(Current.Service.Id) is not null) return;
        var original = Current;
        var copy = Next();
        var service = cluster.Create(machine, copy);
        service.Ledger.Import(clients.Acknowledged());
        Switch(original, copy);
        Recoveries++;
    }

    private VmPlan Next()
    {
        incarnations++;
        return image with
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{image.Name}-{incarnations}"),
            Service = image.Service with { Id = image.Service.Id + incarnations },
        };
    }

    private void Switch(VmPlan from, VmPlan to)
    {
        Current = to;
        router.Redirect(from.Service.Id, to.Service.Id);
        router.Release();
    }
}
