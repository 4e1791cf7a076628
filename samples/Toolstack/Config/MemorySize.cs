using System.Globalization;

namespace Xen.Toolstack.Config;

/// <summary>Amounts of memory on xl's command line (parse_mem_size_kb): a number with b, k, m, g or t; MiB without.</summary>
public static class MemorySize
{
    /// <summary>In KiB; false when it is no size.</summary>
    public static bool TryParse(string text, out long kb)
    {
        kb = 0;
        if (text.Length == 0) return false;
        var unit = char.ToLowerInvariant(text[^1]);
        var digits = char.IsAsciiDigit(unit) ? text : text[..^1];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        switch (unit)
        {
            case 't': return Scale(number, 30, out kb);
            case 'g': return Scale(number, 20, out kb);
            case 'k': return Scale(number, 0, out kb);
            case 'b':
                kb = number >> 10;
                return true;
            default:
                return (unit == 'm' || char.IsAsciiDigit(unit)) && Scale(number, 10, out kb);
        }
    }

    private static bool Scale(long number, int shift, out long kb)
    {
        kb = number << shift;
        return number <= long.MaxValue >> shift;
    }
}
