using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MIEB.G: the programmer forgot the special case that leaves the body in front of the usual one.</summary>
public sealed class MissingGuardBeforeElse : FaultOperator<IfStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MIEB.G",
        name: "missing IF construct plus statements that leave the body plus ELSE before statements",
        FaultClass.Algorithm,
        rationale: "The usual case is always taken; the special case that should end the body before it was not thought of. "
            + "Tests of the usual case pass as before.",
        before: """
            var count = Environment.ProcessorCount;
            if (count > 64)
            {
                return 64;
            }
            else
            {
                count++;
            }

            return count;
            """,
        after: """
            var count = Environment.ProcessorCount;
            {
                count++;
            }

            return count;
            """,
        constraints: ["C09"],
        origin: FaultOrigin.Variant,
        weighedWith: "MIEB",
        provenance: "MIEB of the G-SWFIT library with one jump at the end of the part, as the S-variants of ESS-Group/clang-sfi");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(IfStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Else is { Statement: var usual }
            && GuardedPart.IsSmallGuard(node.Statement)
            && !Dependence.OnGuard(node, usual, model, cancel))
        {
            var change = $"drop guard if ({Excerpt.Of(node.Condition)}) and its statements before else";
            yield return Site(node, change, Unguarding.Keep(node, usual).AsSpan());
        }
    }
}
