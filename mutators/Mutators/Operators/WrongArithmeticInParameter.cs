using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>WAEP: the programmer left a term out of a computed argument.</summary>
public sealed class WrongArithmeticInParameter : FaultOperator<ArgumentSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "WAEP",
        name: "wrong arithmetic expression in parameter of function call",
        FaultClass.Interface,
        rationale: "A term is forgotten where an argument is computed in place: an offset, a factor, the one of a count. "
            + "The call gets a number of the right type, and one that is right where the term is zero or one.",
        before: """
            var text = Environment.NewLine;
            return text.Substring(text.Length - 1);
            """,
        after: """
            var text = Environment.NewLine;
            return text.Substring(text.Length);
            """,
        fieldCount: 14);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ArgumentSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (CallArgument.CallOf(node) is { } call
            && ArithmeticExpression.LastTermOf(node.Expression) is { } term
            && ArithmeticExpression.IsOfNumbers(term, model, cancel)
            && !Dependence.OnExpression(term.Right, model, cancel)
            && CallArgument.StillBinds(call, term, term.Left, model, cancel))
        {
            var removed = TextSpan.FromBounds(term.Left.Span.End, term.Right.Span.End);
            var change = $"drop {term.OperatorToken.Text} {Excerpt.Of(term.Right)} from a parameter of {CallArgument.CalleeOf(call)}";
            yield return Site(node.Span, CallArgument.IdentityOf(node, call), change, new TextChange(removed, ""));
        }
    }
}
