using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>WPFV.S: the programmer passed two values of one type in the wrong order.</summary>
public sealed class SwappedParameters : FaultOperator<ArgumentListSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "WPFV.S",
        name: "two parameters of a function call swapped",
        FaultClass.Interface,
        rationale: "Two parameters of one type follow each other, and the compiler cannot tell them apart. "
            + "Where both hold the same value, as in many a test, the order does not matter.",
        before: """
            int least = 1, value = Environment.ProcessorCount;
            return Math.DivRem(value, least).Quotient;
            """,
        after: """
            int least = 1, value = Environment.ProcessorCount;
            return Math.DivRem(least, value).Quotient;
            """,
        origin: FaultOrigin.Variant,
        provenance: "WPFV of the G-SWFIT library for two arguments at once; `Swap Arguments` of ManySStuBs4J (Karampatsis and Sutton, MSR 2020)");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ArgumentListSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Parent is not (InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax))
        {
            yield break;
        }

        for (var i = 1; i < node.Arguments.Count; i++)
        {
            var (first, second) = (node.Arguments[i - 1], node.Arguments[i]);
            if (IsValue(first) && IsValue(second) && AreOfOneType(first.Expression, second.Expression, model, cancel))
            {
                var call = (ExpressionSyntax)node.Parent;
                var change = $"swap {Excerpt.Of(first)} and {Excerpt.Of(second)} in a call of {CallArgument.CalleeOf(call)}";
                yield return Site(
                    TextSpan.FromBounds(first.SpanStart, second.Span.End),
                    $"{CallArgument.CalleeOf(call)} {GoldenText.Of(node)}",
                    change,
                    new TextChange(first.Span, second.ToString()),
                    new TextChange(second.Span, first.ToString()));
                yield break;
            }
        }
    }

    // What has a type of its own, and neither declares nor assigns.
    private static bool IsValue(ArgumentSyntax argument) => argument is { NameColon: null, RefKindKeyword.RawKind: 0 }
        && argument.Expression is IdentifierNameSyntax or MemberAccessExpressionSyntax or ElementAccessExpressionSyntax;

    private static bool AreOfOneType(ExpressionSyntax first, ExpressionSyntax second, SemanticModel model, CancellationToken cancel) =>
        GoldenText.Of(first) != GoldenText.Of(second)
        && model.GetTypeInfo(first, cancel).Type is { TypeKind: not TypeKind.Error } type
        && SymbolEqualityComparer.Default.Equals(type, model.GetTypeInfo(second, cancel).Type)
        && !model.GetConstantValue(first, cancel).HasValue
        && !model.GetConstantValue(second, cancel).HasValue
        && !Writes.In(first).Any()
        && !Writes.In(second).Any();
}
