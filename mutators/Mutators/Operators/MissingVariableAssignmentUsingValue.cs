using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MVAV: the programmer forgot to set a variable to a constant.</summary>
public sealed class MissingVariableAssignmentUsingValue : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MVAV",
        name: "missing variable assignment using a value",
        FaultClass.Assignment,
        rationale: "A flag or counter is not set back, which the first round does not show. "
            + "The compiler has nothing to say, since the variable has a value already.",
        before: """
            var isFirst = true;
            Console.Write(isFirst ? "" : ",");
            isFirst = false;
            return isFirst;
            """,
        after: """
            var isFirst = true;
            Console.Write(isFirst ? "" : ",");
            return isFirst;
            """,
        fieldCount: 20,
        constraints: ["C02", "C03", "C06", "C07"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.IsNotAlone(node)
            && AssignmentStatement.Of(node, model, cancel) is { IsValue: true } statement
            && statement.CanBeMissing(node, model, cancel))
        {
            yield return Site(node, $"drop assignment {Excerpt.Of(statement.Assignment)}", Removal.Of(node));
        }
    }
}
