using System.Globalization;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;

namespace Mutators.Reporting.Propagation;

/// <summary>A delta execution in words: what happened first, where the damage went, who noticed, and whether a restart would have helped.</summary>
public static class DeltaStory
{
    /// <summary>What a reader takes in before the table; the rest is in the table, and all of it in JSON.</summary>
    private const int NamedFields = 3;

    private const int NamedMessages = 3;
    private const int NamedComponents = 12;
    private const int LongestText = 90;

    /// <summary>The story, a sentence or two each.</summary>
    public static IEnumerable<string> Sentences(Delta delta)
    {
        yield return $"{delta.Mutant} under {delta.Workload}, {Mode(delta.Mode)}: {delta.Steps} steps compared, {delta.DivergentSteps} differ{(delta.LateSteps > 0 ? $", {delta.LateSteps} of them only in time" : "")}.";
        if (delta.CountsCalls)
        {
            if (delta.Reached is { } told)
            {
                yield return $"Activated after {(delta.ReachedAfter == 1 ? "one step" : $"{delta.ReachedAfter} steps")} in {told.Of}{(delta.Hits > 1 ? $", {delta.Hits} times in all" : "")}.";
            }
        }
        else
        {
            yield return delta.Reached is not { } reached
                ? "The site was not reached."
                : $"Activated at {Time(reached.At)}{(reached.Of.Length > 0 ? $" in {reached.Of}" : "")}{(delta.Hits > 1 ? $", {delta.Hits} times in all" : "")}.";
        }

        if (delta.IsEmpty)
        {
            yield return "Nothing differs at any rendezvous: the fault has no effect under this workload.";
            yield break;
        }

        if (delta.DiffersTooEarly)
        {
            yield return "The runs differ before the site is reached: something else than the fault makes the difference, and nothing below can be blamed on the fault.";
        }

        foreach (var sentence in Damage(delta).Concat(delta.Mode is PropagationMode.Isolated ? Isolated(delta) : Consequences(delta)))
        {
            yield return sentence;
        }
    }

    /// <summary>When something happened, with the word before it: by the faulty run's clock where it takes place there, or the number of the step where the program has no clock that is known.</summary>
    public static string When(Delta delta, Times times, long step) =>
        delta.CountsCalls ? $"at step {step}" : times.Faulty is { } faulty ? $"at {Time(faulty)}" : $"at golden's {Time(times.At)}";

