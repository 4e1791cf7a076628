using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Mutators.Campaign.Workloads;

/// <summary>
/// Reads the lines of a run as observations. A line of JSON with a key <c>observe</c> is structured; every other line, and one that
/// lacks what its kind needs, is data: a damaged program may print anything, and nothing it prints is lost or trusted.
/// </summary>
public static partial class ObservationParser
{
    /// <summary>Longer lines are data without being read as JSON: no observation of ours comes near it.</summary>
    public const int MaximumStructuredLength = 64 * 1024;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8 };

    /// <summary>The observations, in the order of the lines, one for each.</summary>
    public static ImmutableArray<Observation> Parse(IEnumerable<string> lines) => [.. lines.Select(Parse)];

    /// <summary>The observation that one line is.</summary>
    public static Observation Parse(string line)
    {
        if (IsTrace(line))
        {
            return new Observation(ObservationKind.Trace, "course", line);
        }

        if (line.Length is 0 or > MaximumStructuredLength || line[0] != '{')
        {
            return Plain(line);
        }

        try
        {
            using var document = JsonDocument.Parse(line, Strict);
            return Structured(document.RootElement, line) ?? Plain(line);
        }
        catch (JsonException)
        {
            return Plain(line);
        }
        catch (InvalidOperationException)
        {
            // A string with half a surrogate pair is JSON by its grammar and yet no text.
            return Plain(line);
        }
    }

    // Where a frame stands in the source is no observation: every edit above moves it, and code that was replaced in a running process has no such place.
    private static Observation Plain(string line) => new(ObservationKind.Line, "", Frame().Match(line) is { Success: true } frame ? frame.Groups[1].Value : line);

    [GeneratedRegex(@"^(\s*at [^\s].*\)) in .+:line [0-9]+\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Frame();

    private static bool IsTrace(string line) =>
        line.StartsWith("trace ", StringComparison.Ordinal) && line.Length == 22 && line.AsSpan(6).IndexOfAnyExcept(HexDigits) < 0;

    private static Observation? Structured(JsonElement root, string line)
    {
        var kind = KindOf(Text(root, "observe"));
        var name = Text(root, "name");
        if (kind is null || name is null)
        {
            return null;
        }

        var observation = new Observation(kind.Value, name, line)
        {
            Ok = Flag(root, "ok"),
            Code = Number(root, "code"),
            Value = Value(root),
            Detail = Text(root, "detail") ?? Text(root, "error"),
            Event = Text(root, "event"),
            Containment = Text(root, "kind"),
            At = Number(root, "at"),
        };
        return IsComplete(observation) ? observation : null;
    }

    private static bool IsComplete(Observation observation) => observation.Kind switch
    {
        ObservationKind.Monitor or ObservationKind.Invariant or ObservationKind.Data or ObservationKind.Recovery => observation.Ok is not null,
        ObservationKind.Operation => observation.Code is not null,
        ObservationKind.Component => observation is { Event: "crash" or "hang", Containment: "process" or "kernel" or "guest" or "host" } or { Event: "io-loss", Containment: "guest" },
        ObservationKind.State => observation.Value is not null,
        ObservationKind.Resource => observation.Amount is not null,
        _ => true,
    };

    private static ObservationKind? KindOf(string? word) => word switch
    {
        "monitor" => ObservationKind.Monitor,
        "operation" => ObservationKind.Operation,
        "component" => ObservationKind.Component,
        "state" => ObservationKind.State,
        "data" => ObservationKind.Data,
        "invariant" => ObservationKind.Invariant,
        "phase" => ObservationKind.Phase,
        "resource" => ObservationKind.Resource,
        "recovery" => ObservationKind.Recovery,
        "rendezvous" => ObservationKind.Rendezvous,
        _ => null,
    };

    private static string? Text(JsonElement root, string key) =>
        root.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static bool? Flag(JsonElement root, string key) =>
        root.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private static long? Number(JsonElement root, string key) =>
        root.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static string? Value(JsonElement root) =>
        !root.TryGetProperty("value", out var value) ? null
        : value.ValueKind is JsonValueKind.String ? value.GetString()
        : value.ValueKind is JsonValueKind.Number ? value.GetRawText().ToString(CultureInfo.InvariantCulture)
        : null;
}
