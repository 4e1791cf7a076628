using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MLAC.W: the programmer forgot a condition that must hold too, in an expression.</summary>
public sealed class MissingAndInExpression : FaultOperator<BinaryExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MLAC.W",
        name: "missing AND sub-expression in the condition of an expression",
        FaultClass.Checking,
        rationale: "One of several conditions that must hold together is not thought of, so the case is taken too often. "
            + "An expression that chooses a value hides this better than a branch: no statement looks out of place.",
        before: """
            var text = Environment.NewLine;
            return text.Length > 1 && text[0] == 'a' ? text : "";
            """,
        after: """
            var text = Environment.NewLine;
            return text.Length > 1 ? text : "";
            """,
        constraints: ["C12"],
        origin: FaultOrigin.Variant,
        provenance: "MLAC of the G-SWFIT library in the conditions of `?:`, `when` and filters of handlers");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (!node.IsKind(SyntaxKind.LogicalAndExpression) || !BranchCondition.HoldsInExpression(node) || !BranchCondition.IsWholeChain(node))
        {
            yield break;
        }

        var index = 0;
        foreach (var (condition, removal) in BranchCondition.Members(node))
        {
            if (!Dependence.OnExpression(condition, model, cancel))
            {
                yield return Site(node.Span, $"{GoldenText.Of(node)} without {index}", $"drop {Excerpt.Of(condition)} from a condition", removal);
            }

            index++;
        }
    }
}
