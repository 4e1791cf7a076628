using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-STMT: one statement less.</summary>
public sealed class RemovedStatement : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-STMT",
        name: "statement removed",
        FaultClass.Algorithm,
        rationale: "A test that does not look at what the statement does does not notice.",
        before: """
            var names = new List<string>();
            names.Add("a");
            return names;
            """,
        after: """
            var names = new List<string>();
            return names;
            """,
        origin: FaultOrigin.Classic);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.ListOf(node) is not null && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"remove {Excerpt.Of(node)}", Removal.Of(node));
        }
    }
}
