using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>WVAV.M: the programmer assigned another constant than the right one to a field, property or element.</summary>
public sealed class WrongValueAssignedToMember : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "WVAV.M",
        name: "wrong value assigned to member",
        FaultClass.Assignment,
        rationale: "A constant is easily mistaken for another when the state of an object is set. "
            + "Who reads the state does so elsewhere, and not in every test.",
        before: """
            var items = new int[2];
            items[0] = 3;
            return items[0];
            """,
        after: """
            var items = new int[2];
            items[0] = 252;
            return items[0];
            """,
        constraints: ["C06", "C07"],
        origin: FaultOrigin.Variant,
        provenance: "WVAV of the G-SWFIT library without C03: fields, properties and elements, where C# keeps its state");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (MemberAssignment.Of(node, model, cancel) is { IsValue: true } statement
            && WrongValue.For(statement.Assignment.Right, model, cancel) is { } wrong)
        {
            var (member, right) = (Excerpt.Of(statement.Assignment.Left), statement.Assignment.Right);
            yield return Site(node, $"assign {wrong} instead of {Excerpt.Of(right)} to {member}", new TextChange(right.Span, wrong));
        }
    }
}
