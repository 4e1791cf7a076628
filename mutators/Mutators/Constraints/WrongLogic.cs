using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Constraints;

/// <summary>
/// The one wrong form of a branch's condition: the first comparison with its boundary on the other side, else the first equality
/// turned round, else the first <c>&amp;&amp;</c> or <c>||</c> exchanged, else the condition negated. The smallest slip comes first.
/// </summary>
internal static class WrongLogic
{
    /// <summary>The edits that make the condition wrong and the change in words, or null where no form compiles.</summary>
    public static (TextChange[] Edits, string Change)? Of(ExpressionSyntax condition, SemanticModel model, CancellationToken cancel)
    {
        // A condition that the compiler evaluates decides what it thinks reachable.
        if (model.GetConstantValue(condition, cancel).HasValue || condition.DescendantNodesAndSelf().Any(node => node is SingleVariableDesignationSyntax) || Writes.In(condition).Any())
        {
            return null;
        }

        var operations = Operations(condition).ToList();
        foreach (var group in new[] { IsComparison, IsEquality, (Func<SyntaxKind, bool>)IsJunction })
        {
            var operation = operations.FirstOrDefault(each => group(each.Kind()) && Binds(each, model, cancel));
            if (operation is not null)
            {
                var (before, after) = (operation.OperatorToken, Exchanged(operation.Kind()));
                return ([new TextChange(before.Span, after)], $"use {after} instead of {before.Text} in {Excerpt.Of(operation)}");
            }
        }

        return (Negated(condition), $"negate {Excerpt.Of(condition)}");
    }

    // In document order of the operators, through &&, ||, ! and parentheses only.
    private static IEnumerable<BinaryExpressionSyntax> Operations(ExpressionSyntax condition) => condition switch
    {
        ParenthesizedExpressionSyntax parenthesized => Operations(parenthesized.Expression),
        PrefixUnaryExpressionSyntax negation when negation.IsKind(SyntaxKind.LogicalNotExpression) => Operations(negation.Operand),
        BinaryExpressionSyntax binary when IsJunction(binary.Kind()) => [.. Operations(binary.Left), binary, .. Operations(binary.Right)],
        BinaryExpressionSyntax binary => [binary],
        _ => [],
    };

    // A type may have < without <=, and == of a tuple or a delegate is not exchanged by token alone.
    private static bool Binds(BinaryExpressionSyntax operation, SemanticModel model, CancellationToken cancel)
    {
        if (Exchange.IsOfTheLanguage(operation, model, cancel))
        {
            return true;
        }

        var exchanged = SyntaxFactory.ParseExpression($"{operation.Left} {Exchanged(operation.Kind())} {operation.Right}");
        return model.GetSpeculativeTypeInfo(operation.SpanStart, exchanged, SpeculativeBindingOption.BindAsExpression).Type
            is { SpecialType: SpecialType.System_Boolean };
    }

    private static TextChange[] Negated(ExpressionSyntax condition) => condition switch
    {
        PrefixUnaryExpressionSyntax negation when negation.IsKind(SyntaxKind.LogicalNotExpression) =>
            [new TextChange(TextSpan.FromBounds(negation.SpanStart, negation.Operand.SpanStart), "")],
        IdentifierNameSyntax or InvocationExpressionSyntax or MemberAccessExpressionSyntax or ParenthesizedExpressionSyntax
            or ElementAccessExpressionSyntax => [new TextChange(new TextSpan(condition.SpanStart, 0), "!")],
        _ => [new TextChange(new TextSpan(condition.SpanStart, 0), "!("), new TextChange(new TextSpan(condition.Span.End, 0), ")")],
    };

    private static bool IsComparison(SyntaxKind kind) => kind is SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression
        or SyntaxKind.GreaterThanExpression or SyntaxKind.GreaterThanOrEqualExpression;

    private static bool IsEquality(SyntaxKind kind) => kind is SyntaxKind.EqualsExpression or SyntaxKind.NotEqualsExpression;

    private static bool IsJunction(SyntaxKind kind) => kind is SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression;

    private static string Exchanged(SyntaxKind kind) => kind switch
    {
        SyntaxKind.LessThanExpression => "<=",
        SyntaxKind.LessThanOrEqualExpression => "<",
        SyntaxKind.GreaterThanExpression => ">=",
        SyntaxKind.GreaterThanOrEqualExpression => ">",
        SyntaxKind.EqualsExpression => "!=",
        SyntaxKind.NotEqualsExpression => "==",
        SyntaxKind.LogicalAndExpression => "||",
        _ => "&&",
    };
}
