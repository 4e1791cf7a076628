using System.Collections.Immutable;
using Mutators.Reliability.Bounds;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Estimates;
using Mutators.Reliability.Nodes;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Evidence;

/// <summary>A figure with what the campaign's counts leave open.</summary>
/// <param name="Value">At the observed shares.</param>
/// <param name="Envelope">If every share lies in its Clopper-Pearson interval: sure, and wide.</param>
/// <param name="Middle">The middle 95 % of seeded draws of the shares.</param>
public sealed record Measured(double Value, Interval Envelope, Interval Middle);

/// <summary>What it would bring to run one target in a domain of its own beside each VM, instead of in Dom0.</summary>
/// <param name="Target">The target.</param>
/// <param name="Isolated">The node's reliability with it.</param>
/// <param name="Gain">The gain over everything in Dom0, if the domains fail independently.</param>
/// <param name="GainIfTheyFailTogether">
/// The gain if a fault hits all the domains at once, as a fault of code that they share may: then the copies are one module. Null under <see cref="GuestFailureReach.One"/>, which
/// assumes the opposite.
/// </param>
/// <param name="SurvivingHosts">By how much the host itself lives longer: the gain for all that else runs there.</param>
public sealed record IsolationGain(string Target, Measured Isolated, double Gain, double? GainIfTheyFailTogether, double SurvivingHosts);

/// <summary>Which guests lose their service by a fault of Dom0 after which the host lives.</summary>
public enum GuestFailureReach
{
    /// <summary>All of them, since the component serves all of them: the cautious assumption.</summary>
    All,

    /// <summary>One of them, each by a fault of its own.</summary>
    One,
}

/// <summary>
/// A virtualized node whose Dom0 was measured by fault injection: H, V, the targets in Dom0, and n VMs that need them. What Dom0 as
/// a single point of failure costs, and which target to take out of it first.
/// </summary>
public sealed class NodeEvidence
{
    /// <summary>Draws behind each interval: the third digit of its ends is steady.</summary>
    private const int Draws = 4000;

    private readonly ImmutableArray<TargetEvidence> targets;
    private readonly Dictionary<string, TargetEvidence> isolated;
    private readonly Dictionary<string, double> faults;
    private readonly NodeParameters node;
    private readonly GuestFailureReach reach;
    private readonly ulong seed;

    /// <summary>A node.</summary>
    /// <param name="targets">What was counted with everything in Dom0.</param>
    /// <param name="isolated">What was counted of targets that ran in a domain of their own, where that was measured.</param>
    /// <param name="faults">P(fault): the probability that a mission activates a residual fault of the target, by target. The user's assumption.</param>
    /// <param name="node">R_H, R_V, R_M and n.</param>
    /// <param name="reach">Which guests a fault hits that leaves the host alive.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <exception cref="ModelInputException">A name is no target, or a value is impossible.</exception>
    public NodeEvidence(
        ImmutableArray<TargetEvidence> targets,
        IReadOnlyList<TargetEvidence> isolated,
        IReadOnlyDictionary<string, double> faults,
        NodeParameters node,
        GuestFailureReach reach,
        ulong seed)
    {
        foreach (var (name, probability) in faults.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            Probability.Require(probability, $"the fault probability of {name}");
            if (!targets.Any(target => IsCalled(target, name)))
            {
                throw new ModelInputException($"The campaign has no target '{name}'.", $"Its targets are {string.Join(", ", targets.Select(target => target.ModuleName))}.");
            }
        }

        // A target without a fault probability is left out: nothing can be said of it, and nothing is assumed.
        this.targets = [.. targets.Where(target => faults.Keys.Any(name => IsCalled(target, name)))];
        this.faults = this.targets.ToDictionary(target => target.Target, target => faults.First(fault => IsCalled(target, fault.Key)).Value, StringComparer.Ordinal);
        this.isolated = isolated.ToDictionary(target => target.Target, StringComparer.Ordinal);
        if (this.targets.IsEmpty)
        {
            throw new ModelInputException("No target has a fault probability.", "Give them: --faults toolstack=0.02,drivers=0.01.");
        }

        this.node = node.Checked();
        this.reach = reach;
        this.seed = seed;
        WithDom0 = Evaluate(Model(isolating: null, together: false));
        Dom0 = Evaluate(Dom0Only());
    }

    /// <summary>The node with n VMs as the paper has it: Dom0 never fails.</summary>
    public double WithoutDom0 => Node.Replicated(node.Hardware, node.Hypervisor, node.Vm, node.Count);

    /// <summary>The same node with the Dom0 that was measured.</summary>
    public Measured WithDom0 { get; }

    /// <summary>The reliability of Dom0 as a module in series: that no fault of it costs all guests their service.</summary>
    public Measured Dom0 { get; }

    /// <summary>What Dom0 as a single point of failure costs the node.</summary>
    public double Cost => WithoutDom0 - WithDom0.Value;

    /// <summary>What no number of VMs exceeds: R_H R_V R_Dom0.</summary>
    public double Ceiling => node.Hardware * node.Hypervisor * Dom0.Value;

