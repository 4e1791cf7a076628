using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>WALR: the programmer took two steps in the wrong order.</summary>
public sealed class MisplacedCode : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "WALR",
        name: "wrong algorithm, code was misplaced",
        FaultClass.Algorithm,
        rationale: "Both steps are there, and only their order is wrong. "
            + "Each of them looks right alone, and the order matters only where one reads what the other writes.",
        before: """
            var names = new List<string>();
            names.Add("a");
            names.Clear();
            return names;
            """,
        after: """
            var names = new List<string>();
            names.Clear();
            names.Add("a");
            return names;
            """,
        origin: FaultOrigin.FieldStudy,
        provenance: "field study by Durães and Madeira, IEEE TSE 32(11), 2006, outside of the library; no published count");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.ListOf(node) is { } list
            && list.SkipWhile(each => each != node).Skip(1).FirstOrDefault() is ExpressionStatementSyntax next
            && GoldenText.Of(node) != GoldenText.Of(next)
            && !Dependence.OnStatement(node, model, cancel)
            && !Dependence.OnStatement(next, model, cancel))
        {
            yield return Site(
                TextSpan.FromBounds(node.SpanStart, next.Span.End),
                $"{GoldenText.Of(node)} {GoldenText.Of(next)}",
                $"move {Excerpt.Of(node)} behind {Excerpt.Of(next)}",
                new TextChange(node.Span, next.ToString()),
                new TextChange(next.Span, node.ToString()));
        }
    }
}
