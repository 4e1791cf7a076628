using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Constraints;

/// <summary>The edit that adds a statement beside another, on a line of its own where the other has one.</summary>
internal static class Insertion
{
    /// <summary>Adds a statement before <paramref name="place"/>.</summary>
    public static TextChange Before(SyntaxNode place, string statement) =>
        new(new TextSpan(place.SpanStart, 0), statement + Between(place));

    /// <summary>Adds a statement behind <paramref name="place"/>.</summary>
    public static TextChange Behind(SyntaxNode place, string statement) =>
        new(new TextSpan(place.Span.End, 0), Between(place) + statement);

    // The line break and the indentation of the place, or a blank where it shares its line.
    private static string Between(SyntaxNode place)
    {
        var text = place.SyntaxTree.GetText();
        var line = text.Lines.GetLineFromPosition(place.SpanStart);
        var before = text.ToString(TextSpan.FromBounds(line.Start, place.SpanStart));
        var lineBreak = text.ToString(TextSpan.FromBounds(line.End, line.EndIncludingLineBreak));
        return string.IsNullOrWhiteSpace(before) && lineBreak.Length > 0 ? lineBreak + before : " ";
    }
}
