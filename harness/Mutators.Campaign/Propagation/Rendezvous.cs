using System.Collections.Immutable;
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
/// and only here two executions are compared.
/// </summary>
/// <param name="Of">The component.</param>
/// <param name="On">What it has consumed, in words.</param>
/// <param name="From">The component that caused the step; empty for the world outside.</param>
/// <param name="At">Virtual nanoseconds, or another count that grows.</param>
/// <param name="Number">Its place among all. A step that calls another component is told in pieces, so that causes stand before their effects.</param>
/// <param name="Messages">What it said, and what passive parties told it, in order.</param>
/// <param name="State">The fields of its state that are different from the component's last rendezvous; null for one that is no more, with all that are named below it.</param>
public sealed record Rendezvous(string Of, string On, string From, long At, long Number, ImmutableArray<Message> Messages, ImmutableSortedDictionary<string, string?> State)
{
    private const string Beginning = "{\"observe\":\"rendezvous\"";

    /// <summary>All but the time, to find the counterpart in another run.</summary>
    public string Content { get; private init; } = "";

    /// <summary>Whether a line of output is a rendezvous.</summary>
    public static bool IsOne(string line) => line.StartsWith(Beginning, StringComparison.Ordinal);

    /// <summary>Reads a line; null if a damaged program printed something that only begins like one.</summary>
    public static Rendezvous? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var messages = root.TryGetProperty("messages", out var said)
                ? said.EnumerateArray().Select(each => new Message(each[0].GetString()!, each[1].GetString()!, each[2].GetString()!, each[3].GetString()!)).ToImmutableArray()
                : [];
            var state = root.TryGetProperty("state", out var fields)
                ? fields.EnumerateObject().ToImmutableSortedDictionary(each => each.Name, each => each.Value.GetString(), StringComparer.Ordinal)
                : NoState;
            return new Rendezvous(
                root.GetProperty("name").GetString()!, root.GetProperty("on").GetString()!, root.GetProperty("from").GetString()!,
                root.GetProperty("at").GetInt64(), root.GetProperty("no").GetInt64(), messages, state)
            {
                Content = ContentOf(line),
            };
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static ImmutableSortedDictionary<string, string?> NoState { get; } = ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>The line without <c>at</c> and <c>no</c>, which stand together.</summary>
    private static string ContentOf(string line)
    {
        var start = line.IndexOf(",\"at\":", StringComparison.Ordinal);
        var end = start < 0 ? -1 : line.AsSpan(start + 6).IndexOfAny(",}") + start + 6;
        var number = end < 0 ? -1 : line.IndexOf(",\"no\":", end, StringComparison.Ordinal);
        if (number != end)
        {
            return line;
        }

        end = line.AsSpan(end + 6).IndexOfAny(",}") + end + 6;
        return string.Concat(line.AsSpan(0, start), line.AsSpan(end));
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
