using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>A place in golden source where one operator can inject one fault: a span and the edits that inject it.</summary>
/// <param name="faultOperator">The operator that found the site.</param>
/// <param name="span">The golden construct that the fault concerns; the edits lie inside it or remove it with its own trivia.</param>
/// <param name="edits">The text changes that turn golden into the mutant, in document order, not overlapping.</param>
/// <param name="change">The change in words, for example <c>drop call Open()</c>.</param>
/// <param name="identity">
/// What tells the site from the others of its operator in its member, free of layout; null where the construct's own tokens do.
/// An argument <c>a</c> is the same as every other argument <c>a</c>; the call that it belongs to tells it apart.
/// </param>
public sealed class InjectionSite(
    FaultOperator faultOperator, TextSpan span, ImmutableArray<TextChange> edits, string change, string? identity = null)
{
    /// <summary>The operator that found the site.</summary>
    public FaultOperator Operator { get; } = faultOperator;

    /// <summary>The golden construct that the fault concerns.</summary>
    public TextSpan Span { get; } = span;

    /// <summary>The text changes that inject the fault.</summary>
    public ImmutableArray<TextChange> Edits { get; } = edits;

    /// <summary>The change in words, for a commit's subject or a console line.</summary>
    public string Change { get; } = change;

    /// <summary>What tells the site apart inside its member; null where the construct's own tokens do.</summary>
    public string? Identity { get; } = identity;

    /// <summary>
    /// The site with edits that keep the tokens around a removal apart: <c>return-x</c> without its sign is <c>return x</c>.
    /// </summary>
    internal InjectionSite KeepingTokensApart(SyntaxNode root, SourceText golden) => Edits.Any(edit => Glues(edit, root, golden))
        ? new InjectionSite(Operator, Span, [.. Edits.Select(edit => Glues(edit, root, golden) ? new TextChange(edit.Span, " ") : edit)], Change, Identity)
        : this;

    // Inside of a token, such as a literal, nothing is to be kept apart.
    private static bool Glues(TextChange edit, SyntaxNode root, SourceText golden)
    {
        if (edit.NewText is not "" || edit.Span.Start == 0 || edit.Span.End >= golden.Length)
        {
            return false;
        }

        var (before, after) = (golden[edit.Span.Start - 1], golden[edit.Span.End]);
        return ((IsOfWord(before) && IsOfWord(after)) || (before == after && before is '+' or '-' or '&' or '|' or '<' or '>'))
            && root.FindToken(edit.Span.Start) is var token
            && (token.SpanStart >= edit.Span.Start || token.Span.End <= edit.Span.Start);
    }

    private static bool IsOfWord(char letter) => char.IsLetterOrDigit(letter) || letter == '_';
}
