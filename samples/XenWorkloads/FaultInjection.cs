namespace Xen.XenWorkloads;

/// <summary>
/// Where a run meets whoever has put a fault into the program, if anybody has: both sides know two names in the data of the application domain, and
/// neither refers to the other.
/// </summary>
public static class FaultInjection
{
    /// <summary>An action that takes the fault away and leaves everything else as it is.</summary>
    private const string HealKey = "Mutators.Heal";

    /// <summary>The virtual time of the run, for whoever wants to know when a fault was activated.</summary>
    private const string ClockKey = "Mutators.Clock";

    /// <summary>Takes the fault away, if there is one that can be.</summary>
    public static void Heal() => (AppDomain.CurrentDomain.GetData(HealKey) as Action)?.Invoke();

    /// <summary>Shows a clock for as long as the returned object is not disposed of.</summary>
    public static IDisposable Show(Func<long> clock)
    {
        AppDomain.CurrentDomain.SetData(ClockKey, clock);
        return new Shown();
    }

    private sealed class Shown : IDisposable
    {
        public void Dispose() => AppDomain.CurrentDomain.SetData(ClockKey, null);
    }
}
