using System.Collections.Immutable;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Estimates;

/// <summary>
/// What is known of each module of a diagram. Modules that have their value by their family's name are copies of one piece of
/// software: its reliability may be unknown, but it is the same for all of them.
/// </summary>
public sealed class ModuleEstimates
{
    private readonly Dictionary<string, (string Source, Estimate Estimate)> byModule = new(StringComparer.Ordinal);

    /// <summary>Assigns estimates to modules: a module's own wins over its family's.</summary>
    /// <param name="diagram">The diagram.</param>
    /// <param name="estimates">By module or family.</param>
    /// <exception cref="ModelInputException">A name is not in the diagram, or a module has no value.</exception>
    public ModuleEstimates(Diagram diagram, IReadOnlyDictionary<string, Estimate> estimates)
    {
        Diagram = diagram;
        foreach (var name in estimates.Keys.Order(StringComparer.Ordinal))
        {
            ModuleNames.Named(name, diagram.Modules);
        }

        foreach (var module in diagram.Modules)
        {
            var source = estimates.ContainsKey(module) ? module : ModuleNames.Family(module);
            byModule[module] = estimates.TryGetValue(source, out var estimate) ? (source, estimate) : throw ModuleNames.WithoutValue(module);
        }
    }

    /// <summary>The diagram.</summary>
    public Diagram Diagram { get; }

    /// <summary>Whether no value is uncertain.</summary>
    public bool AreKnown => byModule.Values.All(each => each.Estimate is Known);

    /// <summary>Reads <c>H=0.999</c>, <c>M=36of40</c> and so on.</summary>
    public static ModuleEstimates Parse(Diagram diagram, IEnumerable<string> assignments) => new(
        diagram,
        Assignment.ParseAll(assignments).ToDictionary(each => each.Name, Estimate.Parse, StringComparer.Ordinal));

    /// <summary>One value for each module.</summary>
    public IReadOnlyDictionary<string, double> Centre => Values(estimate => estimate.Centre);

    /// <summary>
    /// The reliabilities of the system between which it lies if each module lies in its interval. Exact: the more
    /// reliable a module, the more reliable the system, so the ends belong to the modules' ends.
    /// </summary>
    public Interval Envelope(IReadOnlyList<CommonCause> causes) => new(
        Reliability(Values(estimate => estimate.Interval.Low), causes),
        Reliability(Values(estimate => estimate.Interval.High), causes));

    /// <summary>What the uncertainty of the modules leaves of the system's reliability, by seeded draws.</summary>
    public Propagated Propagate(IReadOnlyList<CommonCause> causes, int draws, ulong seed)
    {
        var random = new RandomDraws(seed);
        var results = new double[draws];
        for (var i = 0; i < draws; i++)
        {
            results[i] = Reliability(Draw(random), causes);
        }

        Array.Sort(results);
        return new Propagated(draws, results.Average(), results[draws / 2], new Interval(results[(int)(0.025 * draws)], results[(int)Math.Min(draws - 1, 0.975 * draws)]));
    }

    /// <summary>The system's reliability at values of the modules.</summary>
    public double Reliability(IReadOnlyDictionary<string, double> values, IReadOnlyList<CommonCause> causes)
    {
        var (diagram, all) = CommonCause.Apply(Diagram, values, causes);
        return diagram.Reliability(all);
    }

    private Dictionary<string, double> Draw(RandomDraws random)
    {
        // In the order of the diagram, and once for each source: the same seed gives the same draws.
        var drawn = new Dictionary<string, double>(StringComparer.Ordinal);
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var module in Diagram.Modules)
        {
            var (source, estimate) = byModule[module];
            if (!drawn.TryGetValue(source, out var value))
            {
                drawn[source] = value = estimate.Draw(random);
            }

            values[module] = value;
        }

        return values;
    }

    private ImmutableDictionary<string, double> Values(Func<Estimate, double> value) =>
        byModule.ToImmutableDictionary(each => each.Key, each => value(each.Value.Estimate), StringComparer.Ordinal);
}

/// <summary>The distribution of a system's reliability, as its modules are uncertain.</summary>
/// <param name="Draws">How many draws it rests on.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Median">The median.</param>
/// <param name="Middle">The middle 95 % of the draws.</param>
public sealed record Propagated(int Draws, double Mean, double Median, Interval Middle);
