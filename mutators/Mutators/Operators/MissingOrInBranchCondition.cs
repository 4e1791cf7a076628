using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MLOC: the programmer forgot one of the cases of a condition.</summary>
public sealed class MissingOrInBranchCondition : FaultOperator<BinaryExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MLOC",
        name: "missing OR sub-expression in branch condition",
        FaultClass.Checking,
        rationale: "One of several cases that a branch must take is not thought of, so it is taken too seldom. "
            + "The other cases work, and a test for the forgotten one would have made somebody think of it.",
        before: """
            var text = Environment.NewLine;
            if (text.Length > 2 || text == "\r")
            {
                text = "\n";
            }

            return text;
            """,
        after: """
            var text = Environment.NewLine;
            if (text.Length > 2)
            {
                text = "\n";
            }

            return text;
            """,
        fieldCount: 32,
        constraints: ["C12"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (!node.IsKind(SyntaxKind.LogicalOrExpression) || !BranchCondition.IsWholeChain(node) || !BranchCondition.Holds(node))
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
