using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xen.Hypervisor;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>The hypervisor's state as fields: one for each domain, port and grant.</summary>
internal sealed class HostFields
{
    private readonly Kind[] kinds =
    [
        new("domain", 1, HostState.Domains, null),
        new("port", 1, HostState.EventChannels, Ports),
        new("loop device", 1, HostState.LoopDevices, null),
        new("interface", 2, HostState.Interfaces, null),
    ];

    private readonly GrantFields grants = new();
    private readonly List<string> fresh = [];
    private int look;

    /// <param name="Name">What the fields are called.</param>
    /// <param name="Words">How many words of a line say what it is about.</param>
    /// <param name="Lines">The lines.</param>
    /// <param name="Digest">What the lines are made of, as a number; null where there are few.</param>
    private sealed record Kind(string Name, int Words, Func<Host, IEnumerable<string>> Lines, Func<Host, ulong>? Digest)
    {
        public Dictionary<string, int> Seen { get; } = [];

        public ulong Last { get; set; }
    }

    /// <summary>Tells what is not as it was at the last look.</summary>
    public void Collect(Host host, Action<string, string?> changed)
    {
        look++;
        grants.Collect(host, changed);
        foreach (var kind in kinds)
        {
            var now = kind.Digest?.Invoke(host) ?? 0;
            if (now != 0 && now == kind.Last) continue;
            kind.Last = now;
            var seen = kind.Seen;
            fresh.Clear();
            foreach (var text in kind.Lines(host))
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
                changed($"{kind.Name} {gone[..Split(gone, kind.Words)]}", null);
            }
            foreach (var text in fresh)
            {
                var end = Split(text, kind.Words);
                changed($"{kind.Name} {text[..end]}", text[(end + 1)..]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Ports(Host host)
    {
        ulong digest = 1;
        foreach (var domain in host.Domains)
        {
            digest = FieldDigest.Mix(digest, (ulong)domain.Id);
            var channels = domain.EventChannels;
            for (var i = 0; i < channels.Count; i++)
            {
                var channel = channels[i];
                if (channel.State == EventChannelState.Closed) continue;
                digest = FieldDigest.Mix(digest, ((ulong)channel.Port << 32) | (uint)channel.State);
                digest = FieldDigest.Mix(digest, ((ulong)(uint)channel.RemoteDomid << 32) | channel.RemotePort);
                digest = FieldDigest.Mix(digest, (ulong)channel.VirqNumber);
            }
        }
        return digest;
    }

    /// <summary>Where the words end that name what a line is about.</summary>
    private static int Split(string text, int words)
    {
        var end = text.IndexOf(' ');
        return words == 2 ? text.IndexOf(' ', end + 1) : end;
    }
}
