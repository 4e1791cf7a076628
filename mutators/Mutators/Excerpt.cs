using System.Text;
using Microsoft.CodeAnalysis;

namespace Mutators;

/// <summary>A construct on one line, for a change in words: without comments, blanks collapsed, cut where it gets long.</summary>
internal static class Excerpt
{
    /// <summary>The most characters that an excerpt takes of a line.</summary>
    public const int LengthLimit = 60;

    /// <summary>The construct's excerpt.</summary>
    public static string Of(SyntaxNode construct)
    {
        var text = new StringBuilder();
        var apart = false;
        foreach (var token in construct.DescendantTokens())
        {
            if (text.Length > LengthLimit)
            {
                break;
            }

            if (text.Length > 0 && (apart || token.HasLeadingTrivia))
            {
                text.Append(' ');
            }

            text.Append(OneLine(token.Text));
            apart = token.HasTrailingTrivia;
        }

        return text.Length <= LengthLimit ? text.ToString() : text.ToString(0, LengthLimit - 1).TrimEnd() + "…";
    }

    // Raw and verbatim strings run over lines.
    private static string OneLine(string token) => token.IndexOfAny(['\r', '\n']) < 0
        ? token
        : string.Join(" ", token.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim()));
}
