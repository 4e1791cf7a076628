using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>What can stand in an expression's place without anything around it noticing: an expression of the same type, and no constant.</summary>
internal static class Exchange
{
    /// <summary>
    /// Whether the text takes the expression's place. The compiler evaluates constants, and decides by them what it can reach; what
    /// declares or assigns a variable gives it a value on one side of a condition only.
    /// </summary>
    public static bool Fits(ExpressionSyntax expression, string text, SemanticModel model, CancellationToken cancel) =>
        CanBeExchanged(expression, model, cancel)
        && model.GetTypeInfo(expression, cancel).Type is { TypeKind: not (TypeKind.Error or TypeKind.Dynamic) } type
        && SymbolEqualityComparer.Default.Equals(type, Speculated(expression, text, model));

    /// <summary>Whether another operator of the same family can stand between the operands: the language defines its own for the same types.</summary>
    public static bool FitsOperator(BinaryExpressionSyntax expression, string otherOperator, SemanticModel model, CancellationToken cancel) =>
        IsOfTheLanguage(expression, model, cancel)
            ? CanBeExchanged(expression, model, cancel)
            : Fits(expression, $"{expression.Left} {otherOperator} {expression.Right}", model, cancel);

    /// <summary>Whether the operator is the language's own, so that the others of its family take the same operands.</summary>
    // Of `&&` and `||` the compiler tells no symbol; they are the language's own between two booleans.
    public static bool IsOfTheLanguage(BinaryExpressionSyntax expression, SemanticModel model, CancellationToken cancel) =>
        expression.Kind() is SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression
            ? model.GetTypeInfo(expression.Left, cancel).Type is { SpecialType: SpecialType.System_Boolean }
                && model.GetTypeInfo(expression.Right, cancel).Type is { SpecialType: SpecialType.System_Boolean }
            : model.GetSymbolInfo(expression, cancel).Symbol is IMethodSymbol { MethodKind: MethodKind.BuiltinOperator, ReturnType.TypeKind: not TypeKind.Dynamic };

    /// <summary>Whether the operand alone can stand where its operator does.</summary>
    public static bool FitsOperand(PrefixUnaryExpressionSyntax expression, SemanticModel model, CancellationToken cancel) =>
        model.GetSymbolInfo(expression, cancel).Symbol is IMethodSymbol { MethodKind: MethodKind.BuiltinOperator, ReturnType.TypeKind: not TypeKind.Dynamic }
            ? CanBeExchanged(expression, model, cancel)
                && SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(expression.Operand, cancel).Type, model.GetTypeInfo(expression, cancel).Type)
            : Fits(expression, expression.Operand.ToString(), model, cancel);

    // Syntax before symbols.
    private static bool CanBeExchanged(ExpressionSyntax expression, SemanticModel model, CancellationToken cancel) =>
        !expression.DescendantNodesAndSelf().Any(node => node is SingleVariableDesignationSyntax or MemberBindingExpressionSyntax or ElementBindingExpressionSyntax)
        && !Writes.In(expression).Any()
        && !model.GetConstantValue(expression, cancel).HasValue;

    /// <summary>Whether a literal stands where a variable could: not in a label, a pattern, a condition or a constant.</summary>
    public static bool IsPlainValue(ExpressionSyntax literal) => literal.Parent switch
    {
        ArgumentSyntax or ReturnStatementSyntax or ArrowExpressionClauseSyntax => true,
        AssignmentExpressionSyntax assignment => assignment.Right == literal,
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax or PropertyDeclarationSyntax } => true,
        _ => false,
    };

    /// <summary>Whether the expression computes with numbers of the language.</summary>
    public static bool IsNumber(ExpressionSyntax expression, SemanticModel model, CancellationToken cancel) =>
        model.GetTypeInfo(expression, cancel).Type is { SpecialType: >= SpecialType.System_Char and <= SpecialType.System_Double };

    private static ITypeSymbol? Speculated(ExpressionSyntax expression, string text, SemanticModel model)
    {
        var other = SyntaxFactory.ParseExpression(text);
        var info = model.GetSpeculativeTypeInfo(expression.SpanStart, other, SpeculativeBindingOption.BindAsExpression);
        var isBound = other is not InvocationExpressionSyntax
            || model.GetSpeculativeSymbolInfo(expression.SpanStart, other, SpeculativeBindingOption.BindAsExpression).Symbol is not null;
        return isBound ? info.Type : null;
    }
}
