using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-ARITH: another arithmetic operator.</summary>
public sealed class ExchangedArithmetic : FaultOperator<BinaryExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-ARITH",
        name: "arithmetic operator exchanged",
        FaultClass.Algorithm,
        rationale: "A number is computed by the opposite operation. "
            + "A test that does not look at the number, or has operands for which both agree, does not notice.",
        before: """
            var x = Environment.ProcessorCount;
            return x + x;
            """,
        after: """
            var x = Environment.ProcessorCount;
            return x - x;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Arithmetic of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Other(node) is { } other
            && Exchange.IsNumber(node.Left, model, cancel)
            && Exchange.IsNumber(node.Right, model, cancel)
            && !(other == "/" && model.GetConstantValue(node.Right, cancel).HasValue)
            && Exchange.FitsOperator(node, other, model, cancel))
        {
            yield return Site(node, $"use {other} instead of {node.OperatorToken.Text} in {Excerpt.Of(node)}", new TextChange(node.OperatorToken.Span, other));
        }
    }

    private static string? Other(BinaryExpressionSyntax node) => node.Kind() switch
    {
        SyntaxKind.AddExpression => "-",
        SyntaxKind.SubtractExpression => "+",
        SyntaxKind.MultiplyExpression => "/",
        SyntaxKind.DivideExpression => "*",
        SyntaxKind.ModuloExpression => "*",
        _ => null,
    };
}
