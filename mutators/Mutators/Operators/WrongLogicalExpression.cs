using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>WLEC: the programmer wrote another condition than the right one.</summary>
public sealed class WrongLogicalExpression : FaultOperator<StatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "WLEC",
        name: "wrong logical expression used as branch condition",
        FaultClass.Checking,
        rationale: "The case at the boundary is put on the wrong side, or a condition is turned round. "
            + "Values away from the boundary take the right branch.",
        before: """
            var text = Environment.NewLine;
            if (text.Length > 1)
            {
                text = text.Substring(1);
            }

            return text;
            """,
        after: """
            var text = Environment.NewLine;
            if (text.Length >= 1)
            {
                text = text.Substring(1);
            }

            return text;
            """,
        fieldCount: 22,
        origin: FaultOrigin.FieldStudy);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(StatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        var condition = node switch
        {
            IfStatementSyntax branch => branch.Condition,
            WhileStatementSyntax loop => loop.Condition,
            DoStatementSyntax loop => loop.Condition,
            ForStatementSyntax loop => loop.Condition,
            _ => null,
        };
        if (condition is not null && WrongLogic.Of(condition, model, cancel) is var (edits, change))
        {
            yield return Site(condition, change, edits);
        }
    }
}
