using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Analyzers;

/// <summary>What a campaign found out about one mutant.</summary>
/// <param name="Id">The mutant.</param>
/// <param name="Path">The path of its file in the repository.</param>
/// <param name="Date">When it was injected, <c>2026-11-21</c>; empty where that is not known.</param>
/// <param name="FailureMode">The failure mode in words.</param>
/// <param name="Noticed">Who noticed, in words.</param>
/// <param name="IsUndetected">It failed, and nobody noticed.</param>
/// <param name="Branch">The name of its branch; null if it has none.</param>
/// <param name="Decision">What a reviewer decided: <c>equivalent</c> or <c>accepted</c>; null if nobody did.</param>
/// <param name="Reason">The reviewer's reason.</param>
internal sealed record KnownOutcome(
    MutantId Id, string Path, string Date, string FailureMode, string Noticed, bool IsUndetected, string? Branch, string? Decision, string? Reason)
{
    /// <summary>One line: when, what, who noticed, where it is, what was decided.</summary>
    public string InWords => $"injected on {Date}: {FailureMode}, {Noticed}"
        + (Decision is null ? "" : $"; {Decision}: {Reason}")
        + (Branch is null ? "" : $"; branch {Branch}");
}

/// <summary>The outcomes of a campaign as <c>dotnet mutators export</c> writes them to <c>.mutators/outcomes.json</c>.</summary>
internal sealed class KnownOutcomes
{
    /// <summary>The version of the file's format that is read here; one that says less is no reason to stop, one that says more is.</summary>
    private const int Version = 1;

    private const string FileName = ".mutators/outcomes.json";

    // A file is read once, although every compilation of an editing session asks for it.
    private static readonly ConditionalWeakTable<SourceText, KnownOutcomes> read = new();

    private readonly ImmutableDictionary<MutantId, KnownOutcome> _byId;

    private KnownOutcomes(ImmutableArray<KnownOutcome> outcomes, string? problem)
    {
        _byId = outcomes.ToImmutableDictionary(each => each.Id);
        Undetected = outcomes.Where(each => each.IsUndetected && each.Decision is null).ToLookup(each => each.Path, StringComparer.Ordinal);
        Problem = problem;
    }

    /// <summary>Nothing is known.</summary>
    public static KnownOutcomes None { get; } = new([], null);

    /// <summary>The failures that nobody noticed and no reviewer has decided about, by file.</summary>
    public ILookup<string, KnownOutcome> Undetected { get; }

    /// <summary>Why the file could not be read: what is wrong, and what to do; null where it could.</summary>
    public string? Problem { get; }

    /// <summary>What is known of a mutant.</summary>
    public KnownOutcome? this[MutantId id] => _byId.TryGetValue(id, out var known) ? known : null;

    /// <summary>Whether a compilation has a file of outcomes. Asked first: most have none, and to read one loads a good deal of code.</summary>
    public static bool IsAmong(ImmutableArray<AdditionalText> files)
    {
        foreach (var file in files)
        {
            if (IsOutcomes(file.Path))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The outcomes in a compilation's additional files.</summary>
    public static KnownOutcomes Of(ImmutableArray<AdditionalText> files, CancellationToken cancel) =>
        files.FirstOrDefault(file => IsOutcomes(file.Path))?.GetText(cancel) is { } text ? Of(text) : None;

    /// <summary>Whether a file is named as the tool names it.</summary>
    public static bool IsOutcomes(string? path) => path?.Replace('\\', '/').EndsWith(FileName, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The outcomes in a file's text.</summary>
    public static KnownOutcomes Of(SourceText text) => read.GetValue(text, Parse);

    private static KnownOutcomes Parse(SourceText text)
    {
        try
        {
            using var reader = JsonReaderWriterFactory.CreateJsonReader(Encoding.UTF8.GetBytes(text.ToString()), XmlDictionaryReaderQuotas.Max);
            var root = XElement.Load(reader);
            return (int?)root.Element("version") == Version
                ? new KnownOutcomes([.. root.Elements("mutants").Elements().Select(Outcome).OfType<KnownOutcome>()], null)
                : Unusable($"its version is {root.Element("version")?.Value ?? "missing"}, and this package reads {Version}");
        }
        catch (Exception problem) when (problem is XmlException or FormatException or ArgumentException)
        {
            return Unusable(problem.Message);
        }
    }

    private static KnownOutcomes Unusable(string why) => new([], $"{FileName} cannot be read ({why}): write it again with 'dotnet mutators export'");

    private static KnownOutcome? Outcome(XElement mutant) => MutantId.TryParse(Text(mutant, "id") ?? "", out var id)
        ? new KnownOutcome(
            id,
            Text(mutant, "path") ?? "",
            Text(mutant, "injected") ?? "an unknown day",
            Text(mutant, "failureMode") ?? "",
            Text(mutant, "noticed") ?? "",
            Text(mutant, "undetected") == "true",
            Text(mutant, "branch"),
            Text(mutant, "decision"),
            Text(mutant, "decisionReason"))
        : null;

    private static string? Text(XElement mutant, string key) => mutant.Element(key) is { } value && (string?)value.Attribute("type") != "null" ? value.Value : null;
}
