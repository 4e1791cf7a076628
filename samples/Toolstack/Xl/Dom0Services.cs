using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Toolstack.Xl;

/// <summary>What a process that is started in Dom0 finds there.</summary>
public sealed record Dom0Services(Host Host, Xenstored Xenstored)
{
    /// <summary>The daemons that xl has left behind, in the order of their start, those that have ended included.</summary>
    public List<XlDaemon> Daemons { get; } = [];

    /// <summary>What was printed on a terminal device so far; null when there is no such device.</summary>
    public Func<string, string?> ReadTerminal { get; set; } = _ => null;

    /// <summary>Other hosts that can be reached by their names, as with ssh.</summary>
    public SortedDictionary<string, Dom0Services> Peers { get; } = new(StringComparer.Ordinal);
}
