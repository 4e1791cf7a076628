using System.Collections.Immutable;

namespace Mutators;

/// <summary>What was chosen out of all sites, and why: the mutants of a campaign with the rule, the seed and the size of each stratum.</summary>
public sealed class Faultload
{
    private readonly Func<Mutant, string> _stratumOf;

    /// <summary>A faultload as it was drawn at another time.</summary>
    /// <param name="seed">The seed of its draw.</param>
    /// <param name="rule">Its rule.</param>
    /// <param name="sample">How many mutants were asked for; null for all.</param>
    /// <param name="strata">Its strata.</param>
    /// <param name="mutants">Its mutants.</param>
    /// <param name="stratumOf">The name of a mutant's stratum.</param>
    public Faultload(
        ulong seed, SamplingRule rule, int? sample, ImmutableArray<Stratum> strata, IEnumerable<Mutant> mutants, Func<Mutant, string> stratumOf)
    {
        Seed = seed;
        Rule = rule;
        Sample = sample;
        Strata = strata;
        Mutants =
        [
            .. mutants
                .OrderBy(mutant => mutant.Path, StringComparer.Ordinal)
                .ThenBy(mutant => mutant.Site.Span)
                .ThenBy(mutant => mutant.Operator.Definition.Id, StringComparer.Ordinal)
                .ThenBy(mutant => mutant.Site.Edits[0].Span)
                .ThenBy(mutant => mutant.Id),
        ];
        _stratumOf = stratumOf;
    }

    /// <summary>The seed of every draw; with equal sites it gives an equal faultload on every machine.</summary>
    public ulong Seed { get; }

    /// <summary>How the mutants were chosen.</summary>
    public SamplingRule Rule { get; }

    /// <summary>How many mutants were asked for; null for all.</summary>
    public int? Sample { get; }

    /// <summary>One stratum for each operator or component, ordered by name.</summary>
    public ImmutableArray<Stratum> Strata { get; }

    /// <summary>The chosen mutants in document order.</summary>
    public ImmutableArray<Mutant> Mutants { get; }

    /// <summary>How many mutants are missing from what was asked for.</summary>
    public int Shortfall => Sample is { } wanted ? wanted - Mutants.Length : 0;

    /// <summary>The name of a mutant's stratum.</summary>
    public string StratumOf(Mutant mutant) => _stratumOf(mutant);

    /// <summary>Chooses mutants. The order of <paramref name="sites"/> does not matter.</summary>
    /// <param name="sites">All mutants that could be chosen.</param>
    /// <param name="sample">How many are wanted; null for all.</param>
    /// <param name="seed">The seed of the draw.</param>
    /// <param name="rule">How to choose.</param>
    /// <param name="operators">
    /// The operators that looked for sites: one that found none is an empty stratum and may fall short. Without them, the operators
    /// of <paramref name="sites"/>.
    /// </param>
    /// <param name="componentOf">The component of a site; needed by the rule that draws by component.</param>
    /// <exception cref="ArgumentException">The rule and the sample size do not fit.</exception>
    public static Faultload Draw(
        IReadOnlyList<Mutant> sites,
        int? sample,
        ulong seed,
        SamplingRule rule,
        IEnumerable<FaultOperator>? operators = null,
        Func<Mutant, string>? componentOf = null)
    {
        if (sample is < 1)
        {
            throw new ArgumentException("A sample holds at least one mutant.", nameof(sample));
        }

        if (rule == SamplingRule.All && sample is not null)
        {
            throw new ArgumentException("All mutants are no sample: leave the size out, or choose another sampling rule.", nameof(sample));
        }

        if (rule is SamplingRule.FieldWeighted or SamplingRule.Component or SamplingRule.Operator && sample is null)
        {
            throw new ArgumentException("A stratified sample needs a size.", nameof(sample));
        }

        var definitions = Definitions(sites, operators);
        return rule switch
        {
            SamplingRule.FieldWeighted => FieldWeighted(definitions, sites, sample!.Value, seed),
            SamplingRule.Operator => Equally(sites, [.. definitions.Select(each => each.Id)], Own, seed, rule, sample!.Value, definitions),
            SamplingRule.Component when componentOf is not null => Equally(
                sites, [.. sites.Select(componentOf).Distinct().OrderBy(each => each, StringComparer.Ordinal)], componentOf, seed, rule, sample!.Value, []),
            SamplingRule.Component => throw new ArgumentException("The components of the sites are not known.", nameof(componentOf)),
            SamplingRule.Uniform when sample is { } size => Load(
                seed, rule, sample, [.. definitions.Select(each => new Share(each.Id, each.FieldCount, null, null))], Own, sites,
                [.. sites.OrderBy(site => Key(seed, site)).ThenBy(site => site.Id).Take(size)]),
            _ => Load(seed, rule, sample, [.. definitions.Select(each => new Share(each.Id, each.FieldCount, sites.Count(site => Own(site) == each.Id), null))], Own, sites, sites),
        };
    }

