using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-BLOCK: nothing happens in a block.</summary>
public sealed class EmptiedBlock : FaultOperator<BlockSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-BLOCK",
        name: "block emptied",
        FaultClass.Algorithm,
        rationale: "Everything that a body does is left out. A test that does not get there, or looks at nothing afterwards, does not notice.",
        before: """
            var names = new List<string>();
            if (names.Count == 0)
            {
                names.Add("a");
            }

            return names;
            """,
        after: """
            var names = new List<string>();
            if (names.Count == 0)
            {
            }

            return names;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Block removal of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BlockSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // What runs on behind the block must have run on before, with all that it needs.
        if (node.Statements.Count > 0
            && IsOptional(node, model, cancel)
            && !node.DescendantNodes().Any(each => each is LabeledStatementSyntax or YieldStatementSyntax)
            && Reachability.OfEnd(node, model)
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"empty {Excerpt.Of(node)}", Removal.Of(node.Statements[0], node.Statements.Last()));
        }
    }

    private static bool IsOptional(BlockSyntax node, SemanticModel model, CancellationToken cancel) => node.Parent switch
    {
        IfStatementSyntax or ElseClauseSyntax or CommonForEachStatementSyntax => true,
        MethodDeclarationSyntax method => model.GetDeclaredSymbol(method, cancel) is IMethodSymbol { ReturnsVoid: true } symbol
            && symbol.Parameters.All(parameter => parameter.RefKind != RefKind.Out),
        _ => false,
    };
}
