using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MIEB: the programmer forgot the special case in front of the usual one.</summary>
public sealed class MissingIfElseBeforeStatements : FaultOperator<IfStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MIEB",
        name: "missing IF construct plus statements plus ELSE before statements",
        FaultClass.Algorithm,
        rationale: "The usual case is there and always taken; the special case that should come before it was not thought of. "
            + "All that is usual goes on to work.",
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
            {
                count++;
            }

            return count;
            """,
        fieldCount: 18,
        constraints: ["C09"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(IfStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Else is { Statement: var usual }
            && GuardedPart.IsSmallAndStraight(node.Statement)
            && !Dependence.OnGuard(node, usual, model, cancel))
        {
            var change = $"drop if ({Excerpt.Of(node.Condition)}) and its statements before else";
            yield return Site(node, change, Unguarding.Keep(node, usual).AsSpan());
        }
    }
}
