using Xen.Hypervisor;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>The hypervisor's state as fields: one for each domain, port and grant.</summary>
internal sealed class HostFields
{
    private readonly SortedDictionary<string, string> last = new(StringComparer.Ordinal);

    /// <summary>Tells what is not as it was at the last look.</summary>
    public void Collect(Host host, Action<string, string?> changed)
    {
        var now = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(now, "domain", HostState.Domains(host), 1);
        Add(now, "port", HostState.EventChannels(host), 1);
        Add(now, "grant", HostState.Grants(host), 2);
        Add(now, "loop device", HostState.LoopDevices(host), 1);
        Add(now, "interface", HostState.Interfaces(host), 2);
        foreach (var (field, value) in now)
        {
            if (!last.TryGetValue(field, out var before) || before != value) changed(field, value);
        }
        foreach (var field in last.Keys.Where(field => !now.ContainsKey(field)).ToList())
        {
            changed(field, null);
            last.Remove(field);
        }
        foreach (var (field, value) in now) last[field] = value;
    }

    /// <summary>The first words of a line name what it is about, the others are what is said of it.</summary>
    private static void Add(SortedDictionary<string, string> fields, string kind, IEnumerable<string> lines, int words)
    {
        foreach (var text in lines)
        {
            var end = text.IndexOf(' ');
            if (words == 2) end = text.IndexOf(' ', end + 1);
            fields[$"{kind} {text[..end]}"] = text[(end + 1)..];
        }
    }
}
