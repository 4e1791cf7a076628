using System.Globalization;
using Xen.Guests;
using Xen.Mechanisms.Clusters;
using Xen.XenWorkloads;

namespace Xen.Mechanisms.FailSafe;

/// <summary>
/// Checkpoints of a VM on its host's disk, taken while it runs. Whether one is correct is not known when it is taken: that is found out when it
/// becomes known how an attack looks, and when the first one came.
/// </summary>
public sealed class CheckpointStore(Cluster cluster, Machine machine, VmPlan plan)
{
    private readonly List<(long TakenAt, string Path)> checkpoints = [];

    public int Count => checkpoints.Count;

    /// <summary>Takes one with xl save -c. False when the VM cannot be saved now.</summary>
    public bool Take()
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/srv/{plan.Name}-{checkpoints.Count}.save");
        var takenAt = cluster.Now;
        if (cluster.Xl(machine, "save", "-c", plan.Name, path).ExitCode != 0) return false;
        checkpoints.Add((takenAt, path));
        return true;
    }

    /// <summary>Goes back to the last checkpoint that was taken before a moment. The service of the restored VM.</summary>
    /// <exception cref="ExperimentException">There is none, or it cannot be restored.</exception>
    public Service RestoreLastBefore(long moment)
    {
        var index = checkpoints.FindLastIndex(checkpoint => checkpoint.TakenAt < moment);
        if (index < 0) throw new ExperimentException("no checkpoint is old enough");
        cluster.Network.Forget(plan.Service.Id);
        cluster.MustXl(machine, "restore", checkpoints[index].Path);
        if (!cluster.RunUntil(() => cluster.IsReady(plan.Service.Id), Cluster.SecondNs)) throw new ExperimentException("the restored service does not answer");
        return cluster.Network.ServiceOf(plan.Service.Id)!;
    }
}
