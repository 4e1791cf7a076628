using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MIFS: the programmer forgot a special case, condition and statements together.</summary>
public sealed class MissingIfPlusStatements : FaultOperator<IfStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MIFS",
        name: "missing IF construct plus statements",
        FaultClass.Algorithm,
        rationale: "A special case that nobody thought of is missing as a whole: the test for it and what should happen then. "
            + "The code left reads as complete, and only input of that special kind shows the gap.",
        before: """
            var free = 16 - Environment.GetCommandLineArgs().Length;
            if (free < 0)
            {
                free = 0;
            }

            return free;
            """,
        after: """
            var free = 16 - Environment.GetCommandLineArgs().Length;

            return free;
            """,
        fieldCount: 71,
        constraints: ["C02", "C08", "C09"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(IfStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.StandsWithoutElse(node)
            && Placement.IsNotAlone(node)
            && GuardedPart.IsSmallAndStraight(node.Statement)
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"drop if ({Excerpt.Of(node.Condition)}) and its statements", Removal.Of(node));
        }
    }
}
