using System.Globalization;

namespace Xen.Toolstack.Config;

/// <summary>The names of virtual disks and the numbers that stand for them in the store (libxl__device_disk_dev_number).</summary>
public static class Vdev
{
    private const int XvdMajor = 202;
    private const int ExtendedFlag = 1 << 28;

    /// <summary>The device number of a name such as <c>xvda</c>, <c>hdc1</c>, <c>sdb</c>, <c>d3p1</c> or <c>51712</c>; -1 when it is none.</summary>
    public static int Number(string name)
    {
        if (MatchesLetters(name, "xvd", out var disk, out var partition)) return XvdNumber(disk, partition);
        if (MatchesDiskPartition(name, out disk, out partition)) return XvdNumber(disk, partition);
        if (MatchesLetters(name, "hd", out disk, out partition))
        {
            if (disk > 3 || partition > 63) return -1;
            var major = disk < 2 ? 3 : 22;
            return (major << 8) | ((disk & 1) << 6) | partition;
        }
        if (MatchesLetters(name, "sd", out disk, out partition))
        {
            if (disk > 15 || partition > 15) return -1;
            return (8 << 8) | (disk << 4) | partition;
        }
        return ParseNumber(name, int.MaxValue);
    }

    /// <summary>The name that a device number has in a guest, as block-list and the hotplug script need it.</summary>
    public static string Name(int number)
    {
        var (prefix, disk, partition) = Split(number);
        if (prefix.Length == 0) return number.ToString(CultureInfo.InvariantCulture);
        var letters = "";
        for (var rest = disk; rest >= 0; rest = rest / 26 - 1) letters = (char)('a' + rest % 26) + letters;
        return partition == 0 ? prefix + letters : prefix + letters + partition.ToString(CultureInfo.InvariantCulture);
    }

    private static (string Prefix, int Disk, int Partition) Split(int number)
    {
        if ((number & ExtendedFlag) != 0) return ("xvd", (number & 0xFFFFF00) >> 8, number & 0xFF);
        switch (number >> 8)
        {
            case XvdMajor: return ("xvd", (number >> 4) & 15, number & 15);
            case 8: return ("sd", (number >> 4) & 15, number & 15);
            case 3: return ("hd", (number >> 6) & 1, number & 63);
            case 22: return ("hd", 2 + ((number >> 6) & 1), number & 63);
            default: return ("", 0, 0);
        }
    }

    private static int XvdNumber(int disk, int partition)
    {
        if (disk <= 15 && partition <= 15) return (XvdMajor << 8) | (disk << 4) | partition;
        if (disk >= 1 << 20 || partition > 255) return -1;
        return ExtendedFlag | (disk << 8) | partition;
    }

    private static bool MatchesLetters(string name, string prefix, out int disk, out int partition)
    {
        disk = 0;
        partition = 0;
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return false;
        var at = prefix.Length;
        while (at < name.Length && char.IsAsciiLetterLower(name[at]))
        {
            if (disk > 1 << 20) return false;
            disk = disk * 26 + (name[at] - 'a') + 1;
            at++;
        }
        if (at == prefix.Length) return false;
        disk--;
        if (at == name.Length) return true;
        partition = ParseNumber(name[at..], 255);
        return partition >= 0;
    }

    private static bool MatchesDiskPartition(string name, out int disk, out int partition)
    {
        disk = 0;
        partition = 0;
        if (name.Length < 2 || name[0] != 'd') return false;
        var p = name.IndexOf('p');
        disk = ParseNumber(p < 0 ? name[1..] : name[1..p], (1 << 20) - 1);
        if (disk < 0) return false;
        if (p < 0) return true;
        partition = ParseNumber(name[(p + 1)..], 255);
        return partition >= 0;
    }

    private static int ParseNumber(string text, int most)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return -1;
        return number > most ? -1 : number;
    }
}
