using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Mutators.Campaign.Outcomes;

namespace Mutators.Campaign.Propagation;

/// <summary>Whose messages the other components hear while the faulty component runs.</summary>
public enum PropagationMode
{
    /// <summary>The faulty side feeds on its own messages: real propagation.</summary>
    Full,

    /// <summary>The others keep hearing golden's messages: the direct damage of the faulty component alone.</summary>
    Isolated,
}

/// <summary>In which way a message of the faulty run is not golden's.</summary>
public enum MessageChange
{
    /// <summary>Golden sends it, the faulty run does not.</summary>
    Missing,

    /// <summary>Only the faulty run sends it.</summary>
    Extra,

    /// <summary>Both send one, with other words.</summary>
    Altered,

    /// <summary>Both send the same one, at another place in the step.</summary>
    Reordered,

    /// <summary>Both send the same one, at another time.</summary>
    Retimed,
}

/// <summary>
/// When something takes place in the two runs, each by its own clock. A run that fails early, or waits, is early or late from there on: a time of one is neither before nor after a time of the other.
/// </summary>
/// <param name="Golden">In golden; null where golden does not have it.</param>
/// <param name="Faulty">In the faulty run; null where that one does not have it.</param>
public readonly record struct Times(long? Golden, long? Faulty)
{
    /// <summary>The faulty run's time where it has one, otherwise golden's.</summary>
    [JsonIgnore]
    public long At => Faulty ?? Golden ?? 0;

    /// <summary>Whether this is later than <paramref name="other"/> in a run that has both.</summary>
    public bool IsAfter(Times other) => Golden > other.Golden || Faulty > other.Faulty;
}

/// <summary>A message that is not the same in both runs.</summary>
/// <param name="Change">How it differs.</param>
/// <param name="From">Who sends it.</param>
/// <param name="To">Who hears it.</param>
/// <param name="Kind">By which way.</param>
/// <param name="Golden">What golden says; null for an extra one.</param>
/// <param name="Faulty">What the faulty run says; null for a missing one.</param>
/// <param name="Times">When the step took place in which it was sent.</param>
/// <param name="Step">The place of the sender's step among all steps that were compared.</param>
public sealed record MessageDifference(MessageChange Change, string From, string To, string Kind, string? Golden, string? Faulty, Times Times, long Step)
{
    /// <summary>The faulty run's time where it has one, otherwise golden's.</summary>
    public long At => Times.At;
}

/// <summary>A field that does not hold the same in both runs.</summary>
/// <param name="Component">Whose state.</param>
/// <param name="Field">Which field.</param>
/// <param name="Golden">What golden has; null for nothing.</param>
/// <param name="Faulty">What the faulty run has.</param>
public sealed record StateDifference(string Component, string Field, string? Golden, string? Faulty);

/// <summary>What infected a component.</summary>
public enum InfectionCause
{
    /// <summary>The fault itself: it was activated in this component, or this one was infected before all others.</summary>
    Fault,

    /// <summary>A message that differs.</summary>
    Message,

    /// <summary>The step was caused by a component that is affected: a call, an event, a timer that it set.</summary>
    Step,

    /// <summary>It exchanged equal messages with a component that is affected, whose answer is part of the question and not told by itself.</summary>
    Answer,

    /// <summary>The world outside waited longer in one of the runs.</summary>
    Wait,

    /// <summary>Nothing that was seen: there is a channel that nobody looks at.</summary>
    Unexplained,
}

/// <summary>A component that does something at another time than in golden; alone that is no infection, but others can be infected by it.</summary>
/// <param name="Component">The component.</param>
/// <param name="Times">When its first step took place that is early or late.</param>
/// <param name="Step">The place of that step among all steps that were compared.</param>
public sealed record Lateness(string Component, Times Times, long Step);

/// <summary>How a component was infected for the first time.</summary>
/// <param name="Component">The component.</param>
/// <param name="Times">When.</param>
/// <param name="Step">The place of its step among all steps that were compared.</param>
/// <param name="Of">The steps of this component that were compared before.</param>
/// <param name="Cause">What did it.</param>
/// <param name="From">Who did it; null where the fault did, or nobody is known.</param>
/// <param name="By">The message that did it; null where no message did.</param>
/// <param name="First">The first field that differs; null where only messages do.</param>
public sealed record Infection(
    string Component, Times Times, long Step, long Of, InfectionCause Cause, string? From, MessageDifference? By, StateDifference? First)
{
    /// <summary>The faulty run's time where it has one, otherwise golden's.</summary>
    public long At => Times.At;

    /// <summary>Whether something that was seen explains it. If not, there is a channel that nobody looks at.</summary>
    public bool IsExplained => Cause is not InfectionCause.Unexplained;

    /// <summary>All that explains it are the right words at another time.</summary>
    [JsonIgnore]
    public bool IsByTimeAlone => By is { Change: MessageChange.Retimed };
}

