using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-BOOL: the other truth.</summary>
public sealed class ExchangedBoolean : FaultOperator<LiteralExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-BOOL",
        name: "boolean literal exchanged",
        FaultClass.Assignment,
        rationale: "A flag says the opposite. A test that does not look at what depends on the flag does not notice.",
        before: """
            bool found = false;
            return found;
            """,
        after: """
            bool found = true;
            return found;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Boolean of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(LiteralExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Kind() is SyntaxKind.TrueLiteralExpression or SyntaxKind.FalseLiteralExpression && Exchange.IsPlainValue(node))
        {
            var other = node.IsKind(SyntaxKind.TrueLiteralExpression) ? "false" : "true";
            yield return Site(node.Span, GoldenText.Of(node.Parent!), $"use {other} instead of {node}", new TextChange(node.Span, other));
        }
    }
}
