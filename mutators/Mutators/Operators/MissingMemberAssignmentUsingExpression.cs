using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MVAE.M: the programmer forgot to compute a field, property or element anew.</summary>
public sealed class MissingMemberAssignmentUsingExpression : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MVAE.M",
        name: "missing assignment of a member using an expression",
        FaultClass.Assignment,
        rationale: "The object keeps its earlier state, which is right often enough to pass a test. "
            + "Who reads the member does so in another method, far from where the assignment is missing.",
        before: """
            var items = new int[2];
            items[0] = Environment.ProcessorCount;
            return items[0];
            """,
        after: """
            var items = new int[2];
            return items[0];
            """,
        constraints: ["C02", "C06", "C07"],
        origin: FaultOrigin.Variant,
        provenance: "MVAE of the G-SWFIT library without C03: fields, properties and elements, where C# keeps its state");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.IsNotAlone(node)
            && MemberAssignment.Of(node, model, cancel) is { IsValue: false } statement
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"drop assignment {Excerpt.Of(statement.Assignment)}", Removal.Of(node));
        }
    }
}
