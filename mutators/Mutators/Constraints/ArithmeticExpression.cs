using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>A computed value whose last term can be forgotten: + - * / and %.</summary>
internal static class ArithmeticExpression
{
    /// <summary>
    /// The operation whose operator and right operand go. From the outermost one, seen through casts, follow the right operands while
    /// they are operations themselves; parentheses stop: <c>a + b * c</c> loses <c>* c</c>, <c>a * (b + c)</c> loses <c>* (b + c)</c>.
    /// </summary>
    public static BinaryExpressionSyntax? LastTermOf(ExpressionSyntax expression)
    {
        var operation = Outermost(expression);
        while (operation?.Right is BinaryExpressionSyntax right && IsArithmetic(right))
        {
            operation = right;
        }

        return operation;
    }

    /// <summary>Whether the operation computes something other than a text or a delegate, for which + means another thing.</summary>
    public static bool IsOfNumbers(BinaryExpressionSyntax operation, SemanticModel model, CancellationToken cancel) =>
        model.GetTypeInfo(operation, cancel).Type is
            { SpecialType: not SpecialType.System_String, TypeKind: not (TypeKind.Delegate or TypeKind.Error or TypeKind.Dynamic) };

    private static BinaryExpressionSyntax? Outermost(ExpressionSyntax expression) => expression switch
    {
        BinaryExpressionSyntax binary when IsArithmetic(binary) => binary,
        CastExpressionSyntax cast => Outermost(cast.Expression),
        ParenthesizedExpressionSyntax parenthesized => Outermost(parenthesized.Expression),
        _ => null,
    };

    private static bool IsArithmetic(BinaryExpressionSyntax expression) => expression.Kind() is SyntaxKind.AddExpression
        or SyntaxKind.SubtractExpression or SyntaxKind.MultiplyExpression or SyntaxKind.DivideExpression or SyntaxKind.ModuloExpression;
}
