using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mutators.Campaign.Outcomes;

namespace Mutators.Campaign.Propagation;

/// <summary>A moment of a delta execution.</summary>
/// <param name="At">Virtual nanoseconds; 0 throughout for a program without a clock that is known.</param>
/// <param name="Step">The steps that were compared until then.</param>
public readonly record struct Moment(long At, long Step);

/// <summary>Messages of one way that escaped from the components that hold the fault.</summary>
/// <param name="From">Who sent them, without the number that tells namesakes apart.</param>
/// <param name="To">Who heard them.</param>
/// <param name="Kind">The way.</param>
/// <param name="Count">How many differed in content, were missing, extra or out of order.</param>
public sealed record Leak(string From, string To, string Kind, long Count);

/// <summary>What a campaign keeps of a full delta execution: enough to count over many, not the execution itself.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Workload">What was executed.</param>
/// <param name="Origin">The component that holds the fault, without the number that tells namesakes apart; null where nothing was activated or infected.</param>
/// <param name="Activated">When the site was reached first; null if never, or where golden has no probe for it.</param>
/// <param name="Infected">The first infection; null if none.</param>
/// <param name="Escaped">The first message that escaped; null if none.</param>
/// <param name="Spread">The first infection of a component that does not hold the fault; null if none.</param>
/// <param name="Detected">When somebody noticed first, by the steps of the faulty run; null if nobody did, or where its moment is not known.</param>
/// <param name="IsDetected">Somebody noticed.</param>
/// <param name="Components">How many components were infected.</param>
/// <param name="Unexplained">Of these, those that no differing message explains.</param>
/// <param name="Remaining">Fields that differ at the end.</param>
/// <param name="IsRestartSafe">Whether a restart at detection would have been safe; null where nobody noticed.</param>
/// <param name="Mode">The failure mode of the execution; null where it was not followed to its end.</param>
/// <param name="Leaks">Where messages escaped, the most first.</param>
public sealed record TraceRecord(
    MutantId Mutant,
    string Workload,
    string? Origin,
    Moment? Activated,
    Moment? Infected,
    Moment? Escaped,
    Moment? Spread,
    Moment? Detected,
    bool IsDetected,
    int Components,
    int Unexplained,
    int Remaining,
    bool? IsRestartSafe,
    FailureMode? Mode,
    ImmutableArray<Leak> Leaks)
{
    /// <summary>How many infections have no other explanation than the right words at another time.</summary>
    public int ByTimeAlone { get; init; }

    /// <summary>How many components were infected that do not hold the fault; those of one name, such as all commands of a kind, are one. Null in stores that were made before this was counted.</summary>
    public int? Others { get; init; }

    /// <summary>The blast radius: the components that were infected beside the one that holds the fault.</summary>
    [JsonIgnore]
    public int Radius => Others ?? Math.Max(0, Components - 1);

    /// <summary>Something was infected, all fields were equal again at the end, and output and outcome were golden's.</summary>
    [JsonIgnore]
    public bool IsMasked => Infected is not null && Remaining == 0 && Mode is FailureMode.NoImpact or FailureMode.Survived;

    /// <summary>Keeps what is counted of a full delta execution.</summary>
    public static TraceRecord Of(Delta delta)
    {
        Invariant.Holds(delta.Mode is PropagationMode.Full);
        var spread = delta.Infections.FirstOrDefault(each => !delta.Origins.Contains(each.Component));
        return new TraceRecord(
            delta.Mutant,
            delta.Workload,
            delta.Origin is { } origin ? NameOf(origin) : null,
            delta.Reached is { } reached ? new Moment(reached.At, delta.ReachedAfter ?? 0) : null,
            delta.Infections is [var first, ..] ? new Moment(first.At, first.Step) : null,
            delta.Escaped is [var escaped, ..] ? new Moment(escaped.At, escaped.Step) : null,
            spread is null ? null : new Moment(spread.At, spread.Step),
            delta.Detected is { At: { } at } detected ? new Moment(at, detected.FaultySteps) : null,
            delta.Detected is not null || delta.Outcome is { Detection: Detection.Test },
            delta.Infections.Length,
            delta.Infections.Count(each => !each.IsExplained),
            delta.Remaining.Length,
            delta.Recovery.IsSafe,
            delta.Outcome?.Mode,
            [
                .. delta.MessageCounts
                    .Where(delta.HasEscaped)
                    .GroupBy(each => (From: NameOf(each.From), To: NameOf(each.To), each.Kind))
                    .Select(group => new Leak(group.Key.From, group.Key.To, group.Key.Kind, group.Sum(each => each.Count)))
                    .OrderByDescending(each => each.Count).ThenBy(each => each.From, StringComparer.Ordinal).ThenBy(each => each.To, StringComparer.Ordinal)
                    .ThenBy(each => each.Kind, StringComparer.Ordinal),
            ])
        {
            ByTimeAlone = delta.Infections.Count(each => each.IsByTimeAlone),
            Others = delta.Infections.Select(each => NameOf(each.Component)).Except(delta.Origins.Select(NameOf), StringComparer.Ordinal).Count(),
        };
    }

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, options);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static TraceRecord FromJson(string json) => JsonSerializer.Deserialize<TraceRecord>(json, options)!;

    private static readonly JsonSerializerOptions options = new() { Converters = { new IdConverter(), new JsonStringEnumConverter() } };

    private sealed class IdConverter : JsonConverter<MutantId>
    {
        public override MutantId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            MutantId.TryParse(reader.GetString()!, out var id) ? id : throw new JsonException("no mutant's id");

        public override void Write(Utf8JsonWriter writer, MutantId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    /// <summary>Each command is a process of its own; all of one name are one component here.</summary>
    private static string NameOf(string component) => component.Split('#')[0];
}
