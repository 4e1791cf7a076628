namespace Xen.Hypervisor;

/// <summary>A statement about the machine that does not hold.</summary>
public sealed record InvariantViolation(string Invariant, string Detail);

/// <summary>What must be true of the hypervisor's state when nothing is going on. Every check recounts from the other side of the books.</summary>
public static class HypervisorInvariants
{
    public const string MemoryAccounting = "memory-accounting";
    public const string MemoryLimits = "memory-limits";
    public const string EventChannelSymmetry = "event-channel-symmetry";
    public const string GrantPins = "grant-pins";
    public const string FrameReferences = "frame-references";
    public const string NoZombies = "no-zombies";
    public const string RunstateTimes = "runstate-times";
    public const string NoLostEvents = "no-lost-events";

    /// <summary>The names of all invariants, in the order in which they are checked.</summary>
    public static IReadOnlyList<string> All { get; } =
        [MemoryAccounting, MemoryLimits, EventChannelSymmetry, GrantPins, FrameReferences, NoZombies, RunstateTimes, NoLostEvents];

    public static IReadOnlyList<InvariantViolation> Check(Host host)
    {
        var violations = new List<InvariantViolation>();
        CheckMemory(host, violations);
        CheckEventChannels(host, violations);
        CheckGrants(host, violations);
        CheckReferences(host, violations);
        foreach (var domain in host.Domains)
        {
            CheckDomain(host, domain, violations);
        }

        return violations;
    }

    private static void CheckMemory(Host host, List<InvariantViolation> violations)
    {
        var memory = host.Memory;
        var owned = host.Domains.Sum(d => (long)d.TotalPages);
        if (memory.FreeFrames + owned + memory.XenFrames != memory.TotalFrames)
        {
            violations.Add(new(MemoryAccounting,
                $"free {memory.FreeFrames} + domains {owned} + xen {memory.XenFrames} is not total {memory.TotalFrames}"));
        }

        foreach (var domain in host.Domains)
        {
            foreach (var mfn in domain.Pages)
            {
                if (memory.OwnerOf(mfn) != domain)
                {
                    violations.Add(new(MemoryAccounting, $"{domain} lists frame {mfn:x}, which is not its own"));
                    break;
                }
            }

            if (domain.TotalPages > domain.MaxPages)
            {
                violations.Add(new(MemoryLimits, $"{domain} has {domain.TotalPages} pages, allowed are {domain.MaxPages}"));
            }
        }
    }

    private static void CheckEventChannels(Host host, List<InvariantViolation> violations)
    {
        foreach (var domain in host.Domains)
        {
            foreach (var channel in domain.EventChannels)
            {
                if (channel.State != EventChannelState.Interdomain)
                {
                    continue;
                }

                var peer = host.FindDomain(channel.RemoteDomid) is { } remote ? EventChannelOps.Find(remote, channel.RemotePort) : null;
                if (peer is not { State: EventChannelState.Interdomain } || peer.RemoteDomid != domain.Id || peer.RemotePort != channel.Port)
                {
                    violations.Add(new(EventChannelSymmetry,
                        $"{domain}:{channel.Port} is bound to d{channel.RemoteDomid}:{channel.RemotePort}, which is not bound to it"));
                }
            }
        }
    }

    private static void CheckGrants(Host host, List<InvariantViolation> violations)
    {
        var mapped = new SortedDictionary<(int Granter, uint Reference), int>();
        foreach (var mapping in host.Domains.SelectMany(d => d.GrantTable.Maptrack).Where(m => m.InUse))
        {
            var key = (mapping.Granter!.Id, mapping.Reference);
            var kinds = ((mapping.Flags & GrantMapFlags.HostMap) != 0 ? 1 : 0) + ((mapping.Flags & GrantMapFlags.DeviceMap) != 0 ? 1 : 0);
            mapped[key] = mapped.GetValueOrDefault(key) + kinds;
        }

        foreach (var domain in host.Domains)
        {
            foreach (var reference in domain.GrantTable.PinnedReferences)
            {
                var pins = domain.GrantTable.PinsOf(reference).Total;
                var found = mapped.GetValueOrDefault((domain.Id, reference));
                mapped.Remove((domain.Id, reference));
                if (pins != found)
                {
                    violations.Add(new(GrantPins, $"{domain} grant {reference} has {pins} pins and {found} mappings"));
                }
            }
        }

        foreach (var (granter, reference) in mapped.Keys)
        {
            violations.Add(new(GrantPins, $"d{granter} grant {reference} is mapped and not pinned"));
        }
    }

    private static void CheckReferences(Host host, List<InvariantViolation> violations)
    {
        var expected = new SortedDictionary<ulong, int>();
        foreach (var mapping in host.Domains.SelectMany(d => d.GrantTable.Maptrack).Where(m => m.InUse))
        {
            expected[mapping.Page!.Mfn] = expected.GetValueOrDefault(mapping.Page.Mfn) + 1;
        }

        foreach (var domain in host.Domains)
        {
            foreach (var mfn in domain.Pages)
            {
                var references = host.Memory.ReferencesOf(mfn);
                if (references == 0 && expected.Count == 0)
                {
                    continue;
                }

                var holders = expected.GetValueOrDefault(mfn) + (references > 0 ? host.MemoryOp.ForeignReferences(mfn) : 0);
                if (references != holders)
                {
                    violations.Add(new(FrameReferences, $"frame {mfn:x} of {domain} has {references} references and {holders} mappings"));
                }
            }
        }
    }

    private static void CheckDomain(Host host, Domain domain, List<InvariantViolation> violations)
    {
        if (domain.Dying != DyingState.Alive)
        {
            violations.Add(new(NoZombies, $"{domain} is dead and still holds {domain.TotalPages} pages"));
        }

        var now = host.Simulation.Now;
        foreach (var vcpu in domain.Vcpus)
        {
            var sum = Enum.GetValues<RunState>().Sum(s => vcpu.TimeIn(s, now));
            if (sum != vcpu.Age(now))
            {
                violations.Add(new(RunstateTimes, $"{domain} vcpu {vcpu.Id} is {vcpu.Age(now)} ns old and accounts for {sum}"));
            }
        }

        if (!domain.IsRunning || domain.UpcallQueued)
        {
            return;
        }

        foreach (var channel in domain.EventChannels)
        {
            if (channel is { State: not EventChannelState.Closed, HandlerOwner.Alive: true } && EventChannelOps.IsPending(domain, channel.Port)
                && !EventChannelOps.IsMasked(domain, channel.Port))
            {
                violations.Add(new(NoLostEvents, $"{domain}:{channel.Port} is pending and nobody will be told"));
            }
        }
    }
}
