using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-NEG: a condition means the opposite.</summary>
public sealed class NegatedCondition : FaultOperator<ExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-NEG",
        name: "condition negated",
        FaultClass.Checking,
        rationale: "A branch is taken when it must not be, and not taken when it must. A test that looks at neither way does not notice.",
        before: """
            var name = Environment.MachineName;
            if (name.StartsWith("a"))
            {
                return 1;
            }

            return 2;
            """,
        after: """
            var name = Environment.MachineName;
            if (!name.StartsWith("a"))
            {
                return 1;
            }

            return 2;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Boolean of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (IsCondition(node)
            && !IsExchangedOtherwise(node)
            && !Dependence.DeclaresVariables(node)
            && !Writes.In(node).Any()
            && model.GetTypeInfo(node, cancel).Type is { SpecialType: SpecialType.System_Boolean }
            && !model.GetConstantValue(node, cancel).HasValue)
        {
            yield return Site(node.Span, $"{GoldenText.Of(node)} of {node.Parent!.Kind()}", $"negate {Excerpt.Of(node)}", Negated(node).AsSpan());
        }
    }

    private static bool IsCondition(ExpressionSyntax node) => node.Parent switch
    {
        IfStatementSyntax branch => branch.Condition == node,
        WhileStatementSyntax loop => loop.Condition == node,
        DoStatementSyntax loop => loop.Condition == node,
        ForStatementSyntax loop => loop.Condition == node,
        ConditionalExpressionSyntax choice => choice.Condition == node,
        _ => false,
    };

    // Comparisons, junctions and negations have operators of their own: C-REL, C-LOGIC and C-UNARY.
    private static bool IsExchangedOtherwise(ExpressionSyntax node) => node switch
    {
        ParenthesizedExpressionSyntax parenthesized => IsExchangedOtherwise(parenthesized.Expression),
        BinaryExpressionSyntax binary => !binary.IsKind(SyntaxKind.IsExpression),
        PrefixUnaryExpressionSyntax negation => negation.IsKind(SyntaxKind.LogicalNotExpression),
        _ => false,
    };

    private static TextChange[] Negated(ExpressionSyntax node) => node switch
    {
        IdentifierNameSyntax or InvocationExpressionSyntax or MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or ParenthesizedExpressionSyntax =>
            [new TextChange(new TextSpan(node.SpanStart, 0), "!")],
        _ => [new TextChange(new TextSpan(node.SpanStart, 0), "!("), new TextChange(new TextSpan(node.Span.End, 0), ")")],
    };
}
