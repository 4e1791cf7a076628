using System.Buffers;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// Comments by which programmers take sites out: <c>// mutators: off MFC — only warms the cache</c>. Above a statement, a member or a
/// type it takes out what lies inside; behind code, what begins on its line. Without an operator it means all of them. The reason is
/// mandatory, because the next reader cannot guess it: a comment without one takes nothing out.
/// </summary>
public sealed class SiteComments
{
    private const string Sign = "mutators: off";

    /// <summary>Characters that are searched at once.</summary>
    private const int PartLength = 16_384;

    private readonly ImmutableArray<(TextSpan Span, bool IsLine, ImmutableArray<string> Operators)> _taken;

    private SiteComments(
        ImmutableArray<(TextSpan Span, bool IsLine, ImmutableArray<string> Operators)> taken, ImmutableArray<Location> withoutEffect) =>
        (_taken, WithoutEffect) = (taken, withoutEffect);

    /// <summary>Comments that give no reason, name an operator that there is not, or are written in another way, and so take nothing out.</summary>
    public ImmutableArray<Location> WithoutEffect { get; }

    /// <summary>The comments of a tree.</summary>
    public static SiteComments Of(SyntaxTree tree, CancellationToken cancel) =>
        // Few files hold such a comment, and a walk over all trivia is not for free.
        MayBeIn(tree, cancel) ? Read(tree.GetRoot(cancel), tree.GetText(cancel)) : new SiteComments([], []);

    /// <summary>
    /// Whether a tree's text has the words of such a comment, in a comment or elsewhere. Costs a search, and loads nothing. It goes part by part, since the
    /// whole text of a long file would be a large object, for which a compiler at work waits as long as for a collection.
    /// </summary>
    public static bool MayBeIn(SyntaxTree tree, CancellationToken cancel)
    {
        var text = tree.GetText(cancel);
        var part = ArrayPool<char>.Shared.Rent(PartLength);
        try
        {
            for (var start = 0; start < text.Length; start += PartLength - Sign.Length)
            {
                var length = Math.Min(PartLength, text.Length - start);
                text.CopyTo(start, part, 0, length);
                if (part.AsSpan(0, length).IndexOf(Sign.AsSpan(), StringComparison.OrdinalIgnoreCase) >= 0)
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(part);
        }
    }

    /// <summary>Whether a comment takes the site out.</summary>
    public bool TakeOut(InjectionSite site) => _taken.Any(each =>
        (each.Operators.IsEmpty || each.Operators.Contains(site.Operator.Definition.Id, StringComparer.OrdinalIgnoreCase))
        && (each.IsLine ? each.Span.Contains(site.Span.Start) : each.Span.Contains(site.Span)));

    private static SiteComments Read(SyntaxNode root, SourceText text)
    {
        var taken = ImmutableArray.CreateBuilder<(TextSpan, bool, ImmutableArray<string>)>();
        var withoutEffect = ImmutableArray.CreateBuilder<Location>();
        foreach (var comment in root.DescendantTrivia().Where(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)))
        {
            var words = comment.ToString();
            var form = Form.Expression.Match(words.TrimEnd());
            var operators = form.Groups["operators"].Value.Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (form.Success && Array.TrueForAll(operators, id => FaultOperator.All.Any(each => string.Equals(each.Definition.Id, id, StringComparison.OrdinalIgnoreCase))))
            {
                var isLine = comment.Token.TrailingTrivia.Contains(comment);
                taken.Add((isLine ? text.Lines.GetLineFromPosition(comment.SpanStart).Span : NodeBelow(comment.Token).Span, isLine, [.. operators]));
            }
            else if (words.IndexOf(Sign, StringComparison.OrdinalIgnoreCase) >= 0)
            {
                withoutEffect.Add(comment.GetLocation());
            }
        }

        return new SiteComments(taken.ToImmutable(), withoutEffect.ToImmutable());
    }

    /// <summary>Apart, so that the expression is made where there is a comment to read.</summary>
    private static class Form
    {
        public static readonly Regex Expression = new(
            @"^//+\s*mutators: off(?<operators>(\s+[A-Z][A-Z.-]*[A-Z],?)*)\s*(—|–|--|-|:)\s*(?<reason>\S.*)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
    }

    // The largest construct that begins below the comment; a file is none, since it begins below every comment at its top.
    private static SyntaxNode NodeBelow(SyntaxToken token) => token.Parent!.AncestorsAndSelf()
        .TakeWhile(node => node.GetFirstToken() == token && !node.IsKind(SyntaxKind.CompilationUnit))
        .LastOrDefault() ?? SyntaxFactory.EmptyStatement();
}
