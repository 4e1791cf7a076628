using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Constraints;

/// <summary>
/// The edit that takes statements out of a file as a programmer would have left them out: whole lines with their indentation and
/// trailing comment where nothing else stands there, so that the diff shows the fault only. Comments above stay.
/// </summary>
internal static class Removal
{
    /// <summary>Removes one statement, clause or section.</summary>
    public static TextChange Of(SyntaxNode part) => Of(part, part);

    /// <summary>Removes the statements, clauses or sections from <paramref name="first"/> to <paramref name="last"/> of one list.</summary>
    public static TextChange Of(SyntaxNode first, SyntaxNode last)
    {
        var text = first.SyntaxTree.GetText();
        var start = first.SpanStart;
        var end = last.Span.End;
        var lineStart = text.Lines.GetLineFromPosition(start).Start;
        var beginsLine = IsBlank(text, lineStart, start);
        var lineEnd = text.Lines.GetLineFromPosition(end).End;
        var endsLine = IsBlank(text, OwnCommentsEnd(last, lineEnd), lineEnd);

        var removed = (beginsLine, endsLine) switch
        {
            (true, true) => TextSpan.FromBounds(lineStart, text.Lines.GetLineFromPosition(end).EndIncludingLineBreak),
            (false, true) => TextSpan.FromBounds(BlankStart(text, start), end),
            _ => TextSpan.FromBounds(start, BlankEnd(text, end)),
        };
        return new TextChange(removed, "");
    }

    // The comments behind the last token up to the end of its line; a block comment that goes on below is not its own.
    private static int OwnCommentsEnd(SyntaxNode last, int lineEnd)
    {
        var end = last.Span.End;
        foreach (var trivia in last.GetTrailingTrivia())
        {
            if (trivia.IsKind(SyntaxKind.EndOfLineTrivia) || trivia.Span.End > lineEnd)
            {
                break;
            }

            end = trivia.Span.End;
        }

        return end;
    }

    private static bool IsBlank(SourceText text, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            if (!char.IsWhiteSpace(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static int BlankStart(SourceText text, int position)
    {
        while (position > 0 && text[position - 1] is ' ' or '\t')
        {
            position--;
        }

        return position;
    }

    private static int BlankEnd(SourceText text, int position)
    {
        while (position < text.Length && text[position] is ' ' or '\t')
        {
            position++;
        }

        return position;
    }
}
