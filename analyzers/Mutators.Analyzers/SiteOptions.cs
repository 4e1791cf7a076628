using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mutators.Analyzers;

/// <summary>
/// Which sites of a file are shown, as its EditorConfig section says: <c>mutators.profile = dotnet</c>, <c>mutators.operators = MFC, MIFS</c>,
/// <c>mutators.exclude_members = ToString, GetHashCode</c>, <c>mutators.exclude = true</c>. Without a word: what the command line looks for by itself.
/// </summary>
internal sealed class SiteOptions
{
    private const string ProfileKey = "mutators.profile";
    private const string OperatorsKey = "mutators.operators";
    private const string ExcludedMembersKey = "mutators.exclude_members";
    private const string ExcludeKey = "mutators.exclude";

    private static readonly char[] separators = [',', ' ', '\t'];

    private SiteOptions(ImmutableArray<FaultOperator> operators, ImmutableArray<MemberName> excludedMembers, ImmutableArray<string> problems) =>
        (Operators, ExcludedMembers, Problems) = (operators, excludedMembers, problems);

    /// <summary>The operators that look for sites; none where the file is excluded.</summary>
    public ImmutableArray<FaultOperator> Operators { get; }

    /// <summary>Members whose sites are not shown.</summary>
    public ImmutableArray<MemberName> ExcludedMembers { get; }

    /// <summary>What is written in the section and means nothing, each as what is wrong and what to do.</summary>
    public ImmutableArray<string> Problems { get; }

    /// <summary>Whether a file's section says anything. Asked first: most say nothing, and the answer to what they mean loads all operators.</summary>
    public static bool AreIn(AnalyzerConfigOptions section) =>
        section.TryGetValue(ProfileKey, out _) || section.TryGetValue(OperatorsKey, out _) || section.TryGetValue(ExcludedMembersKey, out _) || section.TryGetValue(ExcludeKey, out _);

    /// <summary>The options of a file's section.</summary>
    public static SiteOptions Read(AnalyzerConfigOptions section)
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        var profile = section.TryGetValue(ProfileKey, out var word) ? Profile(word, problems) : FaultProfile.Representative;
        var operators = section.TryGetValue(OperatorsKey, out var ids) ? Named(ids, problems) : FaultOperator.In(profile);
        var excluded = section.TryGetValue(ExcludedMembersKey, out var names) ? Words(names).Select(name => new MemberName(name)).ToImmutableArray() : [];
        if (section.TryGetValue(ExcludeKey, out var exclude))
        {
            if (string.Equals(exclude, "true", StringComparison.OrdinalIgnoreCase))
            {
                operators = [];
            }
            else if (!string.Equals(exclude, "false", StringComparison.OrdinalIgnoreCase))
            {
                problems.Add($"mutators.exclude = {exclude} means nothing: write true or false");
            }
        }

        return new SiteOptions(operators, excluded, problems.ToImmutable());
    }

    /// <summary>Whether the file's section excludes the member that holds a site.</summary>
    public bool Excludes(Mutant mutant) => ExcludedMembers.Any(name => name.Names(mutant));

    private static FaultProfile Profile(string word, ImmutableArray<string>.Builder problems)
    {
        if (Enum.TryParse<FaultProfile>(word, ignoreCase: true, out var profile) && Enum.IsDefined(typeof(FaultProfile), profile))
        {
            return profile;
        }

        problems.Add($"mutators.profile = {word} names no profile: write representative, dotnet, classic or all");
        return FaultProfile.Representative;
    }

    private static ImmutableArray<FaultOperator> Named(string ids, ImmutableArray<string>.Builder problems)
    {
        var named = Words(ids).ToLookup(id => FaultOperator.All.FirstOrDefault(each => string.Equals(each.Definition.Id, id, StringComparison.OrdinalIgnoreCase)));
        problems.AddRange(named[null].Select(id => $"mutators.operators names '{id}', which is no fault operator: 'dotnet mutators explain' lists them"));
        return [.. FaultOperator.All.Where(named.Contains)];
    }

    private static string[] Words(string list) => list.Split(separators, StringSplitOptions.RemoveEmptyEntries);
}
