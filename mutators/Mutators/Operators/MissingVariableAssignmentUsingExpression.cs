using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MVAE: the programmer forgot to compute a variable anew.</summary>
public sealed class MissingVariableAssignmentUsingExpression : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MVAE",
        name: "missing variable assignment using an expression",
        FaultClass.Assignment,
        rationale: "The variable keeps its earlier value, which is right often enough to pass a test. "
            + "The compiler has nothing to say, since the variable has a value already.",
        before: """
            var last = 0;
            last = Environment.ProcessorCount;
            return last;
            """,
        after: """
            var last = 0;
            return last;
            """,
        fieldCount: 21,
        constraints: ["C02", "C03", "C06", "C07"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.IsNotAlone(node)
            && AssignmentStatement.Of(node, model, cancel) is { IsValue: false } statement
            && statement.CanBeMissing(node, model, cancel))
        {
            yield return Site(node, $"drop assignment {Excerpt.Of(statement.Assignment)}", Removal.Of(node));
        }
    }
}