    /// <summary>The smallest number of VMs with which the node beats a non-virtualized one, Dom0 counted in the hypervisor; null where there is none.</summary>
    public int? VmsToBeatNoVirtualization
    {
        get
        {
            var answer = Inequality.All[0].Ask([Given("R_M", node.Vm), Given("R_V", node.Hypervisor * Dom0.Value)]);
            return answer.Solution is { Low: <= int.MaxValue } solution ? (int)solution.Low : null;
        }
    }

    /// <summary>The text of the diagram that is evaluated.</summary>
    public string Diagram => Model(isolating: null, together: false).Diagram.ToString();

    /// <summary>The reliability of managing the node: that no fault of a target loses the host or the management. VMs do not help here.</summary>
    public double Management => node.Hardware * node.Hypervisor
        * targets.Aggregate(1.0, (product, target) => product * (1 - faults[target.Target] * (target.Host.Value + target.Management.Value)));

    /// <summary>What it would bring to isolate each target, the best first.</summary>
    public ImmutableArray<IsolationGain> Gains =>
    [
        .. targets.Select(Gain).OrderByDescending(gain => gain.Gain).ThenBy(gain => gain.Target, StringComparer.Ordinal),
    ];

    private static bool IsCalled(TargetEvidence target, string name) =>
        string.Equals(target.Target, name, StringComparison.OrdinalIgnoreCase) || string.Equals(target.ModuleName, name, StringComparison.OrdinalIgnoreCase);

    private static Assignment Given(string name, double value) => new(name, value.ToString("R", System.Globalization.CultureInfo.InvariantCulture));

    private IsolationGain Gain(TargetEvidence target)
    {
        var result = Evaluate(Model(target, together: false));
        var (diagram, estimates) = Model(target, together: true);
        return new IsolationGain(
            target.Target,
            result,
            result.Value - WithDom0.Value,
            reach is GuestFailureReach.All ? diagram.Reliability(new ModuleEstimates(diagram, estimates).Centre) - WithDom0.Value : null,
            faults[target.Target] * (target.Host.Value - (isolated.GetValueOrDefault(target.Target)?.Host.Value ?? 0)));
    }

    /// <summary>What of a target stands in series with all VMs.</summary>
    private Injected? InSeries(TargetEvidence target, bool isIsolated) => isIsolated
        ? isolated.TryGetValue(target.Target, out var measured) ? new Injected(faults[target.Target], measured.Host) : null
        : new Injected(faults[target.Target], reach is GuestFailureReach.All ? target.HostOrService : target.Host);

    /// <summary>What of a target each VM has for itself.</summary>
    private Injected? BesideEach(TargetEvidence target, bool isIsolated) => isIsolated
        ? new Injected(faults[target.Target], isolated.TryGetValue(target.Target, out var measured) ? measured.Service : target.HostOrService)
        : reach is GuestFailureReach.All ? null : new Injected(faults[target.Target], target.Service);

    private (Diagram Diagram, Dictionary<string, Estimate> Estimates) Dom0Only() => (
        new Diagram(Block.Series([.. targets.Select(target => new Module(target.ModuleName))])),
        targets.ToDictionary(target => target.ModuleName, target => (Estimate)InSeries(target, isIsolated: false)!, StringComparer.Ordinal));

    /// <summary>The node, one target or none in domains of its own; if these fail together, they are one module that stands beside each VM.</summary>
    private (Diagram Diagram, Dictionary<string, Estimate> Estimates) Model(TargetEvidence? isolating, bool together)
    {
        var estimates = new Dictionary<string, Estimate>(StringComparer.Ordinal)
        {
            ["H"] = new Known(node.Hardware),
            ["V"] = new Known(node.Hypervisor),
            ["M"] = new Known(node.Vm),
        };
        var series = new List<Block> { new Module("H"), new Module("V") };
        var beside = new List<(string Name, bool IsShared)>();
        foreach (var target in targets)
        {
            var isIsolated = target == isolating;
            if (InSeries(target, isIsolated) is { } inSeries)
            {
                estimates.Add(target.ModuleName, inSeries);
                series.Add(new Module(target.ModuleName));
            }

            if (BesideEach(target, isIsolated) is { } own)
            {
                var name = target.ModuleName + (isIsolated ? "-domain" : "-for-");
                estimates.Add(name, own);
                beside.Add((name, together && isIsolated));
            }
        }

        var vms = Enumerable.Range(1, node.Count).Select(i => Block.Series(
            [.. beside.Select(each => new Module(each.IsShared ? each.Name : $"{each.Name}{i}")), new Module($"M{i}")]));
        return (new Diagram(Block.Series([.. series, Block.Parallel([.. vms])])), estimates);
    }

    private Measured Evaluate((Diagram Diagram, Dictionary<string, Estimate> Estimates) model)
    {
        var modules = new ModuleEstimates(model.Diagram, model.Estimates);
        return new Measured(modules.Reliability(modules.Centre, []), modules.Envelope([]), modules.Propagate([], Draws, seed).Middle);
    }
}
