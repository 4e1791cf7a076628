using Mutators.Campaign.Propagation;

namespace Mutators.Reporting.Propagation;

/// <summary>A delta execution as text: the story, then who was infected when and by what, then the messages that differ.</summary>
public static class DeltaText
{
    /// <summary>Rows of a table; all of it is in JSON.</summary>
    private const int TableRows = 30;

    /// <summary>With less room than that beside the other columns, a cause that needs more stands on a line of its own.</summary>
    private const int NarrowestCause = 40;

    private const int Indent = 4;

    /// <summary>Writes story and tables.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="mutant">What the mutant changes and where; null if that need not be said.</param>
    /// <param name="delta">The delta execution.</param>
    /// <param name="width">The columns of the terminal: sentences are broken between words, and what does not fit into a row is cut. Null for a file or a pipe, where lines are as long as they are.</param>
    public static void Print(TextWriter output, string? mutant, Delta delta, int? width)
    {
        foreach (var sentence in (mutant is null ? [] : new[] { mutant }).Concat(DeltaStory.Sentences(delta)))
        {
            foreach (var line in Broken(sentence, width ?? int.MaxValue))
            {
                output.WriteLine(line);
            }
        }

        if (!delta.Infections.IsEmpty)
        {
            PrintInfections(output, delta, width ?? int.MaxValue);
        }

        PrintMessages(output, delta, width ?? int.MaxValue);
        var left = delta.LeftOut;
        if (left.Divergent > 0 || left.Escaped > 0)
        {
            output.WriteLine();
            output.WriteLine($"Not in the JSON, but counted: {left.Divergent} of the {delta.DivergentSteps} steps that differ, {left.Escaped} of the {delta.EscapedMessages} messages that escaped.");
        }
    }

    private static void PrintInfections(TextWriter output, Delta delta, int width)
    {
        var shown = delta.Infections.Take(TableRows).ToList();
        var (component, from) = (Column(shown.Select(each => each.Component), "component"), Column(shown.Select(each => each.From ?? ""), "from"));
        var when = delta.CountsCalls ? $"{"step",8}" : $"{"golden",9}  {"faulty",9}";
        var before = when.Length + component + from + 6;
        output.WriteLine();
        output.WriteLine($"{when}  {"component".PadRight(component)}  {"from".PadRight(from)}  by");
        foreach (var each in shown)
        {
            var times = delta.CountsCalls ? $"{each.Step,8}" : $"{Cell(each.Times.Golden),9}  {Cell(each.Times.Faulty),9}";
            var cause = DeltaStory.Cause(each);
            var isBeside = width - before >= Math.Min(NarrowestCause, cause.Length);
            output.WriteLine($"{times}  {each.Component.PadRight(component)}  {(each.From ?? "").PadRight(from)}  {(isBeside ? Cut(cause, width - before) : "")}".TrimEnd());
            if (!isBeside)
            {
                output.WriteLine(new string(' ', Indent) + Cut(cause, width - Indent));
            }
        }

        PrintRest(output, delta.Infections.Length);
    }

    private static void PrintMessages(TextWriter output, Delta delta, int width)
    {
        var counts = delta.MessageCounts.Where(each => each.Change is not MessageChange.Retimed).ToList();
        if (counts.Count == 0)
        {
            return;
        }

        var shown = counts.Take(TableRows).ToList();
        var (from, to) = (Column(shown.Select(each => each.From), "from"), Column(shown.Select(each => each.To), "to"));
        output.WriteLine();
        output.WriteLine($"{"messages",8}  {"from".PadRight(from)}  {"to".PadRight(to)}  way and difference");
        foreach (var each in shown)
        {
            var escaped = delta.HasEscaped(each) ? ", escaped" : "";
            output.WriteLine(Cut($"{each.Count,8}  {each.From.PadRight(from)}  {each.To.PadRight(to)}  {each.Kind}, {each.Change.ToString().ToLowerInvariant()}{escaped}", width));
        }

        PrintRest(output, counts.Count);
    }

    private static void PrintRest(TextWriter output, int rows)
    {
        if (rows > TableRows)
        {
            output.WriteLine($"{"",8}  and {rows - TableRows} more rows, which are in the JSON");
        }
    }

    private static string Cell(long? time) => time is { } at ? DeltaStory.Time(at) : "–";

    private static int Column(IEnumerable<string> cells, string heading) => cells.Append(heading).Max(each => each.Length);

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";

    /// <summary>A sentence in lines of a width, broken between words; a word that is longer than a line is left to the terminal.</summary>
    private static IEnumerable<string> Broken(string sentence, int width)
    {
        while (sentence.Length > width && sentence.LastIndexOf(' ', width) is > Indent and var end)
        {
            yield return sentence[..end];
            sentence = new string(' ', Indent / 2) + sentence[(end + 1)..];
        }

        yield return sentence;
    }
}
