using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Mutators.Campaign.Propagation;

/// <summary>One thing that a component said to another.</summary>
/// <param name="From">Who said it; empty for the world outside.</param>
/// <param name="To">Who hears it.</param>
/// <param name="Kind">By which way, as the program calls it: a hypercall, an event, a call.</param>
/// <param name="Text">What was said.</param>
public sealed record Message(string From, string To, string Kind, string Text);

/// <summary>
/// A rendezvous: a component has consumed one message, timer or input, and returns to its receive loop. Only here its state means something,
/// and only here two executions are compared. Almost all lines are the same in both runs: what a line says is read only where it is asked for.
/// </summary>
public sealed class Rendezvous
{
    private const string Beginning = "{\"observe\":\"rendezvous\",\"name\":\"";

    private readonly string _line;
    private Said? _said;
    private string? _content;
    private long? _number;

    private Rendezvous(string line, string of, long at)
    {
        _line = line;
        Of = of;
        At = at;
    }

    private sealed record Said(string On, string From, ImmutableArray<Message> Messages, ImmutableArray<KeyValuePair<string, string?>> State);

    /// <summary>The component.</summary>
    public string Of { get; }

    /// <summary>Virtual nanoseconds, or another count that grows.</summary>
    public long At { get; }

    /// <summary>What it has consumed, in words.</summary>
    public string On => Read().On;

    /// <summary>The component that caused the step; empty for the world outside.</summary>
    public string From => Read().From;

    /// <summary>Its place among all. A step that calls another component is told in pieces, so that causes stand before their effects.</summary>
    public long Number => _number ??= NumberIn(_line);

    /// <summary>What it said, and what passive parties told it, in order.</summary>
    public ImmutableArray<Message> Messages => Read().Messages;

    /// <summary>The fields of its state that are different from the component's last rendezvous; null for one that is no more, with all that are named below it.</summary>
    public ImmutableArray<KeyValuePair<string, string?>> State => Read().State;

    /// <summary>All but the time, to find the counterpart in another run.</summary>
    public string Content => _content ??= ContentOf(_line);

    /// <summary>Whether both tell the same, time included.</summary>
    public bool TellsTheSameAs(Rendezvous other) => _line == other._line || (At == other.At && Content == other.Content);

    /// <summary>The step without what was said in it and what it changed.</summary>
    public Rendezvous Bare() => new(_line, Of, At) { _said = new Said(On, From, [], []), _number = Number, _content = $"{Of}\n{On}\n{From}" };

    /// <summary>Whether a line of output is a rendezvous.</summary>
    public static bool IsOne(string line) => line.StartsWith(Beginning, StringComparison.Ordinal);

    /// <summary>Reads a line; null if a damaged program printed something that only begins like one.</summary>
    public static Rendezvous? Parse(string line)
    {
        // A quote within a string has a backslash before it: the marks are found only where they stand between strings.
        var nameEnd = IsOne(line) ? line.IndexOf("\",\"on\":\"", Beginning.Length, StringComparison.Ordinal) : -1;
        var at = nameEnd < 0 ? -1 : line.IndexOf(AtMark, nameEnd, StringComparison.Ordinal);
        if (at < 0 || !line.EndsWith('}') || !long.TryParse(NumberAt(line, at + AtMark.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time))
        {
            return null;
        }

        var name = line[Beginning.Length..nameEnd];
        return new Rendezvous(line, name.Contains('\\', StringComparison.Ordinal) ? JsonSerializer.Deserialize<string>($"\"{name}\"")! : name, time);
    }

    private const string AtMark = ",\"at\":";
    private const string NoMark = ",\"no\":";

    private static ReadOnlySpan<char> NumberAt(string line, int start)
    {
        var rest = line.AsSpan(start);
        return rest[..Math.Max(0, rest.IndexOfAny(",}"))];
    }

    private Said Read()
    {
        if (_said is null)
        {
            try
            {
                using var document = JsonDocument.Parse(_line);
                _said = Read(document.RootElement);
            }
            catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
            {
                // Whoever wrote it is damaged: a step that says nothing, and whose line is like no other.
                _said = new Said(_line, "", [], []);
            }
        }

        return _said;
    }

    private static Said Read(JsonElement root) => new(
        root.GetProperty("on").GetString()!,
        root.GetProperty("from").GetString()!,
        root.TryGetProperty("messages", out var said)
            ? [.. said.EnumerateArray().Select(each => new Message(each[0].GetString()!, each[1].GetString()!, each[2].GetString()!, each[3].GetString()!))]
            : [],
        root.TryGetProperty("state", out var fields)
            ? [.. fields.EnumerateObject().Select(each => KeyValuePair.Create(each.Name, each.Value.GetString()))]
            : []);

    /// <summary>The line without <c>at</c> and <c>no</c>, which stand together.</summary>
    private static string ContentOf(string line)
    {
        var number = NumberMark(line, out var start);
        if (number < 0)
        {
            return line;
        }

        var end = line.AsSpan(number + NoMark.Length).IndexOfAny(",}") + number + NoMark.Length;
        return string.Concat(line.AsSpan(0, start), line.AsSpan(end));
    }

    /// <summary>The line's own number; 0 where a damaged program wrote none.</summary>
    private static long NumberIn(string line) =>
        NumberMark(line, out _) is >= 0 and var mark && long.TryParse(NumberAt(line, mark + NoMark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Where <c>no</c> stands, right behind <c>at</c>; negative if it does not.</summary>
    private static int NumberMark(string line, out int at)
    {
        at = line.IndexOf(AtMark, StringComparison.Ordinal);
        var end = at < 0 ? -1 : line.AsSpan(at + AtMark.Length).IndexOfAny(",}") + at + AtMark.Length;
        return end >= 0 && line.AsSpan(end).StartsWith(NoMark) ? end : -1;
    }
}

/// <summary>The program has reached the site of the fault.</summary>
/// <param name="Of">The component that ran; empty where the program does not say.</param>
/// <param name="At">When, by the program's own clock.</param>
/// <param name="Hits">How often it was reached until now.</param>
public sealed record SiteReached(string Of, long At, long Hits)
{
    /// <summary>What a probe prints in front of the rest of its line.</summary>
    public const string Beginning = "{\"observe\":\"activation\"";

    /// <summary>Reads a probe's line; null if it is none.</summary>
    public static SiteReached? Parse(string line)
    {
        if (!line.StartsWith(Beginning, StringComparison.Ordinal))
        {
            return null;
        }

        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        return new SiteReached(
            root.TryGetProperty("name", out var name) ? name.GetString()! : "",
            root.TryGetProperty("at", out var at) ? at.GetInt64() : 0,
            root.GetProperty("hits").GetInt64());
    }
}
