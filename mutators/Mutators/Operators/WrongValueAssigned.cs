using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>WVAV: the programmer assigned another constant than the right one.</summary>
public sealed class WrongValueAssigned : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "WVAV",
        name: "wrong value assigned to variable",
        FaultClass.Assignment,
        rationale: "A constant is easily mistaken for another: a wrong flag, limit or member of an enumeration. "
            + "It is of the right type and reads as plausible as the right one.",
        before: """
            var retries = 0;
            retries = 3;
            return retries;
            """,
        after: """
            var retries = 0;
            retries = 252;
            return retries;
            """,
        fieldCount: 16,
        constraints: ["C03", "C06", "C07"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (AssignmentStatement.Of(node, model, cancel) is { IsValue: true } statement
            && WrongValue.For(statement.Assignment.Right, model, cancel) is { } wrong)
        {
            var (variable, right) = (Excerpt.Of(statement.Assignment.Left), statement.Assignment.Right);
            yield return Site(node, $"assign {wrong} instead of {Excerpt.Of(right)} to {variable}", new TextChange(right.Span, wrong));
        }
    }
}
