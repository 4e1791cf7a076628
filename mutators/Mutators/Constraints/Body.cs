using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>
/// What the field studies call a module: the nearest function-like node around a construct. A method, an accessor, a constructor,
/// an operator, a local function, a lambda or the top-level program; an initialiser of a field or property counts as one too.
/// </summary>
internal static class Body
{
    /// <summary>The nearest function-like node around <paramref name="node"/>; the tree's root when there is none.</summary>
    public static SyntaxNode Of(SyntaxNode node)
    {
        var outer = node;
        foreach (var ancestor in node.Ancestors())
        {
            if (IsBody(ancestor))
            {
                return ancestor;
            }

            outer = ancestor;
        }

        return outer;
    }

    /// <summary>
    /// The outermost function-like node around <paramref name="node"/>: a local of a method can be named in all its lambdas and local
    /// functions, so whoever asks for the uses of a variable asks here.
    /// </summary>
    public static SyntaxNode Outermost(SyntaxNode node)
    {
        var body = Of(node);
        while (body is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)
        {
            body = Of(body);
        }

        return body;
    }

    /// <summary>The nodes of <paramref name="part"/> that belong to its own body: nested lambdas and local functions are not entered.</summary>
    public static IEnumerable<SyntaxNode> OwnNodes(SyntaxNode part) => part.DescendantNodesAndSelf(node =>
        node == part || node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax));

    private static bool IsBody(SyntaxNode node) => node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax
        or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or CompilationUnitSyntax or BaseTypeDeclarationSyntax
        or ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax }
        or EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax or VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax } };
}