    /// <summary>
    /// Chooses as many mutants as a margin needs: in all, or for the rules that draw the same number from each stratum, in each of them,
    /// so that the margin holds for what is compared.
    /// </summary>
    /// <param name="sites">All mutants that could be chosen.</param>
    /// <param name="size">The margin, and how sure it is to be.</param>
    /// <param name="seed">The seed of the draw.</param>
    /// <param name="rule">How to choose.</param>
    /// <param name="operators">The operators that looked for sites.</param>
    /// <param name="componentOf">The component of a site; needed by the rule that draws by component.</param>
    public static Faultload Draw(
        IReadOnlyList<Mutant> sites,
        SampleSize size,
        ulong seed,
        SamplingRule rule,
        IEnumerable<FaultOperator>? operators = null,
        Func<Mutant, string>? componentOf = null)
    {
        if (rule is not (SamplingRule.Component or SamplingRule.Operator))
        {
            return Draw(sites, Math.Max(1, size.Of(sites.Count)), seed, rule, operators, componentOf);
        }

        var definitions = Definitions(sites, operators);
        var stratumOf = rule is SamplingRule.Operator ? Own : componentOf ?? throw new ArgumentException("The components of the sites are not known.", nameof(componentOf));
        var names = rule is SamplingRule.Operator
            ? definitions.Select(each => each.Id)
            : sites.Select(stratumOf).Distinct().OrderBy(each => each, StringComparer.Ordinal);
        var byStratum = sites.ToLookup(stratumOf, StringComparer.Ordinal);
        var wanted = names.ToDictionary(name => name, name => size.Of(byStratum[name].Count()), StringComparer.Ordinal);
        return Equally(sites, [.. wanted.Keys], stratumOf, seed, rule, wanted.Values.Sum(), rule is SamplingRule.Operator ? definitions : [], wanted);
    }

    private static ImmutableArray<FaultDefinition> Definitions(IReadOnlyList<Mutant> sites, IEnumerable<FaultOperator>? operators) =>
    [
        .. (operators ?? sites.Select(site => site.Operator)).Select(each => each.Definition)
            .GroupBy(definition => definition.Id, StringComparer.Ordinal)
            .Select(group => group.First())
            .OrderBy(definition => definition.Id, StringComparer.Ordinal),
    ];

    private static string Own(Mutant mutant) => mutant.Operator.Definition.Id;

    private static Faultload FieldWeighted(ImmutableArray<FaultDefinition> definitions, IReadOnlyList<Mutant> sites, int sample, ulong seed)
    {
        var strata = definitions.Where(definition => StratumOf(definition) == definition.Id).ToImmutableArray();
        var byStratum = sites.ToLookup(Of, StringComparer.Ordinal);
        var seats = Apportionment.ByLargestRemainder([.. strata.Select(Weight)], sample);
        var wanted = strata.Zip(seats, (definition, share) => (definition.Id, share)).ToDictionary(each => each.Id, each => each.share);
        var drawn = strata.SelectMany(definition => Spread([.. byStratum[definition.Id]], definition.Id, wanted[definition.Id], seed));
        return Load(
            seed, SamplingRule.FieldWeighted, sample, [.. strata.Select(each => new Share(each.Id, each.FieldCount, wanted[each.Id], Weight(each)))], Of, sites, [.. drawn]);

        // Only the library's proportions are known as a whole; a count beside them would change what they say.
        static int Weight(FaultDefinition definition) => definition.Origin == FaultOrigin.Library ? definition.FieldCount ?? 0 : 0;

        string Of(Mutant mutant) => StratumOf(mutant.Operator.Definition);

        string StratumOf(FaultDefinition definition) =>
            definition.WeighedWith is { } shared && definitions.Any(each => each.Id == shared) ? shared : definition.Id;
    }

