using System.Collections.Immutable;
using System.Numerics;
using Mutators.Reliability.Diagrams;

namespace Mutators.Reliability.Repair;

/// <summary>How often a module fails, and how fast it is repaired; both exponentially distributed.</summary>
/// <param name="Failure">λ, failures per unit of time while it works.</param>
/// <param name="Repair">μ, repairs per unit of time while somebody works at it; 0: it stays failed.</param>
public sealed record FailureAndRepair(double Failure, double Repair)
{
    /// <summary>The share of time that a module works which is repaired at once.</summary>
    public double Availability => Failure == 0 ? 1 : Repair / (Failure + Repair);

    /// <summary>Reads <c>0.001/0.5</c>.</summary>
    /// <exception cref="ModelInputException">It cannot be read.</exception>
    public static FailureAndRepair Parse(Assignment text) =>
        text.Value.Split('/') is [var failure, var repair] && Assignment.TryNumber(failure, out var λ) && Assignment.TryNumber(repair, out var μ)
            ? new FailureAndRepair(Rate.Require(λ, $"the failure rate of {text.Name}"), Rate.Require(μ, $"the repair rate of {text.Name}"))
            : throw new ModelInputException($"{text.Name} = {text.Value} gives no rates.", "Write failure rate / repair rate in the same unit: H=0.0001/0.1.");
}

/// <summary>What a system with repair does in the long run.</summary>
/// <param name="Availability">The share of time in which it works.</param>
/// <param name="MeanTimeToFailure">From all modules working to its first failure; null where there are too many modules for the chain.</param>
/// <param name="FailureFrequency">Failures of the system per unit of time.</param>
/// <param name="MeanDownTime">How long such a failure lasts; null where it never fails.</param>
public sealed record AvailabilityResult(double Availability, double? MeanTimeToFailure, double FailureFrequency, double? MeanDownTime);

/// <summary>
/// A diagram whose modules fail and are repaired. Modules also fail while the system is down. With fewer repair crews than modules, the
/// modules that stand first in the diagram are repaired first.
/// </summary>
public static class RepairableSystem
{
    /// <summary>2^10 states are what a chain may have.</summary>
    public const int MaximumModules = 10;

    /// <summary>Availability and mean times.</summary>
    /// <param name="diagram">The diagram.</param>
    /// <param name="rates">By module or family.</param>
    /// <param name="crews">How many modules can be repaired at the same time; null: all.</param>
    /// <exception cref="ModelInputException">A name is not in the diagram, a module has no rates, or there are too many modules.</exception>
    public static AvailabilityResult Solve(Diagram diagram, IReadOnlyDictionary<string, FailureAndRepair> rates, int? crews = null)
    {
        if (crews < 1)
        {
            throw new ModelInputException($"{crews} repair crews repair nothing.", "Give at least one, or leave the option out for one for each module.");
        }

        var modules = Resolve(diagram, rates);
        var isIndependent = crews is null || crews >= modules.Length;
        if (modules.Length > MaximumModules)
        {
            return isIndependent ? ByModules(diagram, modules) : throw new ModelInputException(
                $"{modules.Length} modules with {crews} repair crews are too many states.", $"Give at most {MaximumModules} modules, or leave --crews out.");
        }

        var chain = Chain(modules, crews ?? modules.Length);
        var isWorking = Enumerable.Range(0, chain.States.Length)
            .Select(state => diagram.Works(name => (state >> diagram.Modules.IndexOf(name) & 1) == 0)).ToArray();
        var steady = chain.SteadyState(start: 0);
        var unavailability = Enumerable.Range(0, steady.Length).Where(state => !isWorking[state]).Sum(state => steady[state]);
        var availability = Enumerable.Range(0, steady.Length).Where(state => isWorking[state]).Sum(state => steady[state]);
        var frequency = chain.Frequency(steady, state => isWorking[state]);
        return new AvailabilityResult(
            availability,
            chain.MeanTimeTo(state => !isWorking[state], start: 0),
            frequency,
            frequency > 0 ? unavailability / frequency : null);
    }

    /// <summary>
    /// With a crew for each module, modules are independent: the diagram of availabilities gives the system's, and the system fails
    /// when a module fails on which it depends just then.
    /// </summary>
    private static AvailabilityResult ByModules(Diagram diagram, ImmutableArray<FailureAndRepair> modules)
    {
        var availabilities = diagram.Modules.Zip(modules).ToDictionary(each => each.First, each => each.Second.Availability, StringComparer.Ordinal);
        var availability = diagram.Reliability(availabilities);
        var frequency = 0.0;
        foreach (var (name, module) in diagram.Modules.Zip(modules))
        {
            var own = availabilities[name];
            availabilities[name] = 1;
            var depending = diagram.Reliability(availabilities);
            availabilities[name] = 0;
            depending -= diagram.Reliability(availabilities);
            availabilities[name] = own;
            frequency += depending * own * module.Failure;
        }

        return new AvailabilityResult(availability, null, frequency, frequency > 0 ? (1 - availability) / frequency : null);
    }

    /// <summary>Each state is a set of failed modules, one bit for each.</summary>
    private static MarkovChain Chain(ImmutableArray<FailureAndRepair> modules, int crews)
    {
        var states = 1 << modules.Length;
        var rates = new double[states, states];
        for (var state = 0; state < states; state++)
        {
            for (var module = 0; module < modules.Length; module++)
            {
                var bit = 1 << module;
                if ((state & bit) == 0)
                {
                    rates[state, state | bit] = modules[module].Failure;
                }
                else if (BitOperations.PopCount((uint)(state & (bit - 1))) < crews)
                {
                    rates[state, state & ~bit] = modules[module].Repair;
                }
            }
        }

        return new MarkovChain([.. Enumerable.Range(0, states).Select(state => $"{state}")], rates);
    }

    private static ImmutableArray<FailureAndRepair> Resolve(Diagram diagram, IReadOnlyDictionary<string, FailureAndRepair> rates)
    {
        foreach (var name in rates.Keys.Order(StringComparer.Ordinal))
        {
            ModuleNames.Named(name, diagram.Modules);
        }

        return
        [
            .. diagram.Modules.Select(module => rates.GetValueOrDefault(module) ?? rates.GetValueOrDefault(ModuleNames.Family(module))
                ?? throw new ModelInputException($"Module {module} has no rates.", $"Add {module}=FAILURE/REPAIR, for example {module}=0.001/0.5.")),
        ];
    }
}
