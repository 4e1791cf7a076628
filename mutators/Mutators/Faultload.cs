using System.Collections.Immutable;

namespace Mutators;

/// <summary>What was chosen out of all sites, and why: the mutants of a campaign with the rule, the seed and the size of each stratum.</summary>
public sealed class Faultload
{
    private Faultload(ulong seed, SamplingRule rule, int? sample, ImmutableArray<Stratum> strata, ImmutableArray<Mutant> mutants)
    {
        Seed = seed;
        Rule = rule;
        Sample = sample;
        Strata = strata;
        Mutants = mutants;
    }

    /// <summary>The seed of every draw; with equal sites it gives an equal faultload on every machine.</summary>
    public ulong Seed { get; }

    /// <summary>How the mutants were chosen.</summary>
    public SamplingRule Rule { get; }

    /// <summary>How many mutants were asked for; null for all.</summary>
    public int? Sample { get; }

    /// <summary>One stratum for each operator, ordered by id.</summary>
    public ImmutableArray<Stratum> Strata { get; }

    /// <summary>The chosen mutants in document order.</summary>
    public ImmutableArray<Mutant> Mutants { get; }

    /// <summary>How many mutants are missing from what was asked for.</summary>
    public int Shortfall => Sample is { } wanted ? wanted - Mutants.Length : 0;

    /// <summary>Chooses mutants. The order of <paramref name="sites"/> does not matter.</summary>
    /// <param name="sites">All mutants that could be chosen.</param>
    /// <param name="sample">How many are wanted; null for all.</param>
    /// <param name="seed">The seed of the draw.</param>
    /// <param name="rule">How to choose.</param>
    /// <param name="operators">
    /// The operators that looked for sites: one that found none is an empty stratum and may fall short. Without them, the operators
    /// of <paramref name="sites"/>.
    /// </param>
    /// <exception cref="ArgumentException">The rule and the sample size do not fit.</exception>
    public static Faultload Draw(
        IReadOnlyList<Mutant> sites, int? sample, ulong seed, SamplingRule rule, IEnumerable<FaultOperator>? operators = null)
    {
        if (sample is < 1)
        {
            throw new ArgumentException("A sample holds at least one mutant.", nameof(sample));
        }

        if (rule == SamplingRule.All && sample is not null)
        {
            throw new ArgumentException("All mutants are no sample: leave the size out, or choose another sampling rule.", nameof(sample));
        }

        if (rule == SamplingRule.FieldWeighted && sample is null)
        {
            throw new ArgumentException("A field-weighted sample needs a size.", nameof(sample));
        }

        var definitions = (operators ?? sites.Select(site => site.Operator)).Select(each => each.Definition)
            .GroupBy(definition => definition.Id, StringComparer.Ordinal)
            .Select(group => group.First())
            .OrderBy(definition => definition.Id, StringComparer.Ordinal)
            .ToImmutableArray();
        var byOperator = sites.ToLookup(site => site.Operator.Definition.Id, StringComparer.Ordinal);
        return rule switch
        {
            SamplingRule.FieldWeighted => FieldWeighted(definitions, sites, sample!.Value, seed),
            SamplingRule.Uniform when sample is { } size => Load(seed, rule, sample, definitions, Own, sites, null,
                [.. sites.OrderBy(site => Key(seed, site)).ThenBy(site => site.Id).Take(size)]),
            _ => Load(seed, rule, sample, definitions, Own, sites, definition => byOperator[definition.Id].Count(), sites),
        };

        static string Own(FaultDefinition definition) => definition.Id;
    }

    private static Faultload FieldWeighted(ImmutableArray<FaultDefinition> definitions, IReadOnlyList<Mutant> sites, int sample, ulong seed)
    {
        var strata = definitions.Where(definition => StratumOf(definition) == definition.Id).ToImmutableArray();
        var byStratum = sites.ToLookup(site => StratumOf(site.Operator.Definition), StringComparer.Ordinal);
        var shares = Apportionment.ByLargestRemainder([.. strata.Select(Weight)], sample);
        var wanted = strata.Zip(shares, (definition, share) => (definition.Id, share)).ToDictionary(each => each.Id, each => each.share);
        var drawn = strata.SelectMany(definition => Spread([.. byStratum[definition.Id]], definition.Id, wanted[definition.Id], seed));
        return Load(seed, SamplingRule.FieldWeighted, sample, strata, StratumOf, sites, definition => wanted[definition.Id], [.. drawn]);

        // Only the library's proportions are known as a whole; a count beside them would change what they say.
        static int Weight(FaultDefinition definition) => definition.Origin == FaultOrigin.Library ? definition.FieldCount ?? 0 : 0;

        string StratumOf(FaultDefinition definition) =>
            definition.WeighedWith is { } shared && definitions.Any(each => each.Id == shared) ? shared : definition.Id;
    }

    /// <summary>
    /// Draws from one operator so that every site is equally likely and every file gets its share: the files stand in a random order,
    /// in each of them its sites in a random order, and every (available / wanted)-th is taken from a random start on.
    /// </summary>
    private static IEnumerable<Mutant> Spread(IReadOnlyList<Mutant> sites, string faultOperator, int wanted, ulong seed)
    {
        if (sites.Count <= wanted)
        {
            return sites;
        }

        var laidOut = sites
            .OrderBy(site => new SeededGenerator(seed, $"{faultOperator} in {site.Path}").Next())
            .ThenBy(site => site.Path, StringComparer.Ordinal)
            .ThenBy(site => Key(seed, site))
            .ThenBy(site => site.Id)
            .ToList();
        var start = new SeededGenerator(seed, $"start of {faultOperator}").Below(laidOut.Count);
        return Enumerable.Range(0, wanted).Select(i => laidOut[(int)((start + ((long)i * laidOut.Count)) / wanted)]);
    }

    private static Faultload Load(
        ulong seed,
        SamplingRule rule,
        int? sample,
        ImmutableArray<FaultDefinition> definitions,
        Func<FaultDefinition, string> stratumOf,
        IReadOnlyList<Mutant> sites,
        Func<FaultDefinition, int>? wanted,
        IReadOnlyList<Mutant> drawn)
    {
        var available = sites.ToLookup(site => stratumOf(site.Operator.Definition), StringComparer.Ordinal);
        var taken = drawn.ToLookup(mutant => stratumOf(mutant.Operator.Definition), StringComparer.Ordinal);
        var strata = definitions.Select(definition => new Stratum(
            definition.Id, definition.FieldCount, available[definition.Id].Count(), wanted?.Invoke(definition), taken[definition.Id].Count()));
        var inDocumentOrder = drawn
            .OrderBy(mutant => mutant.Path, StringComparer.Ordinal)
            .ThenBy(mutant => mutant.Site.Span)
            .ThenBy(mutant => mutant.Operator.Definition.Id, StringComparer.Ordinal)
            .ThenBy(mutant => mutant.Site.Edits[0].Span)
            .ThenBy(mutant => mutant.Id);
        return new Faultload(seed, rule, sample, [.. strata], [.. inDocumentOrder]);
    }

    // A number that belongs to the mutant and not to its place in a list: the same mutants are drawn when others come or go far away.
    private static ulong Key(ulong seed, Mutant mutant) => new SeededGenerator(seed, mutant.Id.ToString()).Next();
}
