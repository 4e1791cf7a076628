using System.Text;

namespace Mutators.Reporting;

/// <summary>Text in a terminal narrower than it: broken between words, and what follows stands under the column that the text begins in.</summary>
public static class HangingText
{
    /// <summary>Breaks lines.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="width">The columns there are.</param>
    /// <param name="column">The column that later lines begin in; 0 where so little would be left of the terminal that it does not pay.</param>
    public static string Wrap(string text, int width, int column) => string.Join('\n', text.Split('\n').Select(line => WrapLine(line, width, column)));

    private static string WrapLine(string text, int width, int column)
    {
        var indent = column <= width / 2 ? column : 0;
        var wrapped = new StringBuilder();
        var rest = text.AsSpan();
        while (rest.Length > width - (wrapped.Length == 0 ? 0 : indent))
        {
            var room = width - (wrapped.Length == 0 ? 0 : indent);
            var first = wrapped.Length == 0 ? column : 0;
            var at = rest[..(room + 1)].LastIndexOf(' ');
            var isWord = at <= first;
            wrapped.Append(rest[..(isWord ? room : at)].TrimEnd()).Append('\n').Append(' ', indent);
            rest = rest[(isWord ? room : at + 1)..];
        }

        return wrapped.Append(rest).ToString();
    }
}
