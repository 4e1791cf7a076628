using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MLAC: the programmer forgot a condition that must hold too.</summary>
public sealed class MissingAndInBranchCondition : FaultOperator<BinaryExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MLAC",
        name: "missing AND sub-expression in branch condition",
        FaultClass.Checking,
        rationale: "One of several conditions that must hold together is not thought of, so the branch is taken too often. "
            + "Inputs for which the other conditions decide alone show no difference.",
        before: """
            var text = Environment.NewLine;
            if (text.Length > 0 && text[0] == '\r')
            {
                text = text.Substring(1);
            }

            return text;
            """,
        after: """
            var text = Environment.NewLine;
            if (text[0] == '\r')
            {
                text = text.Substring(1);
            }

            return text;
            """,
        fieldCount: 47,
        constraints: ["C12"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (!node.IsKind(SyntaxKind.LogicalAndExpression) || !BranchCondition.IsWholeChain(node) || !BranchCondition.Holds(node))
        {
            yield break;
        }

        var index = 0;
        foreach (var (condition, removal) in BranchCondition.Members(node))
        {
            if (!Dependence.OnExpression(condition, model, cancel))
            {
                var identity = $"{GoldenText.Of(node)} without {index}";
                yield return Site(node.Span, identity, $"drop {Excerpt.Of(condition)} from a condition", removal);
            }

            index++;
        }
    }
}
