using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mutators.Reliability.Figures;

/// <summary>A figure for programs.</summary>
public static class FigureText
{
    private static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A column for x and one for each curve. Numbers read back as what they were.</summary>
    public static string Csv(PaperFigure figure)
    {
        var text = new StringBuilder().AppendJoin(',', [Quoted(figure.XLabel), .. figure.Curves.Select(curve => Quoted(curve.Label))]).Append('\n');
        for (var i = 0; i < PaperFigure.X.Length; i++)
        {
            text.AppendJoin(',', [Number(PaperFigure.X[i]), .. figure.Curves.Select(curve => Number(curve.Y[i]))]).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The same as JSON.</summary>
    public static string Json(PaperFigure figure) =>
        JsonSerializer.Serialize(new { Figure = figure.Id, figure.Title, figure.XLabel, figure.YLabel, PaperFigure.X, figure.Curves }, json) + "\n";

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quoted(string text) => $"\"{text}\"";
}
