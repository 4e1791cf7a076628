using Xen.Guests;
using Xen.Mechanisms.Clusters;
using Xen.XenWorkloads;

namespace Xen.Mechanisms.Patching;

/// <summary>How a patch came to be, or not to be, in service.</summary>
public enum PatchOutcome
{
    /// <summary>The patched VM serves; the original was shut down.</summary>
    Deployed,

    /// <summary>The patched VM was found bad in quarantine and destroyed; the original serves as if nothing had been.</summary>
    Rejected,

    /// <summary>The patched VM failed in service while the original was still there, which serves again.</summary>
    RolledBack,
}

/// <summary>
/// Patch application for high-availability services (section 3, second mechanism). The VM's image is copied and the patch applied to the copy,
/// which starts while the original serves; it may stay in quarantine, where it is asked whatever the original is asked and watched; then the
/// state is handed over, future requests go to the copy, and the original is shut down in good order.
/// </summary>
public sealed class PatchDeployment(Cluster cluster, RequestRouter router, Machine machine)
{
    private const long WatchEveryNs = 20 * Cluster.MillisecondNs;

    /// <summary>An answer of the copy that does not come so long after the original's is none.</summary>
    private const long SilenceNs = 200 * Cluster.MillisecondNs;

    private readonly SortedDictionary<int, long> compared = [];
    private readonly SortedDictionary<(int Client, long Number), (long Balance, long At, bool OfCopy)> waiting = [];
    private string? complaint;

    /// <summary>What was wrong with the patched VM; null when nothing was seen.</summary>
    public string? Complaint => complaint;

    /// <summary>How long requests were held while the state was handed over.</summary>
    public long HandOverNs { get; private set; }

    /// <summary>Answers of the copy that were compared with the original's.</summary>
    public int Compared { get; private set; }

    /// <summary>
    /// Applies a patch to a copy. Without quarantine the copy goes into service as soon as it has started; without probation the original is shut
    /// down as soon as the copy serves.
    /// </summary>
    /// <param name="original">The VM that serves.</param>
    /// <param name="patched">Its copy, with the patch.</param>
    /// <param name="quarantineNs">How long the copy is watched before it serves.</param>
    /// <param name="probationNs">How long the original is kept afterwards.</param>
    /// <param name="acknowledged">What clients have got answers for: the state to go back with.</param>
    public PatchOutcome Apply(VmPlan original, VmPlan patched, long quarantineNs, long probationNs, Func<byte[]> acknowledged)
    {
        var running = cluster.Network.ServiceOf(original.Service.Id)!;
        var copy = cluster.Create(machine, patched);
        if (quarantineNs > 0 && !SurvivesQuarantine(running, copy, quarantineNs))
        {
            cluster.Xl(machine, "destroy", patched.Name);
            return PatchOutcome.Rejected;
        }

        HandOver(running, copy);
        router.Redirect(original.Service.Id, patched.Service.Id);
        router.Release();
        if (!SurvivesProbation(patched, probationNs))
        {
            router.Hold();
            running.Ledger.Import(acknowledged());
            router.Redirect(patched.Service.Id, original.Service.Id);
            router.Release();
            return PatchOutcome.RolledBack;
        }

        cluster.MustXl(machine, "shutdown", original.Name);
        return PatchOutcome.Deployed;
    }

    /// <summary>The control: the VM is shut down, patched and started again in place, its state on disk meanwhile.</summary>
    public void RestartInPlace(VmPlan original, VmPlan patched)
    {
        var running = cluster.Network.ServiceOf(original.Service.Id)!;
        router.Hold();
        cluster.RunUntil(() => running.Idle, Cluster.SecondNs);
        var state = running.Ledger.Export();
        cluster.MustXl(machine, "shutdown", "-w", original.Name);
        cluster.Create(machine, patched).Ledger.Import(state);
        router.Redirect(original.Service.Id, patched.Service.Id);
        router.Release();
    }

    private void HandOver(Service from, Service to)
    {
        var begin = cluster.Now;
        if (router.HandOver(from, to) is { } problem) throw new ExperimentException(problem);
        HandOverNs = cluster.Now - begin;
    }

    private bool SurvivesQuarantine(Service running, Service copy, long quarantineNs)
    {
        HandOver(running, copy);
        router.Quarantined = copy.Options.Id;
        router.Answered += OriginalAnswered;
        router.QuarantineAnswered += CopyAnswered;
        router.Release();
        var end = cluster.Now + quarantineNs;
        while (cluster.Now < end && complaint is null)
        {
            cluster.RunFor(WatchEveryNs);
            Watch(copy);
        }

        router.Answered -= OriginalAnswered;
        router.QuarantineAnswered -= CopyAnswered;
        router.Quarantined = null;
        return complaint is null;
    }

    private bool SurvivesProbation(VmPlan patched, long probationNs)
    {
        var end = cluster.Now + probationNs;
        while (cluster.Now < end)
        {
            cluster.RunFor(WatchEveryNs);
            if (cluster.Network.LivingServiceOf(patched.Service.Id) is not null) continue;
            complaint = "the copy has crashed in service";
            return false;
        }

        return true;
    }

    // Answers of the two come in either order, and again when they are asked again.
    private void Compare(ServiceReply reply, bool ofCopy)
    {
        var key = (reply.Client, reply.Number);
        if (reply.Number <= compared.GetValueOrDefault(reply.Client)) return;
        if (!waiting.TryGetValue(key, out var other))
        {
            waiting.Add(key, (reply.Balance, cluster.Now, ofCopy));
            return;
        }

        if (other.OfCopy == ofCopy) return;
        waiting.Remove(key);
        compared[reply.Client] = reply.Number;
        Compared++;
        if (other.Balance != reply.Balance) complaint ??= $"client {reply.Client}: the copy and the original answer differently";
    }

    private void OriginalAnswered(ServiceReply reply) => Compare(reply, ofCopy: false);

    private void CopyAnswered(ServiceReply reply) => Compare(reply, ofCopy: true);

    private void Watch(Service copy)
    {
        if (cluster.Network.LivingServiceOf(copy.Options.Id) is null) complaint ??= "the copy has crashed";
        else if (waiting.Values.Any(answer => !answer.OfCopy && cluster.Now - answer.At > SilenceNs)) complaint ??= "the copy does not answer";
    }
}
