using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-BIT: another bitwise operator.</summary>
public sealed class ExchangedBits : FaultOperator<BinaryExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-BIT",
        name: "bitwise operator exchanged",
        FaultClass.Algorithm,
        rationale: "Bits are joined by another operation or shifted the other way. A test with all bits set, or with none, does not notice.",
        before: """
            var x = Environment.ProcessorCount;
            return x & 6;
            """,
        after: """
            var x = Environment.ProcessorCount;
            return x | 6;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Bitwise of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Other(node) is { } other
            && Exchange.FitsOperator(node, other, model, cancel))
        {
            yield return Site(node, $"use {other} instead of {node.OperatorToken.Text} in {Excerpt.Of(node)}", new TextChange(node.OperatorToken.Span, other));
        }

        if (node.IsKind(SyntaxKind.ExclusiveOrExpression) && Exchange.Fits(node, $"~({node})", model, cancel))
        {
            yield return Site(node, $"complement {Excerpt.Of(node)}", new TextChange(new TextSpan(node.SpanStart, 0), "~("), new TextChange(new TextSpan(node.Span.End, 0), ")"));
        }
    }

    private static string? Other(BinaryExpressionSyntax node) => node.Kind() switch
    {
        SyntaxKind.BitwiseAndExpression => "|",
        SyntaxKind.BitwiseOrExpression => "&",
        SyntaxKind.ExclusiveOrExpression => "&",
        SyntaxKind.LeftShiftExpression => ">>",
        SyntaxKind.RightShiftExpression => "<<",
        _ => null,
    };
}
