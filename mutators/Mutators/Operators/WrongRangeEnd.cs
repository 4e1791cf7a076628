using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-RANGE: the programmer went one too far, or stopped one too early.</summary>
public sealed class WrongRangeEnd : FaultOperator<ExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-RANGE",
        name: "wrong end of a range",
        FaultClass.Checking,
        rationale: "Whether the end belongs to the range differs from one notation to the next. "
            + "Only the last element tells, and a test may not look at it.",
        before: """
            var text = Environment.NewLine;
            return text[..^1];
            """,
        after: """
            var text = Environment.NewLine;
            return text[..^0];
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionSyntax node, SemanticModel model, CancellationToken cancel) => node switch
    {
        RangeExpressionSyntax { RightOperand: PrefixUnaryExpressionSyntax { Operand: LiteralExpressionSyntax } end } range => EndOf(range, end),
        BinaryExpressionSyntax { Parent: ForStatementSyntax loop } bound when loop.Condition == bound => BoundOf(bound, model, cancel),
        InvocationExpressionSyntax { ArgumentList.Arguments: [{ Expression: BinaryExpressionSyntax count }] } call => CountOf(call, count, model, cancel),
        _ => [],
    };

    private IEnumerable<InjectionSite> EndOf(RangeExpressionSyntax range, PrefixUnaryExpressionSyntax end)
    {
        if (end.IsKind(SyntaxKind.IndexExpression) && ((LiteralExpressionSyntax)end.Operand).Token.Value is int number and > 0)
        {
            var wrong = (number - 1).ToString(CultureInfo.InvariantCulture);
            yield return Site(range, $"end {range} at ^{wrong}", new TextChange(end.Operand.Span, wrong));
        }
    }

    private IEnumerable<InjectionSite> BoundOf(BinaryExpressionSyntax bound, SemanticModel model, CancellationToken cancel)
    {
        var wrong = bound.Kind() switch
        {
            SyntaxKind.LessThanExpression => "<=",
            SyntaxKind.LessThanOrEqualExpression => "<",
            SyntaxKind.GreaterThanExpression => ">=",
            SyntaxKind.GreaterThanOrEqualExpression => ">",
            _ => null,
        };
        if (wrong is not null && IsNumber(bound.Left) && IsNumber(bound.Right) && !model.GetConstantValue(bound, cancel).HasValue)
        {
            yield return Site(
                bound, $"use {wrong} instead of {bound.OperatorToken.Text} in {Excerpt.Of(bound)}", new TextChange(bound.OperatorToken.Span, wrong));
        }

        bool IsNumber(ExpressionSyntax side) => model.GetTypeInfo(side, cancel).Type is
            { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_Double };
    }

    // Take(n - 1) becomes Take(n).
    private IEnumerable<InjectionSite> CountOf(
        InvocationExpressionSyntax call, BinaryExpressionSyntax count, SemanticModel model, CancellationToken cancel)
    {
        if (count.IsKind(SyntaxKind.SubtractExpression)
            && count.Right is LiteralExpressionSyntax { Token.Value: 1 }
            && CallArgument.CalleeOf(call) is "Take" or "Skip" or "TakeLast" or "SkipLast"
            && CallArgument.StillBinds(call, count, count.Left, model, cancel))
        {
            yield return Site(
                count.Span,
                GoldenText.Of(call),
                $"use {Excerpt.Of(count.Left)} instead of {Excerpt.Of(count)} in {CallArgument.CalleeOf(call)}",
                new TextChange(TextSpan.FromBounds(count.Left.Span.End, count.Span.End), ""));
        }
    }
}
