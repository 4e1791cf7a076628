using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-REL: another relational operator.</summary>
public sealed class ExchangedRelation : FaultOperator<BinaryExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-REL",
        name: "relational operator exchanged",
        FaultClass.Checking,
        rationale: "A comparison draws its boundary elsewhere, or is turned round. A test that stays away from the boundary does not notice.",
        before: """
            var x = Environment.ProcessorCount;
            return x > 1;
            """,
        after: """
            var x = Environment.ProcessorCount;
            return x >= 1;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Equality of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        foreach (var other in Others(node).Where(each => Exchange.FitsOperator(node, each, model, cancel)))
        {
            yield return Site(node, $"use {other} instead of {node.OperatorToken.Text} in {Excerpt.Of(node)}", new TextChange(node.OperatorToken.Span, other));
        }
    }

    // The boundary elsewhere, then the other way round.
    private static string[] Others(BinaryExpressionSyntax node) => node.Kind() switch
    {
        SyntaxKind.LessThanExpression => ["<=", ">"],
        SyntaxKind.LessThanOrEqualExpression => ["<", ">"],
        SyntaxKind.GreaterThanExpression => [">=", "<"],
        SyntaxKind.GreaterThanOrEqualExpression => [">", "<"],
        SyntaxKind.EqualsExpression => ["!="],
        SyntaxKind.NotEqualsExpression => ["=="],
        _ => [],
    };
}
