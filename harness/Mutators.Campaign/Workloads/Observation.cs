using System.Globalization;
using System.Text;

namespace Mutators.Campaign.Workloads;

/// <summary>What an observation is about.</summary>
public enum ObservationKind
{
    /// <summary>A monitor of basic functionality reported.</summary>
    Monitor,

    /// <summary>An operation was requested and ended with a code.</summary>
    Operation,

    /// <summary>A component crashed or hangs.</summary>
    Component,

    /// <summary>A digest of a state, at the end.</summary>
    State,

    /// <summary>An end-to-end check of the data that a user of the system sees.</summary>
    Data,

    /// <summary>A relation between states was checked at quiescence.</summary>
    Invariant,

    /// <summary>A part of the workload begins.</summary>
    Phase,

    /// <summary>How much of something was used.</summary>
    Resource,

    /// <summary>Two components exchanged something.</summary>
    Rendezvous,

    /// <summary>After a drastic failure, an attempt to bring the system back. The run was over by then: it is no evidence of anything that happened before.</summary>
    Recovery,

    /// <summary>The fingerprint of the run's whole course: a plain line <c>trace HEX</c>.</summary>
    Trace,

    /// <summary>Any other line: data.</summary>
    Line,
}

/// <summary>One thing that a workload let us see: a structured line, or a plain one.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Name">Which monitor, operation, component, …; empty for plain lines.</param>
/// <param name="Text">The line as it was printed.</param>
public sealed record Observation(ObservationKind Kind, string Name, string Text)
{
    /// <summary>Whether a monitor, an invariant or a check of data is satisfied.</summary>
    public bool? Ok { get; init; }

    /// <summary>The code with which an operation ended; 0 is success.</summary>
    public long? Code { get; init; }

    /// <summary>A digest, or an amount.</summary>
    public string? Value { get; init; }

    /// <summary>More words about it, for people; an operation's error message.</summary>
    public string? Detail { get; init; }

    /// <summary>What happened to a component: <c>crash</c>, <c>hang</c>, or <c>io-loss</c> of a guest that lives without its disk or network.</summary>
    public string? Event { get; init; }

    /// <summary>What a component is: <c>process</c>, <c>kernel</c>, <c>guest</c> or <c>host</c>.</summary>
    public string? Containment { get; init; }

    /// <summary>Virtual nanoseconds. Never compared for equality: later is not different.</summary>
    public long? At { get; init; }

    /// <summary>What makes it the counterpart of an observation in another run; for a plain line its whole text.</summary>
    public string Identity => Kind is ObservationKind.Line ? Text : $"{Kind}:{Name}";

    /// <summary>
    /// Whether it says that the second round begins: the fault is taken away, what it has left behind stays. The line is
    /// <c>{"observe":"phase","name":"healed"}</c>, and the program prints it after it has called the action under <c>Mutators.Heal</c>.
    /// </summary>
    public bool IsHealing => Kind is ObservationKind.Phase && Name == "healed";

    /// <summary>An amount as a number, where it is one.</summary>
    public double? Amount => double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    /// <summary>
    /// Whether it says the same as its counterpart in another run. Time and used resources are not part of it, since more of them is
    /// degradation and not a difference; the words of a component's death are not, since they may name a line.
    /// </summary>
    public bool SaysTheSameAs(Observation other) =>
        Identity == other.Identity
        && Ok == other.Ok
        && Code == other.Code
        && Event == other.Event
        && Containment == other.Containment
        && (Kind is ObservationKind.Resource || Value == other.Value)
        && (Kind is not ObservationKind.Operation || Code == 0 || Detail == other.Detail)
        && (Kind is not ObservationKind.Trace || Text == other.Text);

    /// <summary>One short line for people: <c>operation xl create web1: code 1 (no such file)</c>.</summary>
    public string InWords()
    {
        if (Kind is ObservationKind.Line or ObservationKind.Trace)
        {
            return Text;
        }

        var words = new StringBuilder().Append(Kind.ToString().ToLowerInvariant()).Append(' ').Append(Name);
        var facts = new List<string>();
        if (Event is not null)
        {
            facts.Add(Event);
        }

        if (Ok is { } ok)
        {
            facts.Add(ok ? "ok" : "not ok");
        }

        if (Code is { } code)
        {
            facts.Add($"code {code}");
        }

        if (Value is not null)
        {
            facts.Add(Value);
        }

        if (facts.Count > 0)
        {
            words.Append(": ").AppendJoin(", ", facts);
        }

        if (Detail is not null)
        {
            words.Append(" (").Append(Detail).Append(')');
        }

        return words.ToString();
    }
}