    /// <summary>Virtual time as people read it.</summary>
    public static string Time(long nanoseconds) => nanoseconds switch
    {
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.000} ms"),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:0.00} s"),
    };

    /// <summary>A message difference in words.</summary>
    public static string InWords(MessageDifference message) => InWords(message, $"{message.Kind} to {message.To}");

    private static string InWords(MessageDifference message, string what) => message.Change switch
    {
        MessageChange.Missing => $"missing {what}: {Short(message.Golden)}",
        MessageChange.Extra => $"extra {what}: {Short(message.Faulty)}",
        MessageChange.Altered => $"altered {what}: {Short(message.Faulty)} instead of {Short(message.Golden)}",
        MessageChange.Reordered => $"{what} out of order: {Short(message.Faulty)}",
        _ => $"{what} at another time: {Short(message.Faulty)}",
    };

    /// <summary>A field that differs, in words.</summary>
    /// <param name="field">The field.</param>
    /// <param name="countsCalls">Whether the program is followed by its members: what none of them was entered for was not seen, which is not to say that it is not there.</param>
    public static string InWords(StateDifference field, bool countsCalls) => $"{field.Component}: {Values(field, countsCalls)}";

    private static string Values(StateDifference field, bool countsCalls) =>
        $"{field.Field} is {Short(field.Faulty) ?? (countsCalls ? "not seen" : "not there")}, {(Short(field.Golden) is { } golden ? $"golden has {golden}" : countsCalls ? "not seen in golden" : "golden has nothing")}";

    /// <summary>What infected a component, in words that stand beside its name and that of who did it.</summary>
    public static string Cause(Infection infection) => infection.Cause switch
    {
        InfectionCause.Message => InWords(infection.By!, infection.By!.Kind),
        InfectionCause.Fault => "the fault",
        InfectionCause.Step => "calls it, or wakes it",
        InfectionCause.Answer => "answers within the call",
        InfectionCause.Wait => "waits longer in one of the runs",
        _ => "unexplained",
    };

    private static IEnumerable<string> Damage(Delta delta)
    {
        if (delta.Divergent.FirstOrDefault(each => !each.State.IsEmpty) is { State: [var first, ..] } where)
        {
            yield return $"State differs first {When(delta, where.Times, where.Step)} in {InWords(first, delta.CountsCalls)}.";
        }

        yield return delta.Escaped is [var escaped, ..]
            ? $"First escaped message {When(delta, escaped.Times, escaped.Step)} from {escaped.From}: {InWords(escaped)}{Escaped(delta)}."
            : "No message escaped: the damage stayed inside.";
        if (delta.Infections.Length > 0)
        {
            yield return $"Infected {(delta.Infections.Length == 1 ? "one component" : $"{delta.Infections.Length} components")}: {Names(delta.Infections.Select(each => each.Component))}.";
        }

        if (delta.Infections.Where(each => !each.IsExplained).Select(each => each.Component).ToList() is [_, ..] hidden)
        {
            yield return $"Nothing that was seen explains the infection of {Names(hidden)}: there is a channel that the trace does not see.";
        }

        if (delta.Unfinished is { } component)
        {
            yield return $"The faulty run ended within a step of {component}: what was said in it is not told, and what golden did from then on is not compared.";
        }
    }

    private static string Escaped(Delta delta)
    {
        var all = delta.MessageCounts.Where(each => each.Change is not MessageChange.Retimed).Sum(each => each.Count);
        return all == delta.EscapedMessages ? all == 1 ? "" : $"; {all} escaped" : $"; of the {all} messages that differ, {delta.EscapedMessages} escaped";
    }

    private static IEnumerable<string> Isolated(Delta delta)
    {
        yield return delta.Reaction is { } reaction
            ? $"Not all of it could be kept from others: {reaction.Component} was the first to do otherwise than in golden, {When(delta, reaction.Times, reaction.Step)}."
            : delta.End is DeltaEnd.CameBack ? "All others that run by themselves did as in golden until then."
            : "All others did as in golden.";
        yield return End(delta);
    }

    private static IEnumerable<string> Consequences(Delta delta)
    {
        yield return (delta.Detected, delta.NoticedBy) switch
        {
            ({ At: { } at } detected, _) => $"Noticed at {Time(at)}: {detected.By}.",
            ({ } detected, _) => $"Noticed: {detected.By}.",
            (null, [var test, .. var others]) => $"Noticed by the test {test}{(others.IsEmpty ? "" : $" and {others.Length} more")}.",
            _ => "Nobody noticed.",
        };
        if (delta.Recovery.IsSafe is not null)
        {
            yield return Recovery(delta);
        }

        yield return End(delta);
        if (delta.Outcome is { } outcome)
        {
            yield return outcome.Reason == delta.Detected?.By ? $"Outcome: {outcome.Mode.Words}." : $"Outcome: {outcome.Mode.Words}: {outcome.Reason}";
        }
    }

    private static string Recovery(Delta delta) => $"Restart of {Names(delta.Recovery.Components)} at detection: " + delta.Recovery switch
    {
        { IsSafe: true } => "safe, no field of others differed from what golden had by then (what its own request had half done is golden's as well, and not counted).",
        { Outside: [_, ..] outside } => $"unsafe, because {Differ(outside.Length, " of others")}: {string.Join("; ", outside.Take(NamedFields).Select(each => InWords(each, delta.CountsCalls)))}.",
        { Externalised: var gone } => $"unsafe, because {(gone.Length == 1 ? "a wrong message has" : $"{gone.Length} wrong messages have")} left the system: {string.Join("; ", gone.Take(NamedMessages).Select(InWords))}.",
    };

    private static string End(Delta delta) => delta.End switch
    {
        DeltaEnd.EqualAgain => $"{(delta.IsMasked ? "Masked: everything" : "Everything")} is equal again, and golden reaches the site no more.",
        DeltaEnd.CameBack => "Followed until the damage came back, by an answer that golden does not give or by a call that is not golden's: until then the others' messages were golden's.",
        DeltaEnd.Blocked => "Followed until it asked what golden never asks: in isolation nobody answers that, and the component is blocked.",
        DeltaEnd.Crashed => "The program crashed.",
        DeltaEnd.TimedOut => "The program was ended at its limit.",
        _ when delta.IsMasked => "Masked: at the end every field is equal again, and so is what was printed.",
        _ when delta.Remaining.IsEmpty => "At the end every field is equal.",
        _ => $"At the end {Differ(delta.Remaining.Length, "")} in {Remaining(delta)}.",
    };

    /// <summary>Where fields differ at the end, and some of these; where a restart was judged, some have been named already.</summary>
    private static string Remaining(Delta delta)
    {
        var components = delta.Remaining.Select(each => each.Component).Distinct(StringComparer.Ordinal).ToList();
        return Names(components) + (delta.Recovery.IsSafe is not null ? ""
            : ": " + string.Join("; ", delta.Remaining.Take(NamedFields).Select(each => components.Count == 1 ? Values(each, delta.CountsCalls) : InWords(each, delta.CountsCalls))));
    }

    private static string Mode(PropagationMode mode) => mode is PropagationMode.Full ? "full delta execution" : "isolated delta execution";

    private static string Differ(int count, string where) => count == 1 ? $"one field{where} differs" : $"{count} fields{where} differ";

    /// <summary>Components of one name are told once, with their number: each command is a process of its own.</summary>
    private static string Names(IEnumerable<string> components)
    {
        var names = components.GroupBy(each => each.Split('#')[0]).Select(group => group.Count() == 1 ? group.First() : $"{group.Key} ×{group.Count()}").ToList();
        return string.Join(", ", names.Take(NamedComponents)) + (names.Count > NamedComponents ? $" and {names.Count - NamedComponents} more" : "");
    }

    /// <summary>A text as a sentence holds it: what is empty is said to be, also where something stands behind it.</summary>
    private static string? Short(string? text) => text switch
    {
        null => null,
        "" => "empty",
        [' ', ..] => Short("empty" + text),
        _ => text.Length <= LongestText ? text : text[..LongestText] + "…",
    };
}
