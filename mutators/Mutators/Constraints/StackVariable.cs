using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>
/// A variable in the stack frame, constraint C03: a local, a by-value parameter, or one field of a local of struct type.
/// A ref local is none: what is written through it may lie anywhere.
/// </summary>
/// <param name="Symbol">The local or parameter.</param>
/// <param name="Field">The field of a struct-typed local; null for the whole variable.</param>
internal sealed record StackVariable(ISymbol Symbol, IFieldSymbol? Field)
{
    /// <summary>The stack variable that an expression names, or null.</summary>
    public static StackVariable? NamedBy(ExpressionSyntax expression, SemanticModel model, CancellationToken cancel)
    {
        switch (expression)
        {
            case ParenthesizedExpressionSyntax parenthesized:
                return NamedBy(parenthesized.Expression, model, cancel);

            case IdentifierNameSyntax name:
                var symbol = model.GetSymbolInfo(name, cancel).Symbol;
                return IsInStackFrame(symbol) ? new StackVariable(symbol!, null) : null;

            case MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax owner } member
                when member.IsKind(SyntaxKind.SimpleMemberAccessExpression):
                return model.GetSymbolInfo(owner, cancel).Symbol is ILocalSymbol { Type.IsValueType: true } local && IsInStackFrame(local)
                    && model.GetSymbolInfo(member, cancel).Symbol is IFieldSymbol { IsStatic: false } field
                    ? new StackVariable(local, field)
                    : null;

            default:
                return null;
        }
    }

    /// <summary>C03 by the kind of symbol.</summary>
    public static bool IsInStackFrame(ISymbol? symbol) => symbol switch
    {
        ILocalSymbol local => local is { RefKind: RefKind.None, IsConst: false },
        IParameterSymbol parameter => parameter.RefKind == RefKind.None && !IsPrimaryConstructorParameter(parameter),
        _ => false,
    };

    /// <summary>
    /// C07: the assignment is not the first one. The variable is a parameter, or is declared with a value, or the body assigns it
    /// textually earlier, where <c>out</c> and <c>++</c> are assignments too.
    /// </summary>
    public bool IsAssignedBefore(SyntaxNode assignment, SemanticModel model, CancellationToken cancel) =>
        HasValueFromDeclaration(Symbol, cancel) || EarlierWrites(assignment, model, cancel).Any();

    /// <summary>Whether the declaration itself gives the variable a value: a parameter, an initialiser, a pattern, an iteration, an out.</summary>
    public static bool HasValueFromDeclaration(ISymbol variable, CancellationToken cancel) => variable switch
    {
        IParameterSymbol parameter => parameter.RefKind != RefKind.Out,
        ILocalSymbol local => local.DeclaringSyntaxReferences is [var declaration] &&
            declaration.GetSyntax(cancel) is not VariableDeclaratorSyntax { Initializer: null },
        _ => false,
    };

    private IEnumerable<SyntaxNode> EarlierWrites(SyntaxNode assignment, SemanticModel model, CancellationToken cancel)
    {
        var body = Body.Of(assignment);
        var before = Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(body.SpanStart, assignment.SpanStart);
        return body.DescendantNodes(before).OfType<IdentifierNameSyntax>()
            .Where(name => name.Identifier.ValueText == Symbol.Name && name.Span.End <= assignment.SpanStart)
            .Where(name => Writes.Target(name) is { } target && Covers(target, model, cancel))
            .Where(name => SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancel).Symbol, Symbol));
    }

    // A write to the whole struct is a write to each of its fields; one to another field is not.
    private bool Covers(ExpressionSyntax target, SemanticModel model, CancellationToken cancel) =>
        target is IdentifierNameSyntax ||
        (Field is not null && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(target, cancel).Symbol, Field));

    private static bool IsPrimaryConstructorParameter(IParameterSymbol parameter) =>
        parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor &&
        constructor.DeclaringSyntaxReferences is [var declaration] &&
        declaration.GetSyntax() is TypeDeclarationSyntax;
}
