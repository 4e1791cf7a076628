using System.Text;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads;

/// <summary>The state of a machine as digests that two runs can be compared by. What depends on timing or on frame numbers is left out.</summary>
public static class StateDigest
{
    private const ulong FnvPrime = 0x100000001B3UL;
    private const ulong FnvOffset = 0xCBF29CE484222325UL;

    private static readonly string[] Volatile = ["start_time", "ring-ref", "tx-ring-ref", "rx-ring-ref"];
    private static readonly string[] StateDirectories = ["/var/lib/xen", "/var/lock", "/run/xen-hotplug"];

    public static IEnumerable<(string Name, ulong Digest)> Of(Machine machine)
    {
        yield return ("xenstore", Digest(Store(machine.Xenstored.Tree)));
        yield return ("domains", Digest(HostState.Domains(machine.Host)));
        yield return ("event-channels", Digest(HostState.EventChannels(machine.Host)));
        yield return ("grants", Digest(HostState.Grants(machine.Host)));
        yield return ("loop-devices", Digest(HostState.LoopDevices(machine.Host)));
        yield return ("interfaces", Digest(HostState.Interfaces(machine.Host)));
        yield return ("files", Digest(Files(machine.Host.Files)));
    }

    /// <summary>One line per node, in the order of names, so that the order of creation does not matter.</summary>
    public static IEnumerable<string> Store(StoreTree tree)
    {
        foreach (var (path, node) in tree.Walk().OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var value = Volatile.Contains(StorePath.Name(path)) ? "*" : XsPayload.Text(node.Value);
            yield return $"{path}={value} ({node.Permissions})";
        }
    }

    private static IEnumerable<string> Files(Dom0Files files)
    {
        foreach (var directory in StateDirectories)
        {
            foreach (var path in files.Below(directory)) yield return $"{path}={files.ReadText(path)}";
        }
    }

    public static ulong Digest(IEnumerable<string> lines)
    {
        var hash = FnvOffset;
        foreach (var line in lines)
        {
            foreach (var b in Encoding.UTF8.GetBytes(line)) hash = (hash ^ b) * FnvPrime;
            hash = (hash ^ '\n') * FnvPrime;
        }
        return hash;
    }
}
