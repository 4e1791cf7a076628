using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-STRING: no text, or another one.</summary>
public sealed class ExchangedString : FaultOperator<LiteralExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-STRING",
        name: "string literal exchanged",
        FaultClass.Assignment,
        rationale: "A test that does not read the text does not notice.",
        before: """
            var text = "a";
            return text;
            """,
        after: """
            var text = "";
            return text;
            """,
        origin: FaultOrigin.Classic);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(LiteralExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.IsKind(SyntaxKind.StringLiteralExpression) && Exchange.IsPlainValue(node) && node.Token.Text != "\"\"")
        {
            yield return Site(node.Span, GoldenText.Of(node.Parent!), $"use no text instead of {Excerpt.Of(node)}", new TextChange(node.Span, "\"\""));
        }
        else if (node.IsKind(SyntaxKind.StringLiteralExpression) && Exchange.IsPlainValue(node))
        {
            yield return Site(node.Span, GoldenText.Of(node.Parent!), "use a text instead of none", new TextChange(node.Span, "\"mutant\""));
        }
    }
}
