using Mutators.Campaign.Propagation;
using Mutators.Reporting.Html;

namespace Mutators.Reporting.Propagation;

/// <summary>The messages that differ, as arrows between lifelines; the stretches between them, in which both runs are equal, are folded into one line each.</summary>
internal static class SequenceDiagram
{
    private const int Arrows = 80;
    private const int ColumnWidth = 200;
    private const int RowHeight = 34;
    private const int Top = 40;

    /// <summary>Of a letter, so wide that a text of many wide ones stays between its lifelines.</summary>
    private const double LetterWidth = 7;

    /// <summary>The messages that differ in more than time, as far as they are kept.</summary>
    public static IEnumerable<MessageDifference> Messages(Delta delta) => delta.Divergent.SelectMany(step => step.Messages).Where(each => each.Change is not MessageChange.Retimed);

    /// <summary>What the diagram shows, and what it does not.</summary>
    public static string Note(Delta delta)
    {
        var all = delta.MessageCounts.Where(each => each.Change is not MessageChange.Retimed).Sum(each => each.Count);
        var shown = Rows(delta).Sum(each => each.Times);
        return $"Downwards in the order of steps{(all > shown ? $", the first {shown} of {all}" : "")}; stretches of steps in which no message differs are folded, and so are messages that repeat (×). − missing, + extra, ≠ altered, ⇅ out of order.";
    }

    private static List<RepeatedMessage> Rows(Delta delta) => [.. RepeatedMessages.Of([.. Messages(delta)]).Take(Arrows)];

    /// <summary>The diagram as SVG.</summary>
    public static HtmlText Draw(Delta delta)
    {
        var messages = Rows(delta);
        var lifelines = messages.SelectMany(each => new[] { PropagationGraph.Group(each.Message.From), PropagationGraph.Group(each.Message.To) }).Distinct().ToList();
        var folds = messages.Zip(messages.Skip(1)).Count(pair => IsFolded(pair.First.LastStep, pair.Second.Message.Step)) + (messages is [{ Message.Step: var first }, ..] && IsFolded(0, first) ? 1 : 0);
        var (width, height) = (Math.Max(lifelines.Count, 1) * ColumnWidth, Top + ((messages.Count + folds + 1) * RowHeight));
        var svg = new HtmlText().Add($"<svg class=\"trace\" role=\"img\" aria-label=\"sequence of the messages that differ\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n");
        foreach (var (index, name) in lifelines.Index())
        {
            svg.Add($"<line class=\"life\" x1=\"{X(index)}\" y1=\"{Top - 8}\" x2=\"{X(index)}\" y2=\"{height}\"/><text class=\"name\" x=\"{X(index)}\" y=\"20\">{PropagationGraph.Short(name)}<title>{name}</title></text>\n");
        }

        var (y, last) = (Top + RowHeight, 0L);
        foreach (var (message, times, lastStep) in messages)
        {
            if (IsFolded(last, message.Step))
            {
                svg.Add($"<rect class=\"folded\" x=\"0\" y=\"{y - 20}\" width=\"{width}\" height=\"22\"/><text class=\"quiet\" x=\"8\" y=\"{y - 5}\">{message.Step - last - 1} steps</text>\n");
                y += RowHeight;
            }

            last = lastStep;
            Arrow(svg, message, times, X(lifelines.IndexOf(PropagationGraph.Group(message.From))), X(lifelines.IndexOf(PropagationGraph.Group(message.To))), y);
            y += RowHeight;
        }

        return svg.Add($"</svg>");

        // A single step needs no line of its own.
        static bool IsFolded(long before, long after) => after > before + 2;

        static int X(int index) => (index * ColumnWidth) + (ColumnWidth / 2);
    }

    private static void Arrow(HtmlText svg, MessageDifference message, int times, int from, int to, int y)
    {
        var (sign, style) = message.Change switch
        {
            MessageChange.Missing => ("−", "missing"),
            MessageChange.Extra => ("+", "extra"),
            MessageChange.Reordered => ("⇅", "altered"),
            _ => ("≠", "altered"),
        };
        var text = $"{sign} {(times > 1 ? $"{times} × " : "")}{message.Kind} {message.Faulty ?? message.Golden}";
        var longest = (int)((Math.Max(Math.Abs(to - from), ColumnWidth) - 20) / LetterWidth);
        if (text.Length > longest)
        {
            text = text[..(longest - 1)] + "…";
        }

        var direction = to >= from ? 1 : -1;
        var end = from == to ? from + 30 : to;
        svg.Add($"<g class=\"{style}\"><line x1=\"{from}\" y1=\"{y}\" x2=\"{end}\" y2=\"{y}\"/><path d=\"M{end} {y}l{-8 * direction} -4v8z\"/><text x=\"{Math.Min(from, end) + 6}\" y=\"{y - 5}\">{text}</text><title>{message.From} → {DeltaStory.InWords(message)}</title></g>\n");
    }
}
