using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;

namespace Xen.XenWorkloads;

/// <summary>What must hold of the list of ids that were in use until shortly ago: readable, in the order of time, no id twice, and none of them in use.</summary>
public sealed class DomidHistory(Machine machine)
{
    public const string Invariant = "domid-history";

    private const long ReuseSeconds = 60;

    /// <summary>The first thing that is wrong, or null.</summary>
    public string? Check()
    {
        var now = machine.Simulation.Now / Monitors.SecondNs;
        var latest = 0L;
        var seen = new SortedSet<int>();
        foreach (var line in (machine.Host.Files.ReadText(RecentDomids.Path) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is not [var time, var id]
                || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                || !int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var domid))
            {
                return $"{RecentDomids.Path} has the line \"{line}\"";
            }
            if (seconds < latest || seconds > now) return $"{RecentDomids.Path} has domain {domid} at {seconds} s, out of the order of time";
            if (!seen.Add(domid)) return $"{RecentDomids.Path} has domain {domid} twice";
            if (now - seconds < ReuseSeconds && machine.Host.FindDomain(domid) is { Dying: DyingState.Alive }) return $"domain {domid} lives and is in {RecentDomids.Path}";
            latest = seconds;
        }
        return null;
    }
}
