using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MIFS.G: the programmer forgot a guard that leaves the body.</summary>
public sealed class MissingGuard : FaultOperator<IfStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MIFS.G",
        name: "missing IF construct plus statements that leave the body",
        FaultClass.Algorithm,
        rationale: "A check of what comes in, with the return or the exception that follows, is not thought of. "
            + "Right input never needs it, and wrong input goes on to where its damage is harder to explain.",
        before: """
            var size = Environment.ProcessorCount;
            if (size > 64)
            {
                return 64;
            }

            return size;
            """,
        after: """
            var size = Environment.ProcessorCount;

            return size;
            """,
        constraints: ["C02", "C08", "C09"],
        origin: FaultOrigin.Variant,
        weighedWith: "MIFS",
        provenance: "MIFS of the G-SWFIT library with one jump at the end of the part, as the S-variants of ESS-Group/clang-sfi; "
            + "of the repairs in Defects4J 19.5 % add a conditional block with a return and 8.4 % one with a throw");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(IfStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.StandsWithoutElse(node)
            && Placement.IsNotAlone(node)
            && GuardedPart.IsSmallGuard(node.Statement)
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"drop guard if ({Excerpt.Of(node.Condition)}) and its statements", Removal.Of(node));
        }
    }
}
