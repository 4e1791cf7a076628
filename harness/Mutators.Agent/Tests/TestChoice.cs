using System.IO.Enumeration;

namespace Mutators.Agent;

/// <summary>Which tests of a project exist for the harness: those whose full names match one of the patterns, and none of those with an exclamation mark in front.</summary>
internal sealed class TestChoice
{
    /// <summary>Every test.</summary>
    internal const string All = "*";

    private const char Separator = ';';
    private const char Not = '!';

    private readonly string[] wanted;
    private readonly string[] unwanted;

    /// <param name="patterns">Patterns with <c>*</c> and <c>?</c>, separated by semicolons.</param>
    internal TestChoice(string patterns)
    {
        var each = patterns.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        wanted = Array.FindAll(each, pattern => pattern[0] != Not);
        unwanted = Array.ConvertAll(Array.FindAll(each, pattern => pattern[0] == Not), pattern => pattern[1..]);
    }

    /// <summary>Patterns in one text, as the constructor takes them.</summary>
    internal static string Joined(IReadOnlyCollection<string> patterns) => patterns.Count == 0 ? All : string.Join(Separator, patterns);

    /// <summary>Whether a test is among them.</summary>
    internal bool Includes(string name) =>
        (wanted.Length == 0 || Array.Exists(wanted, pattern => Matches(pattern, name))) && !Array.Exists(unwanted, pattern => Matches(pattern, name));

    private static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
