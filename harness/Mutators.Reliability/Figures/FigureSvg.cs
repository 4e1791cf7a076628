using System.Globalization;
using System.Net;
using System.Text;

namespace Mutators.Reliability.Figures;

/// <summary>
/// A figure as SVG: one file without references, readable on light and dark ground. Curves differ by colour and by dashes, so
/// that a printed page and a reader who sees no colours can tell them apart; the legend has the order of the curves' heights.
/// </summary>
public static class FigureSvg
{
    private const double Width = 760;
    private const double Height = 470;
    private const double Left = 78;
    private const double Right = 600;
    private const double Top = 48;
    private const double Bottom = 400;

    private const string Style = """
        <style>
          .figure { color-scheme: light dark; --ground: #ffffff; --ink: #1c1e21; --soft: #5a6069; --grid: #e3e5e8;
            --c0: #0b62c4; --c1: #c2410c; --c2: #15803d; --c3: #9d1d8b; --c4: #7a5a00; --c5: #0e7490; }
          @media (prefers-color-scheme: dark) {
            .figure { --ground: #17191c; --ink: #eceef0; --soft: #a9b0b8; --grid: #34383d;
              --c0: #6cb2ff; --c1: #ff9a62; --c2: #5fd38a; --c3: #f08be0; --c4: #e3bd4a; --c5: #5ed3e8; }
          }
          .figure text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink); }
          .figure .title { font-size: 15px; font-weight: 600; }
          .figure .mark { fill: var(--soft); font-variant-numeric: tabular-nums; }
          .figure .sub { font-size: 10px; }
          .figure .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
        </style>
        """;

    /// <summary>A dash pattern for each curve in turn.</summary>
    private static readonly string[] dashes = ["none", "9 4", "2 4", "9 4 2 4", "16 4", "5 3"];

    /// <summary>The whole file.</summary>
    public static string Render(PaperFigure figure)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" class="figure" role="img" aria-labelledby="title description">
            <title id="title">Figure {figure.Id}: {Escaped(figure.Title)}</title>
            <desc id="description">{Escaped(Description(figure))}</desc>
            {Style}
            <rect width="{Width}" height="{Height}" fill="var(--ground)"/>
            <text x="24" y="26" class="title">{Symbols($"Figure {figure.Id}. {figure.Title}")}</text>
            <clipPath id="area"><rect x="{Left}" y="{Top}" width="{Right - Left}" height="{Bottom - Top}"/></clipPath>

            """);
        AddAxes(svg, figure);
        AddCurves(svg, figure);
        return svg.Append("</svg>\n").ToString();
    }

    private static void AddAxes(StringBuilder svg, PaperFigure figure)
    {
        for (var tenth = 1; tenth <= 10; tenth++)
        {
            var x = X(tenth / 10.0);
            svg.Append(CultureInfo.InvariantCulture, $"""
                <line x1="{x:0.##}" y1="{Top}" x2="{x:0.##}" y2="{Bottom}" stroke="var(--grid)"/>
                <text x="{x:0.##}" y="{Bottom + 18}" text-anchor="middle" class="mark">{tenth / 10.0:0.0}</text>

                """);
        }

        var format = figure.YStep >= 1 ? "0" : figure.YStep >= 0.1 ? "0.0" : "0.00";
        for (var step = 0; figure.YLow + step * figure.YStep <= figure.YHigh + figure.YStep / 2; step++)
        {
            var value = figure.YLow + step * figure.YStep;
            var y = Y(figure, value);
            svg.Append(CultureInfo.InvariantCulture, $"""
                <line x1="{Left}" y1="{y:0.##}" x2="{Right}" y2="{y:0.##}" stroke="var(--grid)"/>
                <text x="{Left - 8}" y="{y + 4.5:0.##}" text-anchor="end" class="mark">{value.ToString(format, CultureInfo.InvariantCulture)}</text>

                """);
        }

        var middle = (Top + Bottom) / 2;
        svg.Append(CultureInfo.InvariantCulture, $"""
            <path d="M{Left} {Top}V{Bottom}H{Right}" fill="none" stroke="var(--soft)"/>
            <text x="{(Left + Right) / 2}" y="{Bottom + 44}" text-anchor="middle">{Symbols(figure.XLabel)}</text>
            <text x="24" y="{middle}" text-anchor="middle" transform="rotate(-90 24 {middle})">{Symbols(figure.YLabel)}</text>

            """);
    }

    private static void AddCurves(StringBuilder svg, PaperFigure figure)
    {
        // Beside the highest curve stands the first line of the legend; half of the axis is where curves lie apart.
        var order = figure.Curves.Index().OrderByDescending(curve => curve.Item.Y[curve.Item.Y.Length / 2]).ToArray();
        foreach (var (index, curve) in figure.Curves.Index())
        {
            var points = string.Join(' ', curve.Y.Select((y, i) => string.Create(CultureInfo.InvariantCulture, $"{X(PaperFigure.X[i]):0.##},{Clamped(figure, y):0.##}")));
            svg.Append(CultureInfo.InvariantCulture, $"""<polyline class="curve" clip-path="url(#area)" stroke="var(--c{index % 6})" stroke-dasharray="{dashes[index % dashes.Length]}" points="{points}"/>""").Append('\n');
        }

        foreach (var (line, (index, curve)) in order.Index())
        {
            var y = Top + 14 + line * 24;
            svg.Append(CultureInfo.InvariantCulture, $"""
                <line x1="{Right + 16}" y1="{y}" x2="{Right + 52}" y2="{y}" class="curve" stroke="var(--c{index % 6})" stroke-dasharray="{dashes[index % dashes.Length]}"/>
                <text x="{Right + 60}" y="{y + 4.5}">{Symbols(curve.Label)}</text>

                """);
        }
    }

    private static string Description(PaperFigure figure) =>
        $"{figure.YLabel} over {figure.XLabel}, from 0.1 to 1; the curves are {string.Join("; ", figure.Curves.Select(curve => curve.Label))}.";

    private static double X(double value) => Left + (value - 0.1) / 0.9 * (Right - Left);

    private static double Y(PaperFigure figure, double value) => Bottom - (value - figure.YLow) / (figure.YHigh - figure.YLow) * (Bottom - Top);

    /// <summary>A curve that leaves the axis is drawn a little way out, where the clip ends it, and not a mile.</summary>
    private static double Clamped(PaperFigure figure, double value) => Math.Clamp(Y(figure, value), Top - 1000, Bottom + 1000);

    /// <summary>Text with its symbols set as the paper sets them: R with a small M below the line.</summary>
    private static string Symbols(string text)
    {
        var svg = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && i + 1 < text.Length)
            {
                var end = i + 2 < text.Length && text[i + 2] == '′' ? i + 3 : i + 2;
                svg.Append(CultureInfo.InvariantCulture, $"""<tspan class="sub" dy="3">{Escaped(text[(i + 1)..end])}</tspan>""");

                // The line is only left for the next character; where the text ends there is none to bring back.
                if (end < text.Length)
                {
                    svg.Append(CultureInfo.InvariantCulture, $"""<tspan dy="-3">{Escaped(text[end..(end + 1)])}</tspan>""");
                }

                i = end;
                continue;
            }

            svg.Append(Escaped(text[i..(i + 1)]));
        }

        return svg.ToString();
    }

    private static string Escaped(string text) => WebUtility.HtmlEncode(text).Replace("&#8242;", "′", StringComparison.Ordinal);
}
