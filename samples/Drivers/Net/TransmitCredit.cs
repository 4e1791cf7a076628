using System.Globalization;
using Xen.Hypervisor;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Drivers;

/// <summary>
/// The rate limit of what a guest sends: so many bytes per window. A packet that is larger than what is left waits for the next
/// window; what a window leaves over may be saved up to a limit.
/// </summary>
public sealed class TransmitCredit(Host host, Component component, Action replenished)
{
    /// <summary>The burst that is allowed whatever the rate: as large as the largest packet twice over.</summary>
    public const long MinBurst = 131072;

    private const long Unlimited = long.MaxValue;
    private const long NsPerMicrosecond = 1000;

    private long bytes = Unlimited;
    private long windowNs;
    private long windowStart;
    private Timer? timer;

    public long Remaining { get; private set; } = Unlimited;

    public bool Limited => bytes != Unlimited;

    /// <summary>xen_net_read_rate: "bytes,microseconds". False, and no limit, when the text is something else.</summary>
    public bool Configure(string? rate)
    {
        Stop();
        bytes = Unlimited;
        Remaining = Unlimited;
        if (rate is null)
        {
            return true;
        }

        var comma = rate.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0
            || !uint.TryParse(rate.AsSpan(0, comma), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || !uint.TryParse(rate.AsSpan(comma + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            || microseconds == 0)
        {
            return false;
        }

        bytes = count;
        Remaining = count;
        windowNs = microseconds * NsPerMicrosecond;
        windowStart = host.Simulation.Now;
        return true;
    }

    /// <summary>tx_credit_exceeded: must a packet of this size wait? Then a timer will say when to look again.</summary>
    public bool Exceeded(int size)
    {
        if (size <= Remaining)
        {
            return false;
        }

        if (timer is { Pending: true })
        {
            return true;
        }

        var now = host.Simulation.Now;
        if (now - windowStart >= windowNs)
        {
            windowStart = now;
            AddCredit();
        }

        if (size <= Remaining)
        {
            return false;
        }

        timer = host.Simulation.After(windowStart + windowNs - now, component, "tx credit", Replenish);
        return true;
    }

    public void Take(int size)
    {
        if (Limited)
        {
            Remaining -= size;
        }
    }

    public void Stop()
    {
        timer?.Cancel();
        timer = null;
    }

    // tx_add_credit.
    private void AddCredit()
    {
        var burst = Math.Max(MinBurst, bytes);
        Remaining = Math.Min(Remaining + bytes, burst);
    }

    // tx_credit_callback.
    private void Replenish()
    {
        timer = null;
        windowStart = host.Simulation.Now;
        AddCredit();
        replenished();
    }
}
