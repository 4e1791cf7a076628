using Mutators.Campaign.Propagation;
using Mutators.Reporting.Html;

namespace Mutators.Reporting.Propagation;

/// <summary>Who infected whom, from left to right. Components of one name stand together: each command is a process of its own.</summary>
internal static class PropagationGraph
{
    private const int ColumnWidth = 210;
    private const int RowHeight = 46;
    private const int BoxWidth = 150;
    private const int BoxHeight = 30;
    private const int Margin = 8;
    private const int LongestName = 20;

    /// <summary>What the colours mean.</summary>
    public static HtmlText Legend { get; } = new HtmlText().Add(
        $"<p class=\"note legend\"><span class=\"origin\">holds the fault</span> <span class=\"node\">infected</span> <span class=\"outside\">not infected: late, or waiting outside</span></p>\n");

    /// <summary>The graph as SVG.</summary>
    public static HtmlText Draw(Delta delta)
    {
        var nodes = new Dictionary<string, (int Column, int Row)>(StringComparer.Ordinal);
        var rows = new List<int>();
        var edges = new List<(string From, string To, string Words)>();
        foreach (var infection in delta.Infections)
        {
            var (name, from) = (Group(infection.Component), infection.From is null ? null : Group(infection.From));
            if (from is not null && !nodes.ContainsKey(from))
            {
                Place(from, 0);
            }

            if (!nodes.ContainsKey(name))
            {
                Place(name, from is null ? 0 : nodes[from].Column + 1);
            }

            if (from is not null && from != name && !edges.Exists(each => each.From == from && each.To == name))
            {
                edges.Add((from, name, DeltaStory.Cause(infection)));
            }
        }

        var (width, height) = ((rows.Count * ColumnWidth) + Margin, (rows.Max() * RowHeight) + Margin);
        var svg = new HtmlText().Add($"<svg class=\"trace\" role=\"img\" aria-label=\"propagation graph\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n");
        foreach (var (from, to, words) in edges)
        {
            var (x1, y1) = (X(from) + BoxWidth, Y(from) + (BoxHeight / 2));
            var (x2, y2) = (X(to), Y(to) + (BoxHeight / 2));
            svg.Add($"<path class=\"{(x2 > x1 ? "edge" : "edge back")}\" d=\"M{x1} {y1}C{x1 + 30} {y1} {x2 - 30} {y2} {x2 - 6} {y2}\"><title>{words}</title></path><path class=\"head\" d=\"M{x2} {y2}l-8 -4v8z\"/>\n");
        }

        var infected = delta.Infections.Select(each => Group(each.Component)).ToHashSet(StringComparer.Ordinal);
        var origins = delta.Origins.Select(Group).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, _) in nodes.OrderBy(each => each.Value))
        {
            svg.Add($"<rect class=\"{(!infected.Contains(name) ? "outside" : origins.Contains(name) ? "origin" : "node")}\" x=\"{X(name)}\" y=\"{Y(name)}\" width=\"{BoxWidth}\" height=\"{BoxHeight}\" rx=\"4\"/><text x=\"{X(name) + 8}\" y=\"{Y(name) + 20}\">{Short(name)}<title>{name}</title></text>\n");
        }

        return svg.Add($"</svg>");

        void Place(string name, int column)
        {
            while (rows.Count <= column)
            {
                rows.Add(0);
            }

            nodes.Add(name, (column, rows[column]++));
        }

        int X(string name) => Margin + (nodes[name].Column * ColumnWidth);

        int Y(string name) => Margin + (nodes[name].Row * RowHeight);
    }

    /// <summary>The name without the number that tells namesakes apart.</summary>
    internal static string Group(string component) => component.Length == 0 ? "program" : component.Split('#')[0];

    /// <summary>A name that fits into its box.</summary>
    internal static string Short(string name) => name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";
}
