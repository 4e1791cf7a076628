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
    private const int TableRows = 30;
    private const int LongestText = 90;

    /// <summary>Writes story and table.</summary>
    public static void Print(TextWriter output, Delta delta)
    {
        foreach (var sentence in Sentences(delta))
        {
            output.WriteLine(sentence);
        }

        if (!delta.Infections.IsEmpty)
        {
            output.WriteLine();
            PrintTable(output, delta);
        }
    }

    /// <summary>The story, a sentence or two each.</summary>
    public static IEnumerable<string> Sentences(Delta delta)
    {
        yield return $"{delta.Mutant} under {delta.Workload}, {Mode(delta.Mode)}: {delta.Steps} steps compared, {delta.DivergentSteps} differ.";
        if (!delta.CountsCalls)
        {
            yield return delta.Reached is not { } reached
                ? "The site was not reached."
                : $"Activated {Time(reached.At)}{(reached.Of.Length > 0 ? $" in {reached.Of}" : "")}{(delta.Hits > 1 ? $", {delta.Hits} times in all" : "")}.";
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

        foreach (var sentence in Damage(delta))
        {
            yield return sentence;
        }

        if (delta.Mode is PropagationMode.Isolated)
        {
            yield return delta.Reaction is { } reaction
                ? $"Not all of it could be kept from others: {reaction.Component} was the first to do otherwise than in golden, {Time(reaction.At)}."
                : "All others did as in golden.";
            yield return End(delta);
            yield break;
        }

        yield return delta.Detected is { } detected
            ? $"Noticed{(detected.At is { } at ? $" {Time(at)}" : "")}: {detected.By}."
            : "Nobody noticed.";
        yield return Recovery(delta);
        yield return End(delta);
        if (delta.Outcome is { } outcome)
        {
            yield return $"Outcome: {outcome.Mode.Words}: {outcome.Reason}";
        }
    }

    /// <summary>When something happened: virtual time, or the number of the step where the program has no clock that is known.</summary>
    public static string When(Delta delta, long at, long step) => delta.CountsCalls ? $"at step {step}" : Time(at);

    /// <summary>Virtual time as people read it.</summary>
    public static string Time(long nanoseconds) => nanoseconds switch
    {
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"at {nanoseconds / 1e6:0.000} ms"),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"at {nanoseconds / 1e6:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"at {nanoseconds / 1e9:0.00} s"),
    };

    /// <summary>A message difference in words.</summary>
    public static string InWords(MessageDifference message) => message.Change switch
    {
        MessageChange.Missing => $"missing {message.Kind} to {message.To}: {Short(message.Golden)}",
        MessageChange.Extra => $"extra {message.Kind} to {message.To}: {Short(message.Faulty)}",
        MessageChange.Altered => $"altered {message.Kind} to {message.To}: {Short(message.Faulty)} instead of {Short(message.Golden)}",
        MessageChange.Reordered => $"{message.Kind} to {message.To} out of order: {Short(message.Faulty)}",
        _ => $"{message.Kind} to {message.To} at another time: {Short(message.Faulty)}",
    };

    /// <summary>A field that differs, in words.</summary>
    public static string InWords(StateDifference field) =>
        $"{field.Component}: {field.Field} is {Short(field.Faulty) ?? "not there"}, golden has {Short(field.Golden) ?? "nothing"}";

    private static IEnumerable<string> Damage(Delta delta)
    {
        if (delta.Infections.FirstOrDefault(each => each.First is not null) is { First: { } first } where)
        {
            yield return $"State differs first {When(delta, where.At, where.Step)} in {InWords(first)}.";
        }

        yield return delta.Escaped is [var escaped, ..]
            ? $"First escaped message {When(delta, escaped.At, escaped.Step)} from {escaped.From}: {InWords(escaped)}{(delta.Escaped.Length > 1 ? $"; {delta.Escaped.Length}{(delta.Escaped.Length == Delta.KeptMessages ? " or more" : "")} escaped in all" : "")}."
            : "No message escaped: the damage stayed inside.";
        if (delta.Infections.Length > 0)
        {
            yield return $"Infected {(delta.Infections.Length == 1 ? "one component" : $"{delta.Infections.Length} components")}: {Names(delta.Infections.Select(each => each.Component))}.";
        }

        if (delta.Infections.FirstOrDefault(each => !each.IsExplained) is { } hidden)
        {
            yield return $"No differing message explains the infection of {hidden.Component}: there is a channel that the trace does not see.";
        }
    }

    private static string Recovery(Delta delta) => delta.Recovery switch
    {
        { IsSafe: null } when delta.Remaining.IsEmpty => "Nobody would have restarted anything, and no field holds any of the damage at the end.",
        { IsSafe: null } => $"Nobody would have restarted anything; {Fields(delta.Remaining.Length)} differ at the end: {string.Join("; ", delta.Remaining.Take(NamedFields).Select(InWords))}.",
        { IsSafe: true } => $"Restart of {delta.Origin} at detection: safe, all damage lay inside.",
        { Outside: [_, ..] outside } => $"Restart of {delta.Origin} at detection: unsafe, because {Fields(outside.Length)} of others differ: {string.Join("; ", outside.Take(NamedFields).Select(InWords))}.",
        { Externalised: var gone } => $"Restart of {delta.Origin} at detection: unsafe, because {gone.Length} wrong messages have left the system: {string.Join("; ", gone.Take(NamedMessages).Select(InWords))}.",
    };

    private static string End(Delta delta) => delta.End switch
    {
        DeltaEnd.Masked => "Masked: everything is equal again, and golden reaches the site no more.",
        DeltaEnd.CameBack => "Followed until an answer came back that golden does not give: until then the others' messages were golden's.",
        DeltaEnd.Blocked => "Followed until it asked what golden never asks: in isolation nobody answers that, and the component is blocked.",
        DeltaEnd.Crashed => "The program crashed.",
        DeltaEnd.TimedOut => "The program was ended at its limit.",
        _ when delta.Remaining.IsEmpty => "At the end every field is equal again.",
        _ => $"At the end {Fields(delta.Remaining.Length)} differ in {Names(delta.Remaining.Select(each => each.Component).Distinct())}.",
    };

    private static string Mode(PropagationMode mode) => mode is PropagationMode.Full ? "full delta execution" : "isolated delta execution";

    private static string Fields(int count) => count == 1 ? "one field" : $"{count} fields";

    private static void PrintTable(TextWriter output, Delta delta)
    {
        output.WriteLine($"{"when",12}  {"component",-22} {"from",-22} by");
        foreach (var infection in delta.Infections.Take(TableRows))
        {
            var by = infection.By is { } message ? InWords(message) : infection.From is not null ? "it called, was called or was woken" : infection.IsExplained ? "the fault" : "unexplained";
            output.WriteLine($"{When(delta, infection.At, infection.Step)[3..],12}  {infection.Component,-22} {infection.From ?? "",-22} {by}");
        }

        if (delta.Infections.Length > TableRows)
        {
            output.WriteLine($"{"",12}  and {delta.Infections.Length - TableRows} more");
        }

        output.WriteLine();
        output.WriteLine($"{"messages",12}  {"from",-22} {"to",-22} way");
        foreach (var count in delta.MessageCounts.Where(each => each.Change is not MessageChange.Retimed).Take(TableRows))
        {
            output.WriteLine($"{count.Count,12}  {count.From,-22} {count.To,-22} {count.Kind}, {count.Change.ToString().ToLowerInvariant()}");
        }
    }

    /// <summary>Components of one name are told once, with their number: each command is a process of its own.</summary>
    private static string Names(IEnumerable<string> components) => string.Join(", ", components
        .GroupBy(each => each.Split('#')[0])
        .Select(group => group.Count() == 1 ? group.First() : $"{group.Key} ×{group.Count()}"));

    private static string? Short(string? text) => text is null || text.Length <= LongestText ? text : text[..LongestText] + "…";
}
