using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>EFC: the programmer called twice what must be called once.</summary>
public sealed class ExtraneousFunctionCall : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "EFC",
        name: "extraneous function call",
        FaultClass.Algorithm,
        rationale: "A call is made here, although a caller or the next step makes it too. "
            + "The second call often changes nothing, until what it does is counted, written or sent.",
        before: """
            var names = new List<string>();
            names.Add("a");
            return names;
            """,
        after: """
            var names = new List<string>();
            names.Add("a");
            names.Add("a");
            return names;
            """,
        constraints: ["C01"],
        origin: FaultOrigin.FieldStudy,
        provenance: "field study by Durães and Madeira, IEEE TSE 32(11), 2006, outside of the library; no published count");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.ListOf(node) is not null
            && CallStatement.CallOf(node, model, cancel) is { } call
            && !Dependence.DeclaresVariables(node)
            && !CallStatement.IsWithoutEffect(call, model, cancel))
        {
            yield return Site(node, $"call {Excerpt.Of(node.Expression)} twice", Insertion.Before(node, node.ToString()));
        }
    }
}
