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
        rationale: "A check of what comes in, with the return or the exception that follows, is not thought of.",
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
        weighedWith: "MIFS");

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
