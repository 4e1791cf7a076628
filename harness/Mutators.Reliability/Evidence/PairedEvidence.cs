namespace Mutators.Reliability.Evidence;

/// <summary>The same faults of one target, injected where all depend on it and where it is isolated: how often the host is lost here and there.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Faults">Faults that were activated both ways.</param>
/// <param name="HostLostInBoth">Those that lose the host both ways.</param>
/// <param name="HostLostShared">Those that lose it only where all depend on the target.</param>
/// <param name="HostLostIsolated">Those that lose it only where the target is isolated.</param>
/// <param name="ThenService">Of <paramref name="HostLostShared"/>, those that cost guests their service where the target is isolated.</param>
/// <param name="ThenManagement">Of them, those that cost management only.</param>
public sealed record PairedEvidence(string Target, int Faults, int HostLostInBoth, int HostLostShared, int HostLostIsolated, int ThenService, int ThenManagement)
{
    /// <summary>Of <see cref="HostLostShared"/>, those that cost nothing where the target is isolated.</summary>
    public int ThenNothing => HostLostShared - ThenService - ThenManagement;

    /// <summary>
    /// McNemar's exact test, two-sided: how probable so uneven a split of the faults that differ is, or a more uneven one, if isolation made no difference.
    /// </summary>
    public double PValue
    {
        get
        {
            var n = HostLostShared + HostLostIsolated;
            var tail = 0.0;
            var term = Math.Pow(0.5, n);
            for (var k = 0; k <= Math.Min(HostLostShared, HostLostIsolated); k++)
            {
                tail += term;
                term *= (double)(n - k) / (k + 1);
            }

            return Math.Min(1, 2 * tail);
        }
    }
}
