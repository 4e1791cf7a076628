using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MIA: the programmer forgot the condition, so the statements always run.</summary>
public sealed class MissingIfAroundStatements : FaultOperator<IfStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MIA",
        name: "missing IF construct around statements",
        FaultClass.Checking,
        rationale: "The step is there, but nobody thought of the case in which it must not be taken. "
            + "Where the condition mostly holds, the step is mostly right.",
        before: """
            var text = Environment.NewLine;
            if (text.Length > 1)
            {
                text = text.Substring(1);
            }

            return text;
            """,
        after: """
            var text = Environment.NewLine;
            {
                text = text.Substring(1);
            }

            return text;
            """,
        fieldCount: 34,
        constraints: ["C08", "C09"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(IfStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.StandsWithoutElse(node)
            && GuardedPart.IsSmallAndStraight(node.Statement)
            && !Dependence.OnGuard(node, node.Statement, model, cancel))
        {
            var change = $"drop the check if ({Excerpt.Of(node.Condition)})";
            yield return Site(node, change, Unguarding.Keep(node, node.Statement).AsSpan());
        }
    }
}
