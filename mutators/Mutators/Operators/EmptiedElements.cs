using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-COLL: a collection without elements.</summary>
public sealed class EmptiedElements : FaultOperator<ExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-COLL",
        name: "collection emptied",
        FaultClass.Assignment,
        rationale: "A collection begins empty instead of with its elements. A test that does not look into the collection does not notice.",
        before: """
            int[] numbers = [1, 2];
            return numbers;
            """,
        after: """
            int[] numbers = [];
            return numbers;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Collection expression and initializer of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // A collection without elements says nothing of its type, so something else must.
        var brackets = node switch
        {
            CollectionExpressionSyntax { Elements.Count: > 0 } list when Exchange.IsPlainValue(list) && list.Parent is not ArgumentSyntax
                && !(list.Parent is ReturnStatementSyntax or ArrowExpressionClauseSyntax && list.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>() is not null) =>
                (list.OpenBracketToken, list.CloseBracketToken),
            InitializerExpressionSyntax { Expressions.Count: > 0, Parent: ObjectCreationExpressionSyntax or ImplicitObjectCreationExpressionSyntax } list
                when list.IsKind(SyntaxKind.CollectionInitializerExpression) => (list.OpenBraceToken, list.CloseBraceToken),
            _ => default,
        };
        if (brackets != default && !Dependence.DeclaresVariables(node) && !Writes.In(node).Any())
        {
            var inside = TextSpan.FromBounds(brackets.Item1.Span.End, brackets.Item2.SpanStart);
            yield return Site(node, $"empty {Excerpt.Of(node)}", new TextChange(inside, node is CollectionExpressionSyntax ? "" : " "));
        }
    }
}
