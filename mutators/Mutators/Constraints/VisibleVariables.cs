using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Constraints;

/// <summary>The variables that a programmer could have written in place of another: constraint C11.</summary>
internal static class VisibleVariables
{
    /// <summary>
    /// C11: the variable of identical type that takes the place of <paramref name="use"/>: the first other parameter in declaration
    /// order, else the first local that is declared above, visible and definitely assigned; null when there is none.
    /// </summary>
    /// <param name="use">The use of a variable.</param>
    /// <param name="variable">The variable.</param>
    /// <param name="model">The semantic model of the tree.</param>
    /// <param name="cancel">Stops the search.</param>
    public static ISymbol? FirstOther(IdentifierNameSyntax use, ISymbol variable, SemanticModel model, CancellationToken cancel) =>
        ParametersAround(use).Concat(LocalsAbove(use))
            .Select(declaration => model.GetDeclaredSymbol(declaration, cancel))
            .FirstOrDefault(other => other is not null
                && other.Name.Length > 0
                && other.Name != "_"
                && StackVariable.IsInStackFrame(other)
                && !SymbolEqualityComparer.Default.Equals(other, variable)
                && SymbolEqualityComparer.Default.Equals(TypeOf(other), TypeOf(variable))
                && IsUsable(other, use, model, cancel));

    // The parameters of the functions around the use, outermost first. Most uses need no search for locals, which takes the whole body.
    private static IEnumerable<SyntaxNode> ParametersAround(SyntaxNode use) => use.Ancestors()
        .TakeWhile(ancestor => ancestor is not BaseTypeDeclarationSyntax)
        .Reverse()
        .SelectMany(ancestor => ancestor.ChildNodes())
        .SelectMany(child => child switch
        {
            ParameterSyntax parameter => [parameter],
            ParameterListSyntax list => list.Parameters,
            _ => Enumerable.Empty<SyntaxNode>(),
        });

    private static IEnumerable<SyntaxNode> LocalsAbove(SyntaxNode use)
    {
        return BodyIndex.Of(Body.Outermost(use)).Declarations
            .TakeWhile(node => node.SpanStart < use.SpanStart)
            .Where(node => !(node is VariableDeclaratorSyntax && node.Contains(use)));
    }

    private static ITypeSymbol? TypeOf(ISymbol variable) => variable switch
    {
        ILocalSymbol local => local.Type,
        IParameterSymbol parameter => parameter.Type,
        _ => null,
    };

    private static bool IsUsable(ISymbol other, SyntaxNode use, SemanticModel model, CancellationToken cancel) =>
        model.LookupSymbols(use.SpanStart, name: other.Name) is [var visible]
        && SymbolEqualityComparer.Default.Equals(visible, other)
        && IsReachable(other, use, cancel)
        && IsDefinitelyAssigned(other, use, model, cancel);

    // A static function captures nothing; a local function may run before a local around it has a value; a span may not leave its frame.
    private static bool IsReachable(ISymbol other, SyntaxNode use, CancellationToken cancel)
    {
        if (TypeOf(other) is { IsRefLikeType: true } && other is not IParameterSymbol { ScopedKind: ScopedKind.None })
        {
            return false;
        }

        var declaration = other.DeclaringSyntaxReferences[0].GetSyntax(cancel);
        foreach (var function in use.Ancestors().TakeWhile(ancestor => !ancestor.Contains(declaration)))
        {
            var isClosed = function switch
            {
                AnonymousFunctionExpressionSyntax lambda => lambda.Modifiers.Any(SyntaxKind.StaticKeyword),
                LocalFunctionStatementSyntax local => other is ILocalSymbol || local.Modifiers.Any(SyntaxKind.StaticKeyword),
                _ => false,
            };
            if (isClosed || (function is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax && TypeOf(other) is { IsRefLikeType: true }))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsDefinitelyAssigned(ISymbol other, SyntaxNode use, SemanticModel model, CancellationToken cancel) =>
        other is not ILocalSymbol local
        || (Dependence.IsAssignedThroughoutItsScope(local, use, cancel) && !Body.OwnNodes(Body.Of(use)).Any(node => node is GotoStatementSyntax))
        || (model.AnalyzeDataFlow(use) is { Succeeded: true } flow
            && flow.DefinitelyAssignedOnEntry.Contains(local, SymbolEqualityComparer.Default));
}
