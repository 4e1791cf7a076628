using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MFC: the programmer forgot a call whose result nobody reads.</summary>
public sealed class MissingFunctionCall : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MFC",
        name: "missing function call",
        FaultClass.Algorithm,
        rationale: "A call made only for its effect can be forgotten without a compile error. "
            + "No variable is left unset and no value is missing, so what the call should have done shows elsewhere or later.",
        before: """
            var names = new List<string> { "b", "a" };
            names.Sort();
            return names[0];
            """,
        after: """
            var names = new List<string> { "b", "a" };
            return names[0];
            """,
        fieldCount: 46,
        constraints: ["C01", "C02"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.IsNotAlone(node)
            && CallStatement.CallOf(node, model, cancel) is { } call
            && !CallStatement.IsWithoutEffect(call, model, cancel)
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"drop call {Excerpt.Of(node.Expression)}", Removal.Of(node));
        }
    }
}
