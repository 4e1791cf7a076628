using System.Runtime.InteropServices;
using Xen.Hypervisor;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>The hypervisor's state as fields: one for each domain, port and grant.</summary>
internal sealed class HostFields
{
    private readonly (string Kind, int Words, Func<Host, IEnumerable<string>> Lines, Dictionary<string, int> Seen)[] kinds =
    [
        ("domain", 1, HostState.Domains, []),
        ("port", 1, HostState.EventChannels, []),
        ("grant", 2, HostState.Grants, []),
        ("loop device", 1, HostState.LoopDevices, []),
        ("interface", 2, HostState.Interfaces, []),
    ];

    private readonly List<string> fresh = [];
    private int look;

    /// <summary>Tells what is not as it was at the last look.</summary>
    public void Collect(Host host, Action<string, string?> changed)
    {
        look++;
        foreach (var (kind, words, lines, seen) in kinds)
        {
            fresh.Clear();
            foreach (var text in lines(host))
            {
                ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, text, out var known);
                last = look;
                if (!known) fresh.Add(text);
            }
            if (fresh.Count == 0 && seen.Count == seen.Values.Count(each => each == look)) continue;

            // What is no more first: a field that has another value now is told once.
            foreach (var gone in seen.Where(each => each.Value != look).Select(each => each.Key).ToList())
            {
                seen.Remove(gone);
                changed($"{kind} {gone[..Split(gone, words)]}", null);
            }
            foreach (var text in fresh)
            {
                var end = Split(text, words);
                changed($"{kind} {text[..end]}", text[(end + 1)..]);
            }
        }
    }

    /// <summary>Where the words end that name what a line is about.</summary>
    private static int Split(string text, int words)
    {
        var end = text.IndexOf(' ');
        return words == 2 ? text.IndexOf(' ', end + 1) : end;
    }
}