/// <summary>A step in which the two runs differ; what lies between two of these is equal.</summary>
/// <param name="Component">Whose step.</param>
/// <param name="On">What it consumed.</param>
/// <param name="Times">When.</param>
/// <param name="Step">Its place among all steps that were compared.</param>
/// <param name="Execution"><see cref="MessageChange.Missing"/>, <see cref="MessageChange.Extra"/> or <see cref="MessageChange.Retimed"/> for the step as such; null where both runs have it at the same time.</param>
/// <param name="Messages">The messages that differ.</param>
/// <param name="State">The fields that began to differ, or differ otherwise now.</param>
/// <param name="Healed">How many fields became equal again.</param>
public sealed record DivergentStep(
    string Component, string On, Times Times, long Step, MessageChange? Execution,
    ImmutableArray<MessageDifference> Messages, ImmutableArray<StateDifference> State, int Healed)
{
    /// <summary>The faulty run's time where it has one, otherwise golden's.</summary>
    public long At => Times.At;

    /// <summary>Nothing differs but the time.</summary>
    [JsonIgnore]
    public bool IsOnlyLate => Execution is MessageChange.Retimed && State.IsEmpty && Healed == 0 && Messages.All(each => each.Change is MessageChange.Retimed);
}

/// <summary>Somebody noticed the failure.</summary>
/// <param name="By">The observation in words.</param>
/// <param name="At">When; null where it does not say.</param>
/// <param name="Step">How many steps had been compared.</param>
/// <param name="Origins">The components in which the fault had been activated by then, and the one that was infected first.</param>
/// <param name="Damage">The fields that differed then.</param>
public sealed record Detected(string By, long? At, long Step, ImmutableArray<string> Origins, ImmutableArray<StateDifference> Damage)
{
    /// <summary>How many steps the faulty run had told by then.</summary>
    public long FaultySteps { get; init; }
}

/// <summary>In isolation: one of the others does not do as in golden, because something took effect that could not be kept from it.</summary>
/// <param name="Component">The first of them.</param>
/// <param name="Times">When.</param>
/// <param name="Step">How many steps of the isolated components had been compared.</param>
public sealed record Reaction(string Component, Times Times, long Step)
{
    /// <summary>The faulty run's time where it has one, otherwise golden's.</summary>
    public long At => Times.At;
}

/// <summary>How the comparison came to its end.</summary>
public enum DeltaEnd
{
    /// <summary>Both runs ended.</summary>
    Ended,

    /// <summary>Everything is equal again, and golden reaches the site no more: what follows is the same.</summary>
    EqualAgain,

    /// <summary>Isolated only: a faulty component has heard an answer that golden does not give, or is called otherwise than golden's.</summary>
    CameBack,

    /// <summary>Isolated only: a faulty component asks what golden never asks; nobody answers, and it is blocked.</summary>
    Blocked,

    /// <summary>The faulty run crashed as a whole.</summary>
    Crashed,

    /// <summary>The faulty run exceeded a limit.</summary>
    TimedOut,
}

