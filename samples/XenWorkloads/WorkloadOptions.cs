using System.Collections.Frozen;
using System.Globalization;
using Xen.Hypervisor;

namespace Xen.XenWorkloads;

/// <summary>What a run was asked to do.</summary>
public sealed record WorkloadOptions(string Workload, ulong Seed, int Domains, int Length = WorkloadOptions.DefaultLength, string? TraceFile = null)
{
    /// <summary>Back-ends run in a domain of their own: those of the network, or all of them and none in Dom0 (<c>devices</c>).</summary>
    public bool DriverDomain { get; init; }

    /// <summary>After a crash or a hang it is tried to bring the host back. Not where every rendezvous is told: there the run itself is looked at.</summary>
    public bool Recovers => !Rendezvous;

    /// <summary>Where the frames of Dom0's bridge go; null for nowhere.</summary>
    public string? PcapFile { get; init; }

    public const int MaxDomains = 16;
    public const int DefaultLength = 8;
    public const int MaxLength = 10_000;

    /// <summary>Every line of output at once, and between them what each component does.</summary>
    public bool Rendezvous { get; init; }

    /// <summary>Where all that components hand over is written to; null for nowhere.</summary>
    public string? RecordFile { get; init; }

    /// <summary>A recording that others hear instead of <see cref="Isolated"/>; null where everybody hears everybody.</summary>
    public string? ReplayFile { get; init; }

    /// <summary>The components whose messages reach nobody.</summary>
    public IReadOnlyList<string> Isolated { get; init; } = [];

    /// <summary>Fields that are no part of what a component remembers, as <c>Namespace.Outer+Type.field</c>: the program that this run is compared with does not have them.</summary>
    public IReadOnlySet<string> Without { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Where the handlers that may change places with the one behind them are written to, by number, one a line; null for nowhere.</summary>
    public string? NeighboursFile { get; init; }

    /// <summary>The handlers that change places with the one behind them, by number.</summary>
    public IReadOnlySet<long> Swapped { get; init; } = FrozenSet<long>.Empty;

    /// <summary>These options with what the environment says of recording, of neutral choices and of fields to leave out: whoever compares two runs sets it, for any program that tells of its rendezvous.</summary>
    public WorkloadOptions WithEnvironment(Func<string, string?> variable) => this with
    {
        RecordFile = variable("RENDEZVOUS_RECORD"),
        ReplayFile = variable("RENDEZVOUS_REPLAY"),
        Isolated = variable("RENDEZVOUS_ISOLATE")?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [],
        NeighboursFile = variable("RENDEZVOUS_NEIGHBOURS"),
        Swapped = variable("RENDEZVOUS_SWAPPED") is { } file ? File.ReadLines(file).Select(line => long.Parse(line, CultureInfo.InvariantCulture)).ToFrozenSet() : FrozenSet<long>.Empty,
        Without = variable("RENDEZVOUS_WITHOUT")?.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal) ?? FrozenSet<string>.Empty,
    };

    /// <summary>What lets others hear the recording; null where everybody hears everybody.</summary>
    internal MessageReplay? Replay() => ReplayFile is null ? null : new MessageReplay(MessageRecording.Read(new StringReader(File.ReadAllText(ReplayFile))), Isolated);

    private const string RendezvousFlag = "--rendezvous";
    private const string DriverDomainFlag = "--driver-domain";

    public static string Usage =>
        $"usage: XenWorkloads {string.Join('|', WorkloadRun.Names)} --seed N --domains K [--length L] [--driver-domain] [--trace FILE] [--pcap FILE] [--rendezvous]   (K from 1 to {MaxDomains}, L from 1 to {MaxLength})";

    /// <summary>The options in a command line; null when it is not well formed.</summary>
    public static WorkloadOptions? Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || !WorkloadRun.Names.Contains(arguments[0])) return null;
        var driverDomain = arguments.Contains(DriverDomainFlag);
        if (driverDomain && (arguments[0] is not ("network" or "devices") || arguments.Count(word => word == DriverDomainFlag) > 1)) return null;
        if (driverDomain) arguments = [.. arguments.Where(word => word != DriverDomainFlag)];
        var rendezvous = arguments.Count(word => word == RendezvousFlag);
        if (rendezvous > 1) return null;
        if (rendezvous == 1) arguments = [.. arguments.Where(word => word != RendezvousFlag)];
        ulong? seed = null;
        int? domains = null;
        int? length = null;
        string? trace = null;
        string? pcap = null;
        for (var i = 1; i + 1 < arguments.Count; i += 2)
        {
            var value = arguments[i + 1];
            switch (arguments[i])
            {
                case "--seed" when seed is null && ulong.TryParse(value, out var number): seed = number; break;
                case "--domains" when domains is null && int.TryParse(value, out var count) && count is >= 1 and <= MaxDomains: domains = count; break;
                case "--length" when length is null && int.TryParse(value, out var steps) && steps is >= 1 and <= MaxLength: length = steps; break;
                case "--trace" when trace is null: trace = value; break;
                case "--pcap" when pcap is null: pcap = value; break;
                default: return null;
            }
        }
        if (arguments.Count % 2 == 0 || seed is null || domains is null) return null;
        return new WorkloadOptions(arguments[0], seed.Value, domains.Value, length ?? DefaultLength, trace) { DriverDomain = driverDomain, PcapFile = pcap, Rendezvous = rendezvous == 1 };
    }
}
