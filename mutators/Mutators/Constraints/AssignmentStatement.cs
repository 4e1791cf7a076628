using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>
/// A statement <c>x = expression;</c> that assigns a stack variable again: constraints C03, C06 and C07. An assignment in the head of
/// a <c>for</c> is no statement, so C06 holds by shape.
/// </summary>
/// <param name="Assignment">The assignment.</param>
/// <param name="Variable">What it assigns.</param>
/// <param name="IsValue">Whether the right side is a value (a constant, <c>default</c>, null) and not an expression.</param>
internal sealed record AssignmentStatement(AssignmentExpressionSyntax Assignment, StackVariable Variable, bool IsValue)
{
    /// <summary>The assignment that the statement consists of, or null when it is another statement or the first assignment.</summary>
    public static AssignmentStatement? Of(ExpressionStatementSyntax statement, SemanticModel model, CancellationToken cancel) =>
        statement.Expression is AssignmentExpressionSyntax assignment
        && assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)
        && assignment.Right is not RefExpressionSyntax
        && StackVariable.NamedBy(assignment.Left, model, cancel) is { } variable
        && variable.IsAssignedBefore(assignment, model, cancel)
            ? new AssignmentStatement(assignment, variable, IsConstant(assignment.Right, model, cancel))
            : null;

    /// <summary>
    /// Whether the assignment can be missing: all that it gives a value has one anyway. A field of a struct has one when the whole
    /// struct does.
    /// </summary>
    public bool CanBeMissing(ExpressionStatementSyntax statement, SemanticModel model, CancellationToken cancel) =>
        !Dependence.OnStatement(statement, model, cancel)
        && (Variable.Field is null
            || StackVariable.HasValueFromDeclaration(Variable.Symbol, cancel)
            || (model.AnalyzeDataFlow(statement) is { Succeeded: true } flow
                && flow.DefinitelyAssignedOnEntry.Contains(Variable.Symbol, SymbolEqualityComparer.Default)));

    /// <summary>A value: a constant, also a negative or named one, <c>default</c> or null.</summary>
    public static bool IsConstant(ExpressionSyntax expression, SemanticModel model, CancellationToken cancel) => expression switch
    {
        ParenthesizedExpressionSyntax parenthesized => IsConstant(parenthesized.Expression, model, cancel),
        PostfixUnaryExpressionSyntax forgiven when forgiven.IsKind(SyntaxKind.SuppressNullableWarningExpression) =>
            IsConstant(forgiven.Operand, model, cancel),
        DefaultExpressionSyntax => true,
        LiteralExpressionSyntax => true,
        _ => model.GetConstantValue(expression, cancel).HasValue,
    };
}
