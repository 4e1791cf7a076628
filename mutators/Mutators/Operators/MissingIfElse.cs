using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MIES: the programmer forgot a distinction of two cases as a whole.</summary>
public sealed class MissingIfElse : FaultOperator<IfStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MIES",
        name: "missing IF construct plus statements plus ELSE plus statements",
        FaultClass.Algorithm,
        rationale: "A step that differs in two cases is missing in both of them. "
            + "What follows works with the state from before, which can be right by chance.",
        before: """
            var count = Environment.ProcessorCount;
            if (count > 64)
            {
                count = 64;
            }
            else
            {
                count++;
            }

            return count;
            """,
        after: """
            var count = Environment.ProcessorCount;

            return count;
            """,
        constraints: ["C02", "C09"],
        origin: FaultOrigin.FieldStudy,
        provenance: "field study by Durães and Madeira, IEEE TSE 32(11), 2006, outside of the library; no published count");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(IfStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Else is { Statement: var other }
            && Placement.IsNotAlone(node)
            && GuardedPart.IsSmallAndStraight(node.Statement)
            && GuardedPart.IsSmallAndStraight(other)
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"drop if ({Excerpt.Of(node.Condition)}) and the statements of both its cases", Removal.Of(node));
        }
    }
}
