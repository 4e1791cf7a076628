using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MRS: the programmer did not leave where there is no more to do.</summary>
public sealed class MissingReturn : FaultOperator<ReturnStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MRS",
        name: "missing return",
        FaultClass.Algorithm,
        rationale: "The special case is handled, and then the usual one as well. "
            + "Where the usual steps do no harm after the special ones, nothing shows.",
        before: """
            var count = Environment.ProcessorCount;
            if (count > 64)
            {
                count = 64;
                return -1;
            }

            return count;
            """,
        after: """
            var count = Environment.ProcessorCount;
            if (count > 64)
            {
                count = 64;
            }

            return count;
            """,
        constraints: ["C02"],
        origin: FaultOrigin.FieldStudy,
        provenance: "fault type of ESS-Group/clang-sfi, outside of the library; no published count");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ReturnStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // What the condition declares or assigns may have a value only where the branch was not taken.
        if (node.Parent is BlockSyntax { Parent: IfStatementSyntax { Else: null } branch } block
            && block.Statements.Count > 1
            && block.Statements.Last() == node
            && !Dependence.DeclaresVariables(branch.Condition)
            && !Writes.In(branch.Condition).Any()
            && (node.Expression is null || Body.Of(node) is not AnonymousFunctionExpressionSyntax)
            && !model.GetConstantValue(branch.Condition, cancel).HasValue
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node.Span, GoldenText.Of(branch), $"drop {Excerpt.Of(node).TrimEnd(';')} at the end of if ({Excerpt.Of(branch.Condition)})", Removal.Of(node));
        }
    }
}
