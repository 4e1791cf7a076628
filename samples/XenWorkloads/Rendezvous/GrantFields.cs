using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xen.Hypervisor;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>
/// The grants of a host's domains as fields, by the rules of <see cref="HostState.Grants"/>: the tables are compared entry by entry with what they were, and text is made only of
/// what has changed.
/// </summary>
internal sealed class GrantFields
{
    private readonly Dictionary<int, Entry[]> tables = [];

    /// <summary>What counts of an entry: flags and the domain that may use it as they lie in the table, and how often it is mapped. The frame does not.</summary>
    private readonly record struct Entry(uint Word, int Pins)
    {
        public GrantEntryFlags Flags => (GrantEntryFlags)(ushort)Word;

        public override string ToString() => $"{Flags} to={Word >> 16} pins={Pins}";
    }

    /// <summary>Tells what is not as it was at the last look.</summary>
    public void Collect(Host host, Action<string, string?> changed)
    {
        foreach (var gone in tables.Keys.Where(id => host.FindDomain(id) is null).Order().ToList())
        {
            Collect(gone, tables[gone], new Entry[tables[gone].Length], changed);
            tables.Remove(gone);
        }
        foreach (var domain in host.Domains)
        {
            var now = Read(domain.GrantTable);
            if (!tables.TryGetValue(domain.Id, out var before)) before = [];
            if (MemoryMarshal.AsBytes(now.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(before.AsSpan()))) continue;
            Array.Resize(ref before, now.Length);
            Collect(domain.Id, before, now, changed);
            tables[domain.Id] = now;
        }
    }

    private static void Collect(int domid, Entry[] before, Entry[] now, Action<string, string?> changed)
    {
        for (var reference = 0; reference < now.Length; reference++)
        {
            if (now[reference] == before[reference]) continue;
            var isThere = now[reference].Flags != GrantEntryFlags.Invalid;
            if (isThere || before[reference].Flags != GrantEntryFlags.Invalid) changed($"grant {domid} ref={reference}", isThere ? now[reference].ToString() : null);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Entry[] Read(GrantTable table)
    {
        var entries = new Entry[table.EntryCount];
        var at = 0;
        foreach (var page in table.SharedPages)
        {
            var words = MemoryMarshal.Cast<byte, uint>(page.Read);
            for (var i = 0; i < words.Length; i += GrantTable.EntrySize / sizeof(uint)) entries[at++] = new Entry(words[i], 0);
        }
        foreach (var pinned in table.PinnedReferences)
        {
            if (pinned < entries.Length) entries[pinned] = entries[pinned] with { Pins = table.PinsOf(pinned).Total };
        }
        return entries;
    }
}
