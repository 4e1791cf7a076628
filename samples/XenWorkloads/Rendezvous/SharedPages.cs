using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Xen.Hypervisor;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>What was last seen in each page that two domains share: a handler's writes are the difference to it.</summary>
internal sealed class SharedPages
{
    /// <summary>Equal bytes between two changes that still count as one: an entry of a ring is one thing.</summary>
    private const int Gap = 8;

    /// <summary>Longer changes are data, and shown as digest.</summary>
    private const int LongestShown = 16;

    private readonly Dictionary<string, byte[]> seen = new(StringComparer.Ordinal);

    /// <summary>The page as it was at the last look; null before the first.</summary>
    public byte[]? Before(string name) => seen.GetValueOrDefault(name)?.ToArray();

    /// <summary>Puts something else into a page, which counts as seen.</summary>
    public void Put(string name, byte[] bytes, byte[] instead)
    {
        instead.CopyTo(bytes, 0);
        seen[name] = [.. instead];
    }

    /// <summary>The bytes that are new since the last look, in words: offset, then bytes or a digest. Empty when there are none.</summary>
    public string Changes(string name, byte[] bytes)
    {
        if (!seen.TryGetValue(name, out var before)) seen.Add(name, before = new byte[bytes.Length]);
        if (before.AsSpan().SequenceEqual(bytes)) return "";
        var text = new StringBuilder();
        var at = 0;
        while (at < bytes.Length)
        {
            var start = at + before.AsSpan(at).CommonPrefixLength(bytes.AsSpan(at));
            if (start == bytes.Length) break;
            at = EndOfChange(before, bytes, start);
            var change = bytes.AsSpan(start, at - start);
            text.Append(text.Length == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"{start}: ")
                .Append(change.Length <= LongestShown ? Convert.ToHexStringLower(change) : SimulationTap.Digest(change));
        }
        bytes.CopyTo(before, 0);
        return text.ToString();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int EndOfChange(byte[] before, byte[] bytes, int start)
    {
        var end = start + 1;
        for (var at = end; at < bytes.Length && at - end < Gap; at++)
        {
            if (before[at] != bytes[at]) end = at + 1;
        }
        return end;
    }
}
