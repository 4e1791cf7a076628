using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MLOC.P: the programmer forgot a pattern that is enough too.</summary>
public sealed class MissingOrInPattern : FaultOperator<BinaryPatternSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MLOC.P",
        name: "missing OR sub-pattern",
        FaultClass.Checking,
        rationale: "One of several patterns that each are enough is not thought of, so too little matches. "
            + "The values named work, and those that came later to an enumeration or a protocol are forgotten.",
        before: """
            var count = Environment.ProcessorCount;
            return count is 1 or 2;
            """,
        after: """
            var count = Environment.ProcessorCount;
            return count is 1;
            """,
        constraints: ["C12"],
        origin: FaultOrigin.Variant,
        provenance: "MLOC of the G-SWFIT library for the patterns of C#");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryPatternSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // A pattern around it may rest on the type that all of them have in common.
        if (!node.IsKind(SyntaxKind.OrPattern) || !PatternChain.IsWhole(node) || node.Ancestors().TakeWhile(each => each is PatternSyntax).Any(each => each.IsKind(SyntaxKind.AndPattern)))
        {
            yield break;
        }

        var index = 0;
        foreach (var (pattern, removal) in PatternChain.Members(node))
        {
            yield return Site(node.Span, $"{GoldenText.Of(node)} without {index++}", $"drop {Excerpt.Of(pattern)} from a pattern", removal);
        }
    }
}
