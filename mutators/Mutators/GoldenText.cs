using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>Golden source without its layout: the tokens joined by single blanks. Two constructs that differ in comments only are equal.</summary>
internal static class GoldenText
{
    /// <summary>The text of one construct.</summary>
    public static string Of(SyntaxNode construct) => Of(construct, construct.Span);

    /// <summary>The text of all tokens that lie inside the span.</summary>
    public static string Of(SyntaxNode root, TextSpan span) => string.Join(" ", root.DescendantTokens(span)
        .Where(token => span.Contains(token.Span) && token.Span.Length > 0)
        .Select(token => token.Text));
}
