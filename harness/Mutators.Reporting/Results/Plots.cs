using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Mutators.Campaign.Outcomes;

namespace Mutators.Reporting.Results;

/// <summary>Shares of failure modes as bars of equal length, one for each row.</summary>
internal static class StackedBars
{
    private const int Left = 110;
    private const int Width = 640;
    private const int RowHeight = 26;

    public static Plot Draw(string name, string description, IReadOnlyList<(string Name, ImmutableArray<(FailureMode Mode, int Count)> Counts)> rows)
    {
        var modes = rows.Count == 0 ? [] : rows[0].Counts.Select(each => each.Mode).ToList();
        var height = (rows.Count * RowHeight) + 64;
        var svg = Picture.Begin(Left + Width + 60, height, description);
        for (var i = 0; i < rows.Count; i++)
        {
            var y = 8 + (i * RowHeight);
            var total = rows[i].Counts.Sum(each => each.Count);
            Picture.Text(svg, Left - 8, y + 15, rows[i].Name, "end");
            Picture.Text(svg, Left + Width + 8, y + 15, string.Create(CultureInfo.InvariantCulture, $"{total}"), "start");
            var x = (double)Left;
            foreach (var (mode, count) in rows[i].Counts.Where(each => each.Count > 0))
            {
                var part = (double)Width * count / total;
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.0}\" y=\"{y}\" width=\"{part:0.0}\" height=\"{RowHeight - 6}\" fill=\"{Picture.Colour(mode)}\"><title>{rows[i].Name}: {mode.Words} {count}/{total}</title></rect>\n");
                x += part;
            }
        }

        for (var i = 0; i < modes.Count; i++)
        {
            var (x, y) = (Left + (i % 5 * 135), height - 40 + (i / 5 * 20));
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{y}\" width=\"12\" height=\"12\" fill=\"{Picture.Colour(modes[i])}\"/>\n");
            Picture.Text(svg, x + 17, y + 11, modes[i].Words, "start");
        }

        return new Plot(name, description, Picture.End(svg));
    }
}

/// <summary>What share of some times lies below each time, on a logarithmic axis.</summary>
internal static class CumulativePlot
{
    private const int Left = 60;
    private const int Width = 640;
    private const int Height = 220;

    /// <summary>From a microsecond to a thousand seconds.</summary>
    private const int FirstDecade = 3;
    private const int LastDecade = 12;

    private static readonly string[] strokes = ["#1f4e8c", "#b3261e", "#2e7d32", "#7a4f00"];

    public static Plot Draw(string name, string description, IReadOnlyList<(string Name, ImmutableArray<long> Sorted)> series)
    {
        var svg = Picture.Begin(Left + Width + 20, Height + 70, description);
        for (var decade = FirstDecade; decade <= LastDecade; decade += 3)
        {
            var x = X(Math.Pow(10, decade));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0.0}\" y1=\"10\" x2=\"{x:0.0}\" y2=\"{10 + Height}\" stroke=\"#ccc\"/>\n");
            Picture.Text(svg, x, Height + 26, decade switch { 3 => "1 µs", 6 => "1 ms", 9 => "1 s", _ => "1000 s" }, "middle");
        }

        for (var quarter = 0; quarter <= 4; quarter++)
        {
            var y = Y(quarter / 4.0);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{y:0.0}\" x2=\"{Left + Width}\" y2=\"{y:0.0}\" stroke=\"#ccc\"/>\n");
            Picture.Text(svg, Left - 8, y + 4, string.Create(CultureInfo.InvariantCulture, $"{quarter * 25} %"), "end");
        }

        for (var i = 0; i < series.Count; i++)
        {
            var stroke = strokes[i % strokes.Length];
            var points = series[i].Sorted.Select((time, place) => string.Create(CultureInfo.InvariantCulture, $"{X(time):0.0},{Y((place + 1.0) / series[i].Sorted.Length):0.0}"));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\" points=\"{string.Join(' ', points)}\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left + (i * 160)}\" y=\"{Height + 44}\" width=\"12\" height=\"12\" fill=\"{stroke}\"/>\n");
            Picture.Text(svg, Left + (i * 160) + 17, Height + 55, $"{series[i].Name} ({series[i].Sorted.Length})", "start");
        }

        return new Plot(name, description, Picture.End(svg));
    }

    private static double X(double nanoseconds) =>
        Left + (Width * Math.Clamp((Math.Log10(Math.Max(1, nanoseconds)) - FirstDecade) / (LastDecade - FirstDecade), 0, 1));

    private static double Y(double share) => 10 + (Height * (1 - share));
}

/// <summary>What plots have in common.</summary>
internal static class Picture
{
    public static StringBuilder Begin(int width, int height, string description) => new StringBuilder().Append(
        CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" font-family=\"system-ui, 'Liberation Sans', sans-serif\" font-size=\"12\">\n<title>{WebUtility.HtmlEncode(description)}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n");

    public static string End(StringBuilder svg) => svg.Append("</svg>\n").ToString();

    public static void Text(StringBuilder svg, double x, double y, string text, string anchor) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.0}\" y=\"{y:0.0}\" text-anchor=\"{anchor}\" fill=\"#1c1e21\">{WebUtility.HtmlEncode(text)}</text>\n");

    /// <summary>One colour for one mode in every plot; told apart by lightness as well.</summary>
    public static string Colour(FailureMode mode) => mode switch
    {
        FailureMode.HostCrash => "#5c0a10",
        FailureMode.ControlHang => "#a3262a",
        FailureMode.ControlCrash => "#d9534f",
        FailureMode.GuestFailure => "#ef9a6a",
        FailureMode.OperationError => "#f5cf8a",
        FailureMode.InconsistentState => "#8d6cc0",
        FailureMode.SilentDataFailure => "#3b2a6b",
        FailureMode.Degraded => "#7fb2d9",
        _ => "#d5d9dd",
    };
}
