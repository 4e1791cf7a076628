using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-LOGIC: another logical operator.</summary>
public sealed class ExchangedLogic : FaultOperator<BinaryExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-LOGIC",
        name: "logical operator exchanged",
        FaultClass.Checking,
        rationale: "Conditions are joined by the other operator. A test with equal conditions does not notice.",
        before: """
            var x = Environment.ProcessorCount;
            return x > 1 && x < 9;
            """,
        after: """
            var x = Environment.ProcessorCount;
            return x > 1 || x < 9;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Logical of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Other(node) is { } other
            && (node.IsKind(SyntaxKind.ExclusiveOrExpression) ? IsExclusive(node, model, cancel) : Exchange.FitsOperator(node, other, model, cancel)))
        {
            yield return Site(node, $"use {other} instead of {node.OperatorToken.Text} in {Excerpt.Of(node)}", new TextChange(node.OperatorToken.Span, other));
        }
    }

    private static string? Other(BinaryExpressionSyntax node) => node.Kind() switch
    {
        SyntaxKind.LogicalAndExpression => "||",
        SyntaxKind.LogicalOrExpression => "&&",
        SyntaxKind.ExclusiveOrExpression => "==",
        _ => null,
    };

    // Of two conditions, not of bits; and `a ^ b & c` would be joined otherwise.
    private static bool IsExclusive(BinaryExpressionSyntax node, SemanticModel model, CancellationToken cancel) =>
        model.GetTypeInfo(node, cancel).Type is { SpecialType: SpecialType.System_Boolean }
        && !BindsLooser(node.Left)
        && !BindsLooser(node.Right)
        && Exchange.Fits(node, $"{node.Left} == {node.Right}", model, cancel);

    private static bool BindsLooser(ExpressionSyntax operand) => operand.Kind() is SyntaxKind.BitwiseAndExpression or SyntaxKind.ExclusiveOrExpression;
}
