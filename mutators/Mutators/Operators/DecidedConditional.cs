using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-COND: always one of the cases.</summary>
public sealed class DecidedConditional : FaultOperator<ConditionalExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-COND",
        name: "conditional expression decided",
        FaultClass.Checking,
        rationale: "One of the two values of a conditional expression is never chosen. A test of one case does not notice that there is another.",
        before: """
            var x = Environment.ProcessorCount;
            return x > 1 ? x : 0;
            """,
        after: """
            var x = Environment.ProcessorCount;
            return true ? x : 0;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Conditional of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ConditionalExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // Between constants the whole becomes one, which the compiler would evaluate.
        var isConstant = model.GetConstantValue(node.WhenTrue, cancel).HasValue && model.GetConstantValue(node.WhenFalse, cancel).HasValue;
        if (Exchange.Fits(node.Condition, "!(true)", model, cancel) && !(isConstant && !Exchange.IsPlainValue(node)))
        {
            foreach (var value in new[] { "true", "false" })
            {
                yield return Site(node.Span, $"{GoldenText.Of(node)} {value}", $"decide {Excerpt.Of(node)} by {value}", new TextChange(node.Condition.Span, value));
            }
        }
    }
}
