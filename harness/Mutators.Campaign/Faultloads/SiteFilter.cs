using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.Extensions.FileSystemGlobbing;
using Mutators.Campaign.Configuration;

namespace Mutators.Campaign.Faultloads;

/// <summary>Which of all sites a campaign looks at: by path, member, fault class, and the complexity of the member.</summary>
/// <param name="configuration">What was asked for.</param>
public sealed class SiteFilter(CampaignConfiguration configuration)
{
    private readonly ImmutableArray<MemberName> members = [.. configuration.Members.Select(name => new MemberName(name))];
    private readonly Matcher? paths = PathMatcher(configuration.In);

    /// <summary>What is scanned although it is left out by default.</summary>
    public ScanScope Scope { get; } = new(configuration.IncludeGenerated, configuration.IncludeExcludedFromCoverage);

    /// <summary>Whether the filter lets a file through.</summary>
    public bool LetsThrough(string path) => paths is null || paths.Match(path).HasMatches;

    /// <summary>The sites that the filter lets through, out of those of the files that it lets through.</summary>
    /// <param name="sites">All sites of these files.</param>
    /// <param name="rootOf">The golden syntax of a path.</param>
    /// <exception cref="UsageException">A member's name names none of them.</exception>
    public ImmutableArray<Mutant> Apply(ImmutableArray<Mutant> sites, Func<string, SyntaxNode> rootOf)
    {
        if (members.FirstOrDefault(member => !sites.Any(member.Names)) is { } nobody)
        {
            throw new UsageException(
                $"No member that holds a site is called '{nobody.Typed}'.",
                sites.IsEmpty
                    ? "There are no sites at all: look at the targets, the paths and the operators."
                    : $"Did you mean '{Suggestion.Nearest(nobody.Typed, NamesLike(nobody.Typed, sites))}'? 'dotnet mutators list' prints the names.");
        }

        var classes = configuration.Classes;
        return
        [
            .. sites.Where(site =>
                (members.IsEmpty || members.Any(member => member.Names(site)))
                && (classes.IsEmpty || classes.Contains(site.Operator.Definition.FaultClass))
                && (configuration.Complexity is not { } range || range.Contains(MemberComplexity.At(rootOf(site.Path), site.Site.Span)))),
        ];
    }

    /// <summary>The filter in words, for whoever reads the faultload later; empty where everything is let through.</summary>
    public ImmutableArray<string> InWords
    {
        get
        {
            var words = ImmutableArray.CreateBuilder<string>();
            Add("in", configuration.In);
            Add("member", configuration.Members);
            Add("changed since", configuration.Since is { } since ? [since] : []);
            Add("class", [.. configuration.Classes.Select(each => each.ToString())]);
            Add("complexity", configuration.Complexity is { } range ? [range.ToString()] : []);
            Add("also", configuration.IncludeGenerated ? ["generated code"] : []);
            Add("also", configuration.IncludeExcludedFromCoverage ? ["code excluded from coverage"] : []);
            return words.ToImmutable();

            void Add(string what, ImmutableArray<string> values)
            {
                if (!values.IsEmpty)
                {
                    words.Add($"{what} {string.Join(" or ", values)}");
                }
            }
        }
    }

    /// <summary>Names of the same form: with a dot where one was typed.</summary>
    private static IEnumerable<string> NamesLike(string typed, ImmutableArray<Mutant> sites) => sites
        .Select(site => site.MemberName)
        .SelectMany(name => typed.Contains('.', StringComparison.Ordinal) ? [name] : name.Split('.'))
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal);

    private static Matcher? PathMatcher(ImmutableArray<string> globs)
    {
        if (globs.IsEmpty)
        {
            return null;
        }

        var matcher = new Matcher(StringComparison.Ordinal);
        matcher.AddIncludePatterns(globs);
        return matcher;
    }
}
