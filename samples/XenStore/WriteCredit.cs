namespace Xen.XenStore;

/// <summary>What a domain has left of its share of the write rate, in nanoseconds of that rate; below zero it has to wait.</summary>
public sealed class CreditAccount
{
    public long Nanoseconds { get; internal set; } = WriteCredit.Burst * WriteCredit.Cost;
}

/// <summary>
/// Keeps guests from starving the transactions of others with conflicting writes: while somebody else has a transaction open, each
/// committed write of a guest costs credit. Credit comes back at one rate, which all share who are short of it; what nobody needs
/// fills a common reserve.
/// </summary>
public sealed class WriteCredit
{
    /// <summary>Writes per second that all guests may do together in the long run.</summary>
    public const int Rate = 200;

    /// <summary>Writes that a domain may do at once.</summary>
    public const int Burst = 10;

    /// <summary>Writes that the common reserve lasts for.</summary>
    public const int Reserve = 1000;

    internal const long Cost = 1_000_000_000L / Rate;

    private readonly SortedDictionary<int, CreditAccount> accounts = [];
    private long reserve = Reserve * Cost;
    private long refilledAt;

    public void Charge(int domid, int writes, long now)
    {
        Refill(now);
        if (!accounts.TryGetValue(domid, out var account))
        {
            account = new CreditAccount();
            accounts.Add(domid, account);
        }
        account.Nanoseconds -= writes * Cost;
        if (account.Nanoseconds >= 0) return;
        var borrowed = Math.Min(reserve, -account.Nanoseconds);
        reserve -= borrowed;
        account.Nanoseconds += borrowed;
    }

    /// <summary>How long a domain is not listened to; zero for one that has credit.</summary>
    public long Wait(int domid, long now)
    {
        if (!accounts.TryGetValue(domid, out var account) || account.Nanoseconds >= 0) return 0;
        Refill(now);
        return account.Nanoseconds >= 0 ? 0 : -account.Nanoseconds * Short().Count;
    }

    public void Forget(int domid) => accounts.Remove(domid);

    private List<CreditAccount> Short() => [.. accounts.Values.Where(account => account.Nanoseconds < Burst * Cost)];

    private void Refill(long now)
    {
        var gained = now - refilledAt;
        refilledAt = now;
        if (gained == 0) return;
        var shortOf = Short();
        var part = gained / Math.Max(1, shortOf.Count);
        foreach (var account in shortOf)
        {
            var share = Math.Min(part, Burst * Cost - account.Nanoseconds);
            account.Nanoseconds += share;
            gained -= share;
        }
        reserve = Math.Min(Reserve * Cost, reserve + gained);
    }
}
