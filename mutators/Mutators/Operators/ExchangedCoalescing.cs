using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-NULL: one side of a null-coalescing expression only.</summary>
public sealed class ExchangedCoalescing : FaultOperator<BinaryExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-NULL",
        name: "null-coalescing dropped",
        FaultClass.Checking,
        rationale: "Only one side of a null-coalescing expression is left. A test with null only, or without it, does not notice.",
        before: """
            var a = Environment.GetEnvironmentVariable("A") ?? "";
            return a;
            """,
        after: """
            var a = "";
            return a;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Null-coalescing of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (!node.IsKind(SyntaxKind.CoalesceExpression))
        {
            yield break;
        }

        if (node.Right is not ThrowExpressionSyntax
            && !Dependence.OnExpression(node.Left, model, cancel)
            && Exchange.Fits(node, node.Right.ToString(), model, cancel))
        {
            yield return Site(node, $"drop {Excerpt.Of(node.Left)} ??", new TextChange(TextSpan.FromBounds(node.SpanStart, node.Right.SpanStart), ""));
        }

        // Null in the place of null changes nothing.
        if (!node.Right.IsKind(SyntaxKind.NullLiteralExpression)
            && !Dependence.OnExpression(node.Right, model, cancel)
            && Exchange.Fits(node, node.Left.ToString(), model, cancel))
        {
            yield return Site(node, $"drop ?? {Excerpt.Of(node.Right)}", new TextChange(TextSpan.FromBounds(node.Left.Span.End, node.Span.End), ""));
        }
    }
}
