using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-FINALLY: the programmer did not think of what must happen whatever else happens.</summary>
public sealed class MissingFinally : FaultOperator<TryStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-FINALLY",
        name: "missing finally",
        FaultClass.Algorithm,
        rationale: "The steps that give a lock, a count or a state back are not taken when they are forgotten or an exception passes them. "
            + "That shows only when somebody needs the same thing again.",
        before: """
            var depth = 1;
            try
            {
                Console.Write(depth);
            }
            finally
            {
                depth--;
            }

            return depth;
            """,
        after: """
            var depth = 1;
            {
                Console.Write(depth);
            }

            return depth;
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(TryStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Finally is not { Block.Statements.Count: > 0 } last || Dependence.OnStatement(last.Block, model, cancel))
        {
            yield break;
        }

        var keyword = TextSpan.FromBounds(node.SpanStart, node.Block.SpanStart);
        var change = $"drop finally {Excerpt.Of(last.Block)}";
        yield return node.Catches.Count > 0
            ? Site(node, change, Removal.Of(last))
            : Site(node, change, new TextChange(keyword, ""), Removal.Of(last));
    }
}
