using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Constraints;

/// <summary>
/// The edit that takes one element out of a list with separators, which may end with one: initialisers and switch expressions. An
/// element on lines of its own takes them with it, so that the diff shows the fault only.
/// </summary>
internal static class ListElement
{
    /// <summary>Removes the element with its separator.</summary>
    public static TextChange Removal<TNode>(SeparatedSyntaxList<TNode> list, TNode element)
        where TNode : SyntaxNode
    {
        var text = element.SyntaxTree.GetText();
        var index = list.IndexOf(element);
        var end = index < list.SeparatorCount ? list.GetSeparator(index) : element.GetLastToken();
        var (first, last) = (text.Lines.GetLineFromPosition(element.SpanStart), text.Lines.GetLineFromPosition(end.Span.End));
        var ownLines = string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(first.Start, element.SpanStart)))
            && Math.Max(end.Span.End, Comments(end, last.End)) is var tail
            && string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(tail, last.End)));
        var span = (ownLines, index) switch
        {
            (true, _) => TextSpan.FromBounds(first.Start, last.EndIncludingLineBreak),
            _ when index + 1 < list.Count => TextSpan.FromBounds(element.SpanStart, list[index + 1].SpanStart),
            (_, > 0) => TextSpan.FromBounds(list[index - 1].Span.End, element.Span.End),
            _ => TextSpan.FromBounds(element.SpanStart, end.FullSpan.End),
        };
        return new TextChange(span, "");
    }

    private static int Comments(SyntaxToken end, int lineEnd) => end.TrailingTrivia
        .Where(trivia => !string.IsNullOrWhiteSpace(trivia.ToString()) && trivia.Span.End <= lineEnd)
        .Select(trivia => trivia.Span.End)
        .LastOrDefault();
}
