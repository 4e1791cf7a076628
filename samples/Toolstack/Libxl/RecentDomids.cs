using System.Globalization;

namespace Xen.Toolstack.Libxl;

/// <summary>/run/xen/domid-history: domain ids that were in use until shortly ago, one <c>seconds domid</c> per line.</summary>
public sealed class RecentDomids(LibxlContext context)
{
    public const string Path = "/run/xen/domid-history";
    private const long ReuseSeconds = 60;
    private const long NsPerSecond = 1_000_000_000;

    public bool IsRecent(int domid)
    {
        foreach (var (seconds, recent) in Entries())
        {
            if (recent == domid && Now() - seconds < ReuseSeconds) return true;
        }
        return false;
    }

    /// <summary>libxl__mark_domid_recent: adds an entry and drops the old ones.</summary>
    public void Mark(int domid)
    {
        var lines = new List<string>();
        foreach (var (seconds, recent) in Entries())
        {
            if (Now() - seconds < ReuseSeconds && recent != domid) lines.Add(Line(seconds, recent));
        }
        lines.Add(Line(Now(), domid));
        context.Files.WriteText(Path, string.Concat(lines));
    }

    private long Now() => context.Simulation.Now / NsPerSecond;

    private static string Line(long seconds, int domid) => string.Create(CultureInfo.InvariantCulture, $"{seconds} {domid}\n");

    private IEnumerable<(long Seconds, int Domid)> Entries()
    {
        foreach (var line in (context.Files.ReadText(Path) ?? "").Split('\n'))
        {
            var space = line.IndexOf(' ');
            if (space < 0) continue;
            if (!long.TryParse(line.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) continue;
            if (!int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var domid)) continue;
            yield return (seconds, domid);
        }
    }
}
