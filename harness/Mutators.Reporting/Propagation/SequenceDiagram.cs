using Mutators.Campaign.Propagation;
using Mutators.Reporting.Html;

namespace Mutators.Reporting.Propagation;

/// <summary>The messages that differ, as arrows between lifelines; the stretches between them, in which both runs are equal, are folded into one line each.</summary>
internal static class SequenceDiagram
{
    private const int Arrows = 80;
    private const int ColumnWidth = 170;
    private const int RowHeight = 34;
    private const int Top = 40;
    private const int LongestText = 24;

    /// <summary>The diagram as SVG.</summary>
    public static HtmlText Draw(Delta delta)
    {
        var messages = delta.Divergent.SelectMany(step => step.Messages).Where(each => each.Change is not MessageChange.Retimed).Take(Arrows).ToList();
        var lifelines = messages.SelectMany(each => new[] { PropagationGraph.Group(each.From), PropagationGraph.Group(each.To) }).Distinct().ToList();
        var folds = messages.Zip(messages.Skip(1)).Count(pair => pair.Second.Step > pair.First.Step + 1) + (messages is [{ Step: > 1 }, ..] ? 1 : 0);
        var (width, height) = (Math.Max(lifelines.Count, 1) * ColumnWidth, Top + ((messages.Count + folds + 1) * RowHeight));
        var svg = new HtmlText().Add($"<svg class=\"trace\" role=\"img\" aria-label=\"sequence of the messages that differ\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n");
        foreach (var (index, name) in lifelines.Index())
        {
            svg.Add($"<line class=\"life\" x1=\"{X(index)}\" y1=\"{Top - 8}\" x2=\"{X(index)}\" y2=\"{height}\"/><text class=\"name\" x=\"{X(index)}\" y=\"20\">{PropagationGraph.Short(name)}<title>{name}</title></text>\n");
        }

        var (y, last) = (Top + RowHeight, 0L);
        foreach (var message in messages)
        {
            if (message.Step > last + 1)
            {
                svg.Add($"<rect class=\"folded\" x=\"0\" y=\"{y - 20}\" width=\"{width}\" height=\"22\"/><text class=\"quiet\" x=\"8\" y=\"{y - 5}\">{message.Step - last - 1} equal steps</text>\n");
                y += RowHeight;
            }

            last = message.Step;
            Arrow(svg, message, X(lifelines.IndexOf(PropagationGraph.Group(message.From))), X(lifelines.IndexOf(PropagationGraph.Group(message.To))), y);
            y += RowHeight;
        }

        return svg.Add($"</svg>");

        static int X(int index) => (index * ColumnWidth) + (ColumnWidth / 2);
    }

    private static void Arrow(HtmlText svg, MessageDifference message, int from, int to, int y)
    {
        var (sign, style) = message.Change switch
        {
            MessageChange.Missing => ("−", "missing"),
            MessageChange.Extra => ("+", "extra"),
            MessageChange.Reordered => ("⇅", "altered"),
            _ => ("≠", "altered"),
        };
        var text = $"{sign} {message.Kind} {message.Faulty ?? message.Golden}";
        if (text.Length > LongestText)
        {
            text = text[..(LongestText - 1)] + "…";
        }

        var direction = to >= from ? 1 : -1;
        var end = from == to ? from + 30 : to;
        svg.Add($"<g class=\"{style}\"><line x1=\"{from}\" y1=\"{y}\" x2=\"{end}\" y2=\"{y}\"/><path d=\"M{end} {y}l{-8 * direction} -4v8z\"/><text x=\"{Math.Min(from, end) + 6}\" y=\"{y - 5}\">{text}</text><title>{message.From} → {DeltaStory.InWords(message)}</title></g>\n");
    }
}
