using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MLAC.P: the programmer forgot a pattern that must match too.</summary>
public sealed class MissingAndInPattern : FaultOperator<BinaryPatternSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MLAC.P",
        name: "missing AND sub-pattern",
        FaultClass.Checking,
        rationale: "One of several patterns that must match together is not thought of, so too much matches. "
            + "A pattern reads as complete as soon as it names the type or the member that one has in mind.",
        before: """
            var count = Environment.ProcessorCount;
            return count is > 1 and < 64;
            """,
        after: """
            var count = Environment.ProcessorCount;
            return count is > 1;
            """,
        constraints: ["C12"],
        origin: FaultOrigin.Variant,
        provenance: "MLAC of the G-SWFIT library for the patterns of C#");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryPatternSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // Wider cases of a switch would hide later ones, which is an error; and behind a type its members are known.
        if (!node.IsKind(SyntaxKind.AndPattern) || !PatternChain.IsWhole(node) || node.FirstAncestorOrSelf<SyntaxNode>(IsOutermost) is not IsPatternExpressionSyntax)
        {
            yield break;
        }

        var index = 0;
        foreach (var (pattern, removal) in PatternChain.Members(node))
        {
            if ((pattern == node.Right || !PatternChain.Narrows(pattern, model, cancel)) && !Dependence.OnPattern(pattern, model, cancel))
            {
                yield return Site(node.Span, $"{GoldenText.Of(node)} without {index}", $"drop {Excerpt.Of(pattern)} from a pattern", removal);
            }

            index++;
        }
    }

    private static bool IsOutermost(SyntaxNode node) =>
        node is IsPatternExpressionSyntax or SwitchExpressionArmSyntax or CasePatternSwitchLabelSyntax or StatementSyntax;
}
