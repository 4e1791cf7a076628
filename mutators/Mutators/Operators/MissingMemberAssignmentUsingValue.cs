using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MVAV.M: the programmer forgot to set a field, property or element to a constant.</summary>
public sealed class MissingMemberAssignmentUsingValue : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MVAV.M",
        name: "missing assignment of a member using a value",
        FaultClass.Assignment,
        rationale: "A flag or counter of an object is not set back, which its first use does not show. Tests mostly make a new object for each case.",
        before: """
            var items = new int[2];
            items[0] = 3;
            return items[0];
            """,
        after: """
            var items = new int[2];
            return items[0];
            """,
        constraints: ["C02", "C06", "C07"],
        origin: FaultOrigin.Variant,
        provenance: "MVAV of the G-SWFIT library without C03: fields, properties and elements, where C# keeps its state");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.IsNotAlone(node)
            && MemberAssignment.Of(node, model, cancel) is { IsValue: true } statement
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"drop assignment {Excerpt.Of(statement.Assignment)}", Removal.Of(node));
        }
    }
}