/// <summary>Everything in which a faulty execution differs from the fault-free one.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Workload">What both executed.</param>
/// <param name="Mode">Whose messages the others heard.</param>
/// <param name="Reached">Where golden reached the site for the first time; null if never.</param>
/// <param name="Hits">How often golden reached it, as far as the runs were compared.</param>
/// <param name="Steps">The steps that were compared.</param>
/// <param name="Infections">The infected components, in the order of their infection.</param>
/// <param name="Divergent">The steps that differ, the first ones; of those that are only late fewer are kept.</param>
/// <param name="DivergentSteps">How many steps differ in all.</param>
/// <param name="Escaped">The messages by which the damage left the components that hold the fault, the first ones.</param>
/// <param name="EscapedMessages">How many these are in all.</param>
/// <param name="MessageCounts">How many messages differ, by way and kind of difference.</param>
/// <param name="Detected">Who noticed first; null if nobody did.</param>
/// <param name="Remaining">The fields that differ at the end.</param>
/// <param name="End">How the comparison ended.</param>
/// <param name="Recovery">Whether a restart of the faulty components would have been safe.</param>
/// <param name="Outcome">The outcome of the run as a campaign judges it; null where the run was isolated: what came of it is golden's.</param>
public sealed record Delta(
    MutantId Mutant,
    string Workload,
    PropagationMode Mode,
    SiteReached? Reached,
    long Hits,
    long Steps,
    ImmutableArray<Infection> Infections,
    ImmutableArray<DivergentStep> Divergent,
    long DivergentSteps,
    ImmutableArray<MessageDifference> Escaped,
    long EscapedMessages,
    ImmutableArray<MessageCount> MessageCounts,
    Detected? Detected,
    ImmutableArray<StateDifference> Remaining,
    DeltaEnd End,
    RestartSafety Recovery,
    Outcome? Outcome)
{
    /// <summary>The escaped messages that are kept: the first ones tell the story.</summary>
    public const int KeptMessages = 1000;

    /// <summary>How many of the steps that differ are only late or early.</summary>
    public long LateSteps { get; init; }

    /// <summary>The components that do something at another time than in golden, infected or not, each with the first time that they do.</summary>
    public ImmutableArray<Lateness> Late { get; init; } = [];

    /// <summary>Whether messages have escaped: they differ in more than time, and went from a component that holds the fault to one that does not.</summary>
    public bool HasEscaped(MessageCount count) => count.Change is not MessageChange.Retimed && Origins.Contains(count.From) && !Origins.Contains(count.To);

    /// <summary>What is counted and not listed.</summary>
    public LeftOut LeftOut => new(DivergentSteps - Divergent.Length, EscapedMessages - Escaped.Length);

    /// <summary>
    /// The fault infected a component, and nothing came of it: at the end all fields are equal again, and what was printed, how and with which outcome the run ended is golden's. A silent failure is
    /// no masked fault, nor is a failure of which no field tells any more.
    /// </summary>
    public bool IsMasked => !Infections.IsEmpty && Remaining.IsEmpty && Outcome is { Mode: FailureMode.NoImpact or FailureMode.Survived };

    /// <summary>The components are members and the clock counts calls, for a program that says nothing of rendezvous itself.</summary>
    public bool CountsCalls { get; init; }

    /// <summary>The components that run in the faulty execution and in which the fault was activated, and the one that was infected first.</summary>
    public ImmutableArray<string> Origins { get; init; } = [];

    /// <summary>Who says that something is wrong: the observation with its moment (<see cref="Detected"/>), or the tests that fail, of which no moment is known.</summary>
    public ImmutableArray<string> NoticedBy => Detected is { By: var by } ? [by] : Outcome is { Detection: Detection.Test, Detectors: var tests } ? [.. tests] : [];

    /// <summary>The component in whose step the faulty run came to its end, by a limit or a crash of the whole; null where it ended otherwise, or that is not known.</summary>
    public string? Unfinished { get; init; }

    /// <summary>Isolated only: who was the first to react to the damage all the same; null while the others went on as in golden.</summary>
    public Reaction? Reaction { get; init; }

    /// <summary>The steps that golden had told when it reached the site for the first time; null if it never did.</summary>
    public long? ReachedAfter { get; init; }

    /// <summary>The steps that both told alike, one by one, before the first that differs; null if none does.</summary>
    public long? EqualSteps { get; init; }

    /// <summary>What golden printed beside its rendezvous, as far as it was followed.</summary>
    [JsonIgnore]
    public ImmutableArray<string> GoldenOutput { get; init; } = [];

    /// <summary>What the faulty run printed; where both were equal again the rest is golden's.</summary>
    [JsonIgnore]
    public ImmutableArray<string> FaultyOutput { get; init; } = [];

    /// <summary>Something differs before the site was reached: it is not the fault that makes the difference.</summary>
    public bool DiffersTooEarly => Reached is not null && EqualSteps < ReachedAfter;

    /// <summary>Nothing differs at any rendezvous.</summary>
    public bool IsEmpty => DivergentSteps == 0 && Remaining.IsEmpty;

    /// <summary>The component that holds the fault: where it was activated, or the first that was infected.</summary>
    public string? Origin => Reached is { Of.Length: > 0 } reached ? reached.Of : Infections is [var first, ..] ? first.Component : null;
}

/// <summary>What a delta counts and does not list.</summary>
/// <param name="Divergent">Steps that differ.</param>
/// <param name="Escaped">Messages that escaped.</param>
public sealed record LeftOut(long Divergent, long Escaped);

/// <summary>How many messages of a way differ in a manner.</summary>
/// <param name="From">Who sends them.</param>
/// <param name="To">Who hears them.</param>
/// <param name="Kind">By which way.</param>
/// <param name="Change">How they differ.</param>
/// <param name="Count">How many.</param>
public sealed record MessageCount(string From, string To, string Kind, MessageChange Change, long Count);
