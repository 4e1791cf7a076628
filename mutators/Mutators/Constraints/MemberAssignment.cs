using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>
/// A statement <c>x = expression;</c> that assigns a field, property, indexer or element: what C03 leaves out, since in C# most state
/// lives in objects. In a constructor or an initialiser it is the first assignment, which C07 leaves out.
/// </summary>
/// <param name="Assignment">The assignment.</param>
/// <param name="IsValue">Whether the right side is a value and not an expression.</param>
internal sealed record MemberAssignment(AssignmentExpressionSyntax Assignment, bool IsValue)
{
    /// <summary>The assignment that the statement consists of, or null when it is another statement.</summary>
    public static MemberAssignment? Of(ExpressionStatementSyntax statement, SemanticModel model, CancellationToken cancel) =>
        statement.Expression is AssignmentExpressionSyntax { Right: not RefExpressionSyntax } assignment
        && assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)
        && !IsInitialisation(Body.Of(statement))
        && !assignment.Left.DescendantNodesAndSelf().Any(node => node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax)
        && IsMember(assignment.Left, model, cancel)
            ? new MemberAssignment(assignment, AssignmentStatement.IsConstant(assignment.Right, model, cancel))
            : null;

    private static bool IsInitialisation(SyntaxNode body) =>
        body is ConstructorDeclarationSyntax || body.IsKind(SyntaxKind.InitAccessorDeclaration);

    private static bool IsMember(ExpressionSyntax left, SemanticModel model, CancellationToken cancel) => left switch
    {
        ElementAccessExpressionSyntax element => IsAssigned(element.Expression, model, cancel),
        IdentifierNameSyntax name => model.GetSymbolInfo(name, cancel).Symbol is IFieldSymbol or IPropertySymbol,
        MemberAccessExpressionSyntax member => model.GetSymbolInfo(member, cancel).Symbol is IFieldSymbol or IPropertySymbol
            && StackVariable.NamedBy(member, model, cancel) is null
            && IsAssigned(member.Expression, model, cancel),
        _ => false,
    };

    // A struct in a local may get its value field by field; then each of the assignments is needed.
    private static bool IsAssigned(ExpressionSyntax owner, SemanticModel model, CancellationToken cancel) => owner switch
    {
        MemberAccessExpressionSyntax member => IsAssigned(member.Expression, model, cancel),
        IdentifierNameSyntax name => model.GetSymbolInfo(name, cancel).Symbol is not ILocalSymbol { Type.IsValueType: true } local
            || StackVariable.HasValueFromDeclaration(local, cancel),
        _ => true,
    };
}
