using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Operators;

/// <summary>C-CHECK: an overflow that nobody notices.</summary>
public sealed class UncheckedArithmetic : FaultOperator<CheckedExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-CHECK",
        name: "checked arithmetic made unchecked",
        FaultClass.Checking,
        rationale: "An overflow goes on with a wrong number instead of an exception. A test with small numbers does not notice.",
        before: """
            var x = Environment.ProcessorCount;
            return checked(x + x);
            """,
        after: """
            var x = Environment.ProcessorCount;
            return unchecked(x + x);
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Checked of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(CheckedExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (!model.GetConstantValue(node, cancel).HasValue)
        {
            var other = node.IsKind(SyntaxKind.CheckedExpression) ? "unchecked" : "checked";
            yield return Site(node, $"use {other} instead of {node.Keyword.Text} in {Excerpt.Of(node)}", new TextChange(node.Keyword.Span, other));
        }
    }
}
