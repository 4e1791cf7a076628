using System.Globalization;

namespace Xen.Toolstack.Config;

/// <summary>
/// Sets of physical CPUs as xl writes them (vcpupin_parse): <c>all</c>, <c>0-3,5,^1</c>, <c>nodes:0-1,^node:1</c>. One bit per CPU.
/// </summary>
public static class CpuMap
{
    /// <summary>CPUs that a map can hold.</summary>
    public const int MaxCpus = 64;

    public const ulong All = ulong.MaxValue;

    /// <summary>The set in a text; false when it is none. All CPUs are in one NUMA node.</summary>
    public static bool TryParse(string text, int nrCpus, out ulong map)
    {
        map = 0;
        if (text == "all")
        {
            map = All;
            return true;
        }
        if (text.Length == 0) return false;
        foreach (var word in text.Split(','))
        {
            if (!TryWord(word.Trim(), nrCpus, ref map)) return false;
        }
        return true;
    }

    /// <summary>The shortest text for a set: all, none, or ranges.</summary>
    public static string Format(ulong map, int nrCpus)
    {
        var existing = Existing(nrCpus);
        if ((map & existing) == existing) return "all";
        if ((map & existing) == 0) return "none";
        var ranges = new List<string>();
        for (var cpu = 0; cpu < nrCpus; cpu++)
        {
            if ((map & (1UL << cpu)) == 0) continue;
            var first = cpu;
            while (cpu + 1 < nrCpus && (map & (1UL << (cpu + 1))) != 0) cpu++;
            ranges.Add(first == cpu ? Number(first) : $"{Number(first)}-{Number(cpu)}");
        }
        return string.Join(',', ranges);
    }

    /// <summary>The CPUs of a set, in rising order.</summary>
    public static IEnumerable<int> Members(ulong map)
    {
        for (var cpu = 0; cpu < MaxCpus; cpu++)
        {
            if ((map & (1UL << cpu)) != 0) yield return cpu;
        }
    }

    public static ulong Of(IEnumerable<int> cpus)
    {
        var map = 0UL;
        foreach (var cpu in cpus) map |= 1UL << cpu;
        return map;
    }

    public static ulong Existing(int nrCpus) => nrCpus >= MaxCpus ? All : (1UL << nrCpus) - 1;

    private static bool TryWord(string word, int nrCpus, ref ulong map)
    {
        var without = word.StartsWith('^');
        if (without) word = word[1..];
        ulong set;
        if (word.StartsWith("node:", StringComparison.Ordinal) || word.StartsWith("nodes:", StringComparison.Ordinal))
        {
            if (!TryRange(word[(word.IndexOf(':') + 1)..], out var firstNode, out var lastNode)) return false;
            if (firstNode > 0 || lastNode > 0) return false;
            set = Existing(nrCpus);
        }
        else if (word == "all")
        {
            set = All;
        }
        else
        {
            if (!TryRange(word, out var first, out var last)) return false;
            set = 0;
            for (var cpu = first; cpu <= last; cpu++) set |= 1UL << cpu;
        }
        map = without ? map & ~set : map | set;
        return true;
    }

    private static bool TryRange(string text, out int first, out int last)
    {
        last = 0;
        var dash = text.IndexOf('-');
        if (!TryNumber(dash < 0 ? text : text[..dash], out first)) return false;
        if (dash < 0)
        {
            last = first;
            return true;
        }
        return TryNumber(text[(dash + 1)..], out last) && last >= first;
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < MaxCpus;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
