using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mutators.Analyzers;

/// <summary>
/// Which sites of a file are shown, as its EditorConfig section says: <c>mutators.profile = dotnet</c>, <c>mutators.operators = MFC, MIFS</c>,
/// <c>mutators.exclude_members = ToString, GetHashCode</c>, <c>mutators.exclude = true</c>. Without a word: what the command line looks for by itself.
/// Operators are loaded by whoever looks for sites: that an option means something is asked in every build, and must cost next to nothing.
/// </summary>
internal sealed class SiteOptions
{
    private static readonly string[] keys = ["mutators.profile", "mutators.operators", "mutators.exclude_members", "mutators.exclude"];

    private static readonly char[] separators = [',', ' ', '\t'];

    private readonly string? _profile;
    private readonly string? _operators;
    private readonly string? _excludedMembers;
    private readonly string? _exclude;

    private SiteOptions(ImmutableArray<string?> values) =>
        (_profile, _operators, _excludedMembers, _exclude) = (values[0], values[1], values[2], values[3]);

    /// <summary>The operators that look for sites; none where the file is excluded.</summary>
    public ImmutableArray<FaultOperator> Operators =>
        IsYes(_exclude) ? []
        : _operators is null ? FaultOperator.In(ProfileNamed(_profile) ?? FaultProfile.Representative)
        : [.. FaultOperator.All.Where(each => Words(_operators).Contains(each.Definition.Id, StringComparer.OrdinalIgnoreCase))];

    /// <summary>Members whose sites are not shown.</summary>
    public ImmutableArray<MemberName> ExcludedMembers => _excludedMembers is null ? [] : [.. Words(_excludedMembers).Select(name => new MemberName(name))];

    /// <summary>What is written in the section and means nothing, each as what is wrong and what to do.</summary>
    public IEnumerable<string> Problems
    {
        get
        {
            if (_profile is not null && ProfileNamed(_profile) is null)
            {
                yield return $"mutators.profile = {_profile} names no profile: write representative, dotnet, classic or all";
            }

            foreach (var id in _operators is null ? [] : Words(_operators).Where(id => !FaultOperator.All.Any(each => string.Equals(each.Definition.Id, id, StringComparison.OrdinalIgnoreCase))))
            {
                yield return $"mutators.operators names '{id}', which is no fault operator: 'dotnet mutators explain' lists them";
            }

            if (_exclude is not null && !IsYes(_exclude) && !string.Equals(_exclude, "false", StringComparison.OrdinalIgnoreCase))
            {
                yield return $"mutators.exclude = {_exclude} means nothing: write true or false";
            }
        }
    }

    /// <summary>The options of a file's section.</summary>
    public static SiteOptions Read(AnalyzerConfigOptions section) => new([.. keys.Select(key => Value(section, key))]);

    /// <summary>All that a file's section says, in one text, the same for all files of which the same is said; null where it says nothing, as most do.</summary>
    public static string? TextOf(AnalyzerConfigOptions section)
    {
        string? text = null;
        foreach (var key in keys)
        {
            if (Value(section, key) is { } value)
            {
                text += $"{key} = {value}\n";
            }
        }

        return text;
    }

    private static string? Value(AnalyzerConfigOptions section, string key) => section.TryGetValue(key, out var value) ? value : null;

    private static bool IsYes(string? value) => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    private static FaultProfile? ProfileNamed(string? word) =>
        Enum.TryParse<FaultProfile>(word, ignoreCase: true, out var profile) && Enum.IsDefined(typeof(FaultProfile), profile) ? profile : null;

    private static string[] Words(string list) => list.Split(separators, StringSplitOptions.RemoveEmptyEntries);
}
