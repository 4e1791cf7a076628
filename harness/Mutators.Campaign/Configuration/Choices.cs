using System.Globalization;
using Mutators.Campaign.Faultloads;

namespace Mutators.Campaign.Configuration;

/// <summary>Values that are typed as words, the same on the command line and in the file; a word that means nothing is an error with a suggestion.</summary>
public static class Choices
{
    /// <summary>The words of <see cref="Sampling"/>.</summary>
    public const string SamplingWords = "field-weights|component|operator|uniform|all";

    private static readonly (string Word, FaultProfile Profile)[] profiles =
        [("representative", FaultProfile.Representative), ("dotnet", FaultProfile.DotNet), ("classic", FaultProfile.Classic), ("all", FaultProfile.All)];

    private static readonly (string Word, SamplingRule Rule)[] rules =
    [
        ("field-weights", SamplingRule.FieldWeighted), ("component", SamplingRule.Component), ("operator", SamplingRule.Operator),
        ("uniform", SamplingRule.Uniform), ("all", SamplingRule.All), ("field-weighted", SamplingRule.FieldWeighted),
    ];

    /// <summary>A profile.</summary>
    public static FaultProfile Profile(string word) => Find("profile", word, profiles);

    /// <summary>A sampling rule.</summary>
    public static SamplingRule Sampling(string word) => Find("sampling rule", word, rules);

    /// <summary>How a profile is typed.</summary>
    public static string Word(FaultProfile profile) => profiles.First(each => each.Profile == profile).Word;

    /// <summary>How a sampling rule is typed.</summary>
    public static string Word(SamplingRule rule) => rules.First(each => each.Rule == rule).Word;

    /// <summary>A fault class.</summary>
    public static FaultClass Class(string word) => Find("fault class", word, [.. Enum.GetValues<FaultClass>().Select(each => (each.ToString().ToLowerInvariant(), each))]);

    /// <summary>A range of complexities.</summary>
    public static ComplexityRange Complexity(string text) =>
        ComplexityRange.TryParse(text, out var range) ? range : throw new UsageException($"'{text}' is not {ComplexityRange.Form}.", "Give the least and the most, both included.");

    /// <summary>A share between 0 and 1.</summary>
    public static double Share(string name, string text) =>
        TryShare(text, out var share) ? share : throw new UsageException($"The {name} '{text}' is no share between 0 and 1.", name == "confidence" ? "Write it as 95% or as 0.95; only all sites together are certain." : "Write it as 5% or as 0.05.");

    /// <summary>A share that something must reach: from 0 to 1, both included.</summary>
    public static double Threshold(string name, string text) =>
        TryShare(text, out var share) || (share is 0 or 1 && text.Any(char.IsDigit)) ? share : throw new UsageException($"The {name} '{text}' is no share from 0 to 1.", "Write it as 80% or as 0.8.");

    /// <summary>Reads <c>5%</c> or <c>0.05</c>.</summary>
    internal static bool TryShare(string text, out double share)
    {
        var isPercent = text.EndsWith('%');
        var isNumber = double.TryParse(text.TrimEnd('%').Trim(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out share);
        share = isPercent ? share / 100 : share;
        return isNumber && share is > 0 and < 1;
    }

    private static T Find<T>(string what, string word, IReadOnlyList<(string Word, T Value)> known)
    {
        foreach (var each in known)
        {
            if (string.Equals(each.Word, word, StringComparison.OrdinalIgnoreCase))
            {
                return each.Value;
            }
        }

        var words = known.Select(each => each.Word).Where(each => each != "field-weighted").ToArray();
        throw new UsageException($"There is no {what} '{word}'.", $"Did you mean {Suggestion.Nearest(word, words)}? Known: {string.Join(", ", words)}.");
    }
}
