using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>WAEP.I: the programmer left a term out of a computed index.</summary>
public sealed class WrongArithmeticInIndex : FaultOperator<ArgumentSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "WAEP.I",
        name: "wrong arithmetic expression in index",
        FaultClass.Interface,
        rationale: "An index is off by the term that nobody thought of: an offset, a stride, the one of a last element. "
            + "Inside the bounds it reads a neighbour, and only at the end an exception tells.",
        before: """
            var names = Environment.GetCommandLineArgs();
            return names[names.Length - 1];
            """,
        after: """
            var names = Environment.GetCommandLineArgs();
            return names[names.Length];
            """,
        origin: FaultOrigin.Variant,
        provenance: "WAEP of the G-SWFIT library for the index of an element");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ArgumentSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node is { RefKindKeyword.RawKind: 0, Parent: BracketedArgumentListSyntax { Parent: ElementAccessExpressionSyntax element } }
            && ArithmeticExpression.LastTermOf(node.Expression) is { } term
            && ArithmeticExpression.IsOfNumbers(term, model, cancel)
            && !Dependence.OnExpression(term.Right, model, cancel)
            && CallArgument.StillBinds(element, term, term.Left, model, cancel))
        {
            var removed = TextSpan.FromBounds(term.Left.Span.End, term.Right.Span.End);
            var change = $"drop {term.OperatorToken.Text} {Excerpt.Of(term.Right)} from an index of {Excerpt.Of(element.Expression)}";
            yield return Site(node.Span, GoldenText.Of(element), change, new TextChange(removed, ""));
        }
    }
}
