namespace Xen.Hypervisor;

/// <summary>The hypervisor's state as canonical lines of text, for digests that two runs can be compared by. No times, no frame numbers.</summary>
public static class HostState
{
    /// <summary>One line per domain: id, life, memory, virtual CPUs.</summary>
    public static IEnumerable<string> Domains(Host host) =>
        host.Domains.Select(d => $"{d.Id} {d.Dying} paused={d.ControllerPauseCount} shutdown={d.ShutdownCode?.ToString() ?? "-"} "
            + $"pages={d.TotalPages}/{d.MaxPages} vcpus={d.Vcpus.Count} weight={d.Weight} cap={d.Cap}");

    /// <summary>One line per open port.</summary>
    public static IEnumerable<string> EventChannels(Host host) =>
        from domain in host.Domains
        from channel in domain.EventChannels
        where channel.State != EventChannelState.Closed
        select $"{domain.Id}:{channel.Port} {channel.State} remote={channel.RemoteDomid}:{channel.RemotePort} virq={channel.VirqNumber}";

    /// <summary>One line per grant that is offered or mapped.</summary>
    public static IEnumerable<string> Grants(Host host)
    {
        foreach (var domain in host.Domains)
        {
            for (uint reference = 0; reference < domain.GrantTable.EntryCount; reference++)
            {
                var flags = domain.GrantTable.FlagsOf(reference);
                if (flags != GrantEntryFlags.Invalid)
                {
                    yield return $"{domain.Id} ref={reference} {flags} to={domain.GrantTable.DomidOf(reference)} "
                        + $"pins={domain.GrantTable.PinsOf(reference).Total}";
                }
            }
        }
    }

    /// <summary>One line per network interface of each domain that has some.</summary>
    public static IEnumerable<string> Interfaces(Host host) =>
        from domain in host.Domains
        from device in domain.Hardware?.Network.Devices ?? []
        select $"{domain.Id} {device.Name} {device.Master?.Name ?? "-"} mtu={device.Mtu}{(device.Up ? " up" : "")}{(device.Carrier ? " carrier" : "")}";

    /// <summary>One line per attached loop device.</summary>
    public static IEnumerable<string> LoopDevices(Host host) =>
        host.LoopDevices.All.Select(d => $"{d.Node} {d.BackingFile} openers={d.Openers} {(d.ReadOnly ? "ro" : "rw")}{(d.AutoClear ? " autoclear" : "")}");
}
