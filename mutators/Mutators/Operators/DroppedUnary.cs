using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-UNARY: no sign and no negation, or the other sign.</summary>
public sealed class DroppedUnary : FaultOperator<PrefixUnaryExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-UNARY",
        name: "unary operator dropped or exchanged",
        FaultClass.Algorithm,
        rationale: "A sign or a negation is left out, or the sign is the other one. A test with zero, or without the other case, does not notice.",
        before: """
            var x = Environment.ProcessorCount;
            return -x;
            """,
        after: """
            var x = Environment.ProcessorCount;
            return x;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Unary of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(PrefixUnaryExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.IsKind(SyntaxKind.UnaryPlusExpression) && !StandsAtMinus(node) && Exchange.Fits(node, $"-{node.Operand}", model, cancel))
        {
            yield return Site(node, $"use - instead of + in {Excerpt.Of(node)}", new TextChange(node.OperatorToken.Span, "-"));
        }

        if (node.Kind() is SyntaxKind.UnaryMinusExpression or SyntaxKind.LogicalNotExpression or SyntaxKind.BitwiseNotExpression
            && Exchange.FitsOperand(node, model, cancel))
        {
            yield return Site(node, $"drop {node.OperatorToken.Text} in {Excerpt.Of(node)}", new TextChange(TextSpan.FromBounds(node.SpanStart, node.Operand.SpanStart), ""));
        }
    }

    // Two minus signs in a row are a decrement.
    private static bool StandsAtMinus(PrefixUnaryExpressionSyntax node) =>
        node.GetFirstToken().GetPreviousToken().Text.StartsWith("-", StringComparison.Ordinal)
        || node.Operand.GetFirstToken().Text.StartsWith("-", StringComparison.Ordinal);
}
