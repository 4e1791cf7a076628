using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-LOCK: the programmer did not think of a second thread.</summary>
public sealed class MissingLock : FaultOperator<LockStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-LOCK",
        name: "missing lock around statements",
        FaultClass.Timing,
        rationale: "The statements are right when one thread runs them, and tests mostly have one.",
        before: """
            var names = new List<string>();
            lock (names)
            {
                names.Add("a");
            }

            return names;
            """,
        after: """
            var names = new List<string>();
            {
                names.Add("a");
            }

            return names;
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(LockStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // A variable that the head declares or assigns is needed below, and one that an unbraced body declares would spill.
        if (!Dependence.DeclaresVariables(node.Expression)
            && !Writes.In(node.Expression).Any()
            && (node.Statement is BlockSyntax || !Dependence.DeclaresVariables(node.Statement)))
        {
            var head = TextSpan.FromBounds(node.SpanStart, node.Statement.SpanStart);
            yield return Site(node, $"drop lock ({Excerpt.Of(node.Expression)})", new TextChange(head, ""));
        }
    }
}
