using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MIA.G: the programmer forgot the condition of a guard, so the body is always left there.</summary>
public sealed class MissingIfAroundJump : FaultOperator<IfStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MIA.G",
        name: "missing IF construct around statements that leave the body",
        FaultClass.Checking,
        rationale: "The way out is there, but not the condition for taking it; what follows is never reached. "
            + "It is drastic where the body is much used, and stays where only rare work lies behind the way out.",
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
            {
                return 64;
            }

            return size;
            """,
        constraints: ["C08", "C09"],
        origin: FaultOrigin.Variant,
        weighedWith: "MIA",
        provenance: "MIA of the G-SWFIT library with one jump at the end of the part, as the S-variants of ESS-Group/clang-sfi");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(IfStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.StandsWithoutElse(node)
            && GuardedPart.IsSmallGuard(node.Statement)
            && !Dependence.OnGuard(node, node.Statement, model, cancel))
        {
            var change = $"drop the check of the guard if ({Excerpt.Of(node.Condition)})";
            yield return Site(node, change, Unguarding.Keep(node, node.Statement).AsSpan());
        }
    }
}