    private static Faultload Equally(
        IReadOnlyList<Mutant> sites,
        ImmutableArray<string> names,
        Func<Mutant, string> stratumOf,
        ulong seed,
        SamplingRule rule,
        int sample,
        ImmutableArray<FaultDefinition> definitions,
        Dictionary<string, int>? wanted = null)
    {
        wanted ??= names.Zip(Apportionment.ByLargestRemainder([.. names.Select(_ => 1)], sample), (name, seats) => (name, seats))
            .ToDictionary(each => each.name, each => each.seats, StringComparer.Ordinal);
        var byStratum = sites.ToLookup(stratumOf, StringComparer.Ordinal);
        var drawn = names.SelectMany(name => Spread([.. byStratum[name]], name, wanted[name], seed));
        var counts = definitions.ToDictionary(each => each.Id, each => each.FieldCount, StringComparer.Ordinal);
        return Load(
            seed, rule, sample,
            [.. names.Select(name => new Share(name, counts.TryGetValue(name, out var count) ? count : null, wanted[name], byStratum[name].Count()))],
            stratumOf, sites, [.. drawn]);
    }

    /// <summary>
    /// Draws from one stratum so that every site is equally likely and every file gets its share: the files stand in a random order,
    /// in each of them its sites in a random order, and every (available / wanted)-th is taken from a random start on.
    /// </summary>
    private static IEnumerable<Mutant> Spread(IReadOnlyList<Mutant> sites, string stratum, int wanted, ulong seed)
    {
        if (sites.Count <= wanted)
        {
            return sites;
        }

        var laidOut = sites
            .OrderBy(site => new SeededGenerator(seed, $"{stratum} in {site.Path}").Next())
            .ThenBy(site => site.Path, StringComparer.Ordinal)
            .ThenBy(site => Key(seed, site))
            .ThenBy(site => site.Id)
            .ToList();
        var start = new SeededGenerator(seed, $"start of {stratum}").Below(laidOut.Count);
        return Enumerable.Range(0, wanted).Select(i => laidOut[(int)((start + ((long)i * laidOut.Count)) / wanted)]);
    }

    private static Faultload Load(
        ulong seed,
        SamplingRule rule,
        int? sample,
        IReadOnlyList<Share> shares,
        Func<Mutant, string> stratumOf,
        IReadOnlyList<Mutant> sites,
        IReadOnlyList<Mutant> drawn)
    {
        var available = sites.ToLookup(stratumOf, StringComparer.Ordinal);
        var taken = drawn.ToLookup(stratumOf, StringComparer.Ordinal);
        var whole = shares.Sum(share => taken.Contains(share.Name) ? share.Weight ?? 0 : 0);
        var strata = shares.Select(share => new Stratum(
            share.Name, share.FieldCount, available[share.Name].Count(), share.Wanted, taken[share.Name].Count(),
            share.Weight is { } weight ? taken.Contains(share.Name) ? weight / whole : 0 : null));
        return new Faultload(seed, rule, sample, [.. strata], drawn, stratumOf);
    }

    /// <summary>What a rule has in mind for a stratum; its weight is in any unit, null where the rule weighs nothing.</summary>
    private sealed record Share(string Name, int? FieldCount, int? Wanted, double? Weight);

    // A number that belongs to the mutant and not to its place in a list: the same mutants are drawn when others come or go far away.
    private static ulong Key(ulong seed, Mutant mutant) => new SeededGenerator(seed, mutant.Id.ToString()).Next();
}
